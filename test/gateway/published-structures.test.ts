import { describe, expect, test } from 'vitest';
import type { AlterFault } from '../../src/sandbox/fault.ts';
import authenticationFailed from '../fixtures/published/oauth-authentication-failed.json' with { type: 'json' };
import clientNotFound from '../fixtures/published/oauth-client-not-found.json' with { type: 'json' };
import rateLimitError from '../fixtures/published/rate-limit-error.json' with { type: 'json' };
import tokenOfCli from '../fixtures/published/token-of-cli-tests.json' with { type: 'json' };
import { altered, nodesIn, onlyError } from '../support/answers.ts';
import { everyFieldOfUpstream } from '../support/every-field.ts';
import { forgetfulGatewayForTest, NOTHING_KEPT } from '../support/gateway.ts';
import { gatewayOfPublished, published, publishedOrganisation } from '../support/published-structures.ts';
import { serviceGatewayForTest } from '../support/service-gateway.ts';
import { TestClock } from '../support/test-clock.ts';

const { contactList, skills, users, wrapUpCode } = published;
const { expanded, listed, withNamedDivision } = users;

describe('published users', () => {
  const harbour = {
    __typename: 'Division',
    id: '6ba45620-b2be-45b2-b55a-35c8f4c6a30d',
    name: 'Harbour',
    selfUri: '/api/v2/authorization/divisions/6ba45620-b2be-45b2-b55a-35c8f4c6a30d',
  };
  const beatrix = {
    __typename: 'User',
    id: '16f8403d-1836-417a-870a-5ccb2b571fd0',
    name: 'Beatrix Standin',
    selfUri: '/api/v2/users/16f8403d-1836-417a-870a-5ccb2b571fd0',
    email: 'beatrix@mail.example',
    username: 'beatrix@mail.example',
    state: 'ACTIVE',
    department: null,
    title: null,
    division: harbour,
    manager: null,
    presence: null,
    routingStatus: null,
    skills: null,
  };

  test('as listed have the name of the division that is "" there, for one call', async () => {
    const { query, calls } = await gatewayOfPublished();
    expect(await query(`{ user(id: "${listed.id}") { ${everyFieldOfUpstream('User', 2)} } }`)).toEqual({
      data: { user: beatrix },
    });
    expect(calls()).toEqual({ users: 1, divisions: 1 });
  });

  test('with a named division cost no call for it', async () => {
    const { query, calls } = await gatewayOfPublished();
    expect(
      await query(`{ user(id: "${withNamedDivision.id}") { ${everyFieldOfUpstream('User', 2)} } }`),
    ).toEqual({
      data: {
        user: {
          ...beatrix,
          id: 'de27b01b-0caa-4f79-b680-44709622d7d3',
          name: 'Dagny Mockup',
          selfUri: '/api/v2/users/de27b01b-0caa-4f79-b680-44709622d7d3',
          email: 'dagny@mail.example',
          username: 'dagny@mail.example',
          division: {
            __typename: 'Division',
            id: 'bacebe7f-bc27-43a4-9661-8650ec997873',
            name: 'Südwest',
            selfUri: '/api/v2/authorization/divisions/bacebe7f-bc27-43a4-9661-8650ec997873',
          },
        },
      },
    });
    expect(calls()).toEqual({ users: 1 });
  });

  test('as expanded have presence, routing status, skills, and a manager whose name is read in one call', async () => {
    const { query, calls } = await gatewayOfPublished();
    expect(await query(`{ user(id: "${expanded.id}") { ${everyFieldOfUpstream('User', 2)} } }`)).toEqual({
      data: {
        user: {
          __typename: 'User',
          id: 'af1c6794-e3f8-4845-af62-57fb16ac47db',
          name: 'Casimir Dummy',
          selfUri: '/api/v2/users/af1c6794-e3f8-4845-af62-57fb16ac47db',
          email: 'casimir@mail.example',
          username: 'casimir@mail.example',
          state: 'ACTIVE',
          department: 'Field service',
          title: 'Engineer, tier 2',
          division: harbour,
          manager: beatrix,
          presence: {
            __typename: 'UserPresence',
            modifiedDate: '2025-12-04T00:45:44.064Z',
            systemPresence: 'BREAK',
            systemPresenceCode: 'Break',
          },
          routingStatus: {
            __typename: 'RoutingStatus',
            startTime: '2025-11-03T06:41:08.214Z',
            status: 'OFF_QUEUE',
            statusCode: 'OFF_QUEUE',
          },
          skills: [
            {
              __typename: 'UserSkill',
              proficiency: 4,
              skill: {
                __typename: 'Skill',
                id: 'd70c8112-7d67-41cb-aefe-4a84aba45d83',
                // As the user's row names it; the skill itself has another name by now.
                name: 'Cli probe skill',
                selfUri: '/api/v2/routing/skills/d70c8112-7d67-41cb-aefe-4a84aba45d83',
                state: 'ACTIVE',
                dateModified: '2019-02-11T08:30:05Z',
              },
            },
          ],
        },
      },
    });
    expect(calls()).toEqual({ users: 2, divisions: 1, skills: 1 });
  });

  test('as agents of many interactions cost one call, one for all unnamed divisions and one for all managers', async () => {
    const agents = [expanded, listed, withNamedDivision, expanded, listed];
    const { ask, calls } = await gatewayOfPublished(
      agents.map(({ id }, n) => ({ id: `interaction-${n}`, agent: { id } })),
    );
    const answer = await ask('agent { name division { name } manager { name email } }');
    expect(answer.errors).toBeUndefined();
    const shown = {
      [expanded.id]: {
        name: 'Casimir Dummy',
        division: { name: 'Harbour' },
        manager: { name: 'Beatrix Standin', email: 'beatrix@mail.example' },
      },
      [listed.id]: { name: 'Beatrix Standin', division: { name: 'Harbour' }, manager: null },
      [withNamedDivision.id]: { name: 'Dagny Mockup', division: { name: 'Südwest' }, manager: null },
    };
    expect(nodesIn(answer)).toEqual(agents.map(({ id }) => ({ agent: shown[id] })));
    // The manager is one of the agents.
    expect(calls()).toEqual({ campaignInteractions: 1, users: 1, divisions: 1 });
  });
});

test('published skills are read together, with dates as they came', async () => {
  const { query, calls } = await gatewayOfPublished();
  const answer = await query(`{
    ofCli: skill(id: "${skills.ofCli.id}") { ${everyFieldOfUpstream('Skill', 0)} }
    ofIntegration: skill(id: "${skills.ofIntegration.id}") { ${everyFieldOfUpstream('Skill', 0)} }
  }`);
  expect(answer).toEqual({
    data: {
      ofCli: {
        __typename: 'Skill',
        id: 'd70c8112-7d67-41cb-aefe-4a84aba45d83',
        name: 'cli-probe',
        selfUri: '/api/v2/routing/skills/d70c8112-7d67-41cb-aefe-4a84aba45d83',
        state: 'ACTIVE',
        dateModified: '2019-02-11T08:30:05Z',
      },
      ofIntegration: {
        __typename: 'Skill',
        id: 'b564816e-5915-42ae-8705-a43fd0dbe577',
        name: 'Team_Billing_FR',
        selfUri: '/api/v2/routing/skills/b564816e-5915-42ae-8705-a43fd0dbe577',
        state: 'ACTIVE',
        dateModified: '2024-05-19T21:07:33Z',
      },
    },
  });
  expect(calls()).toEqual({ skills: 1 });
});

test('a published wrap-up code is read for its name', async () => {
  const participants = [{ id: 'agent', wrapup: { code: wrapUpCode.id, notes: '' } }];
  const { ask, calls } = await gatewayOfPublished([
    { id: 'interaction-1', conversation: { id: 'one', participants } },
  ]);
  const answer = await ask(
    `conversation { participants { wrapup { ${everyFieldOfUpstream('Wrapup', 1)} } } }`,
  );
  expect(answer.errors).toBeUndefined();
  expect(nodesIn(answer)[0].conversation.participants).toEqual([
    {
      wrapup: {
        __typename: 'Wrapup',
        name: null,
        notes: '',
        durationSeconds: null,
        endTime: null,
        code: {
          __typename: 'WrapUpCode',
          id: '925fd840-5947-4e20-a9f2-3cfdfc50f248',
          name: 'Q/A | Wants an offer in writing',
          selfUri: null,
        },
      },
    },
  ]);
  expect(calls()).toEqual({ campaignInteractions: 1, wrapUpCodes: 1 });
});

test('a contact list as it was created has its columns in order, and no size', async () => {
  const { query, calls } = await forgetfulGatewayForTest({
    organisation: publishedOrganisation(),
    // The sandbox counts contacts; the answer to a creation has no count.
    faults: [altered('contactLists', (row) => ({ ...row, size: undefined }))],
  });
  expect(
    await query(`{ contactList(id: "${contactList.id}") { ${everyFieldOfUpstream('ContactList', 1)} } }`),
  ).toEqual({
    data: {
      contactList: {
        __typename: 'ContactList',
        id: 'c2ff7f81-4f57-4a19-a199-e706bc4702b7',
        name: 'Réactivation d’été',
        selfUri: '/api/v2/outbound/contactlists/c2ff7f81-4f57-4a19-a199-e706bc4702b7',
        size: null,
        columnNames: [
          'Prénom',
          'Téléphone',
          'CallRecordLastAttempt-Téléphone',
          'CallRecordLastResult-Téléphone',
        ],
        division: {
          __typename: 'Division',
          id: '6ba45620-b2be-45b2-b55a-35c8f4c6a30d',
          name: 'Harbour',
          selfUri: '/api/v2/authorization/divisions/6ba45620-b2be-45b2-b55a-35c8f4c6a30d',
        },
      },
    },
  });
  expect(calls()).toEqual({ contactLists: 1 });
});

describe('the published error of a rate limit', () => {
  test.each([
    ['without Retry-After names its time in the message', {}, 17],
    ['with Retry-After names its time there', { 'Retry-After': '23' }, 23],
  ])('%s', async (_what, headers, retryAfterSeconds) => {
    const { query, calls } = await forgetfulGatewayForTest({
      organisation: publishedOrganisation(),
      faults: [{ kind: 'status', status: 429, body: rateLimitError, headers, resource: 'users' }],
    });
    const answer = await query(`{ user(id: "${listed.id}") { name } }`);
    expect(answer.data).toEqual({ user: null });
    expect(onlyError(answer).extensions).toEqual({
      code: 'UPSTREAM_RATE_LIMITED',
      upstreamStatus: 429,
      correlationId: expect.any(String),
      retryAfterSeconds,
      affected: { type: 'User', ids: [listed.id], paths: ['user'] },
    });
    // The time is beyond the deadline, so there is no use in waiting.
    expect(calls()).toEqual({ users: 1 });
  });
});

describe('a login', () => {
  const NAME = '{ user(id: "user-1") { name } }';

  test.each([
    ['client not found', clientNotFound],
    ['authentication failed', authenticationFailed],
  ])(
    'that was answered as published with "%s" is refused, and not tried again at once',
    async (_what, body) => {
      for (const status of [400, 401]) {
        const { ask, calls } = await serviceGatewayForTest(NOTHING_KEPT, [
          { kind: 'status', status, body, resource: 'login' },
        ]);
        for (const logins of [{ login: 1 }, {}]) {
          const answer = await ask(NAME);
          expect(answer.data).toEqual({ user: null });
          expect(onlyError(answer).extensions).toMatchObject({
            code: 'UNAUTHENTICATED',
            upstreamStatus: status,
          });
          expect(calls()).toEqual(logins);
        }
      }
    },
  );

  test('that was answered as published with an empty expires_in serves for a day, as tokens usually do', async () => {
    const clock = new TestClock();
    const asPublished: AlterFault = {
      kind: 'alter',
      resource: 'login',
      alter: (body) => ({ ...tokenOfCli, access_token: Object(body).access_token }),
    };
    const { ask, calls } = await serviceGatewayForTest(NOTHING_KEPT, [asPublished], { clock });
    const answer = { data: { user: { name: 'Name of user-1' } } };
    expect(await ask(NAME)).toEqual(answer);
    expect(calls()).toEqual({ login: 1, users: 1 });
    await clock.skip(23 * 3_600_000);
    expect(await ask(NAME)).toEqual(answer);
    expect(calls()).toEqual({ users: 1 });
    await clock.skip(2 * 3_600_000);
    expect(await ask(NAME)).toEqual(answer);
    expect(calls()).toEqual({ login: 1, users: 1 });
  });
});
