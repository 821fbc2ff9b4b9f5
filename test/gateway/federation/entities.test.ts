import { describe, expect, test } from 'vitest';
import { altered, answering, deniedOnce, onlyError } from '../../support/answers.ts';
import { gatewayForTest, graphqlRequest } from '../../support/gateway.ts';
import {
  CAMPAIGN_ID,
  campaign,
  CONTACT_LIST_ID,
  supervisorsOrganisation,
} from '../../support/organisation.ts';
import { range } from '../../support/range.ts';
import { named, type Representation, subgraphForTest } from './support.ts';

const contact = (id: string, contactListId = CONTACT_LIST_ID): Representation => ({
  __typename: 'Contact',
  contactListId,
  id,
});
const interaction = (id: string, campaignId = CAMPAIGN_ID): Representation => ({
  __typename: 'CampaignInteraction',
  campaignId,
  id,
});

describe('entities', () => {
  test('of one type share one call, with each id once, and come in the order of their representations', async () => {
    const { entities, calls, sandbox } = await subgraphForTest();
    const ids = ['user-3', 'user-1', 'nobody', 'user-3', 'manager-2'];
    const { data, errors } = await entities(
      named('User', ...ids),
      '__typename ... on User { id name email }',
    );
    expect(errors).toBeUndefined();
    expect(data._entities).toEqual(
      ids.map((id) =>
        id === 'nobody'
          ? null
          : { __typename: 'User', id, name: `Name of ${id}`, email: `${id}@example.com` },
      ),
    );
    expect(sandbox.requests.map((request) => request.ids)).toEqual([
      ['user-3', 'user-1', 'nobody', 'manager-2'],
    ]);
    expect(calls()).toEqual({ users: 1 });
  });

  test('of one type cost one call for 100 ids', async () => {
    const { entities, calls } = await subgraphForTest();
    const ids = range(100).map((n) => `user-${n}`);
    const { data } = await entities(named('User', ...ids), '... on User { name }');
    expect(data._entities.filter((user: unknown) => user !== null)).toHaveLength(20);
    expect(calls()).toEqual({ users: 1 });
  });

  test('are found for every type that has a key', async () => {
    const { entities, calls } = await subgraphForTest();
    const { data, errors } = await entities(
      [
        ...named('Campaign', CAMPAIGN_ID),
        interaction('interaction-007'),
        contact('contact-4'),
        ...named('ContactList', CONTACT_LIST_ID),
        ...named('Division', 'division-1'),
        ...named('Queue', 'queue-2'),
        ...named('Script', 'script-1'),
        ...named('Skill', 'skill-5'),
        ...named('User', 'user-0'),
        ...named('WrapUpCode', 'wrap-up-1'),
      ],
      '__typename ... on DomainEntity { id name } ... on CampaignInteraction { id campaignId destinationAddress } ... on Contact { contactListId callable }',
    );
    expect(errors).toBeUndefined();
    const entity = (__typename: string, id: string) => ({ __typename, id, name: `Name of ${id}` });
    expect(data._entities).toEqual([
      entity('Campaign', CAMPAIGN_ID),
      {
        __typename: 'CampaignInteraction',
        id: 'interaction-007',
        campaignId: CAMPAIGN_ID,
        destinationAddress: '+15557',
      },
      {
        __typename: 'Contact',
        id: 'contact-4',
        name: expect.anything(),
        contactListId: CONTACT_LIST_ID,
        callable: expect.any(Boolean),
      },
      entity('ContactList', CONTACT_LIST_ID),
      entity('Division', 'division-1'),
      entity('Queue', 'queue-2'),
      entity('Script', 'script-1'),
      entity('Skill', 'skill-5'),
      entity('User', 'user-0'),
      entity('WrapUpCode', 'wrap-up-1'),
    ]);
    expect(calls()).toEqual({
      campaigns: 1,
      campaignInteractions: 1,
      contacts: 1,
      contactLists: 1,
      divisions: 1,
      queues: 1,
      scripts: 1,
      skills: 1,
      users: 1,
      wrapUpCodes: 1,
    });
  });

  test('are loaded with the selected expands and no others', async () => {
    const { entities, sandbox } = await subgraphForTest();
    const { data } = await entities(
      named('User', 'user-1', 'user-2'),
      '... on User { presence { systemPresenceCode } manager { name } }',
    );
    expect(data._entities[1].presence).toEqual({ systemPresenceCode: 'Presence of user-2' });
    expect(data._entities[1].manager).toEqual({ name: 'Name of manager-2' });
    const expanded = sandbox.requests.map(({ query }) => query.getAll('expand'));
    // Managers come without names, so they need one more call.
    expect(expanded).toEqual([['presence'], []]);
  });

  test('are loaded for selections of their own type only', async () => {
    const { entities, sandbox, calls } = await subgraphForTest();
    await entities(
      [...named('User', 'user-1'), ...named('Queue', 'queue-1')],
      '... on DomainEntity { id ... on User { skills { proficiency } } } ... on Queue { id }',
    );
    expect(sandbox.requests.map(({ query }) => query.getAll('expand'))).toEqual([['skills']]);
    expect(calls()).toEqual({ users: 1 });
  });

  test('cost no call when only their key is selected, and are taken from the representation', async () => {
    const { entities, calls } = await subgraphForTest();
    const { data, errors } = await entities(
      [...named('User', 'user-1', 'nobody'), contact('contact-1')],
      '__typename ... on User { id } ... on Contact { id contactListId contactList { id } }',
    );
    expect(errors).toBeUndefined();
    expect(data._entities).toEqual([
      { __typename: 'User', id: 'user-1' },
      { __typename: 'User', id: 'nobody' },
      {
        __typename: 'Contact',
        id: 'contact-1',
        contactListId: CONTACT_LIST_ID,
        contactList: { id: CONTACT_LIST_ID },
      },
    ]);
    expect(calls()).toEqual({});
  });

  test('need no call of their own for fields that have calls of their own', async () => {
    const { entities, calls } = await subgraphForTest();
    const { data } = await entities(
      named('Campaign', CAMPAIGN_ID),
      '... on Campaign { id stats { idleAgents outstandingCalls } interactions(first: 2) { nodes { id } } }',
    );
    expect(data._entities[0].stats.idleAgents).toBe(1.5);
    expect(data._entities[0].interactions.nodes).toHaveLength(2);
    expect(calls()).toEqual({ campaignStats: 1, campaignInteractions: 1 });
  });

  test('that are contacts cost one call for each contact list', async () => {
    const { entities, sandbox } = await subgraphForTest();
    const { data, errors } = await entities(
      [contact('contact-1'), contact('contact-1', 'list-2'), contact('contact-2'), contact('nobody')],
      '... on Contact { id data contactList { id } }',
    );
    expect(errors).toBeUndefined();
    expect(data._entities.map((each: { id: string } | null) => each?.id)).toEqual([
      'contact-1',
      undefined,
      'contact-2',
      undefined,
    ]);
    expect(sandbox.requests.map(({ ids }) => ids)).toEqual([
      ['contact-1', 'contact-2', 'nobody'],
      ['contact-1'],
    ]);
  });

  test('that are interactions cost one list call for each campaign, and are null when the list lacks them', async () => {
    const { entities, calls } = await subgraphForTest();
    const { data, errors } = await entities(
      [
        interaction('interaction-001'),
        interaction('interaction-001', 'campaign-of-nobody'),
        interaction('interaction-099'),
        interaction('gone'),
      ],
      '... on CampaignInteraction { id agent { email } }',
    );
    expect(errors).toBeUndefined();
    expect(data._entities).toEqual([
      { id: 'interaction-001', agent: { email: 'user-1@example.com' } },
      null,
      { id: 'interaction-099', agent: { email: 'user-19@example.com' } },
      null,
    ]);
    expect(calls()).toEqual({ campaignInteractions: 2, users: 1 });
  });

  test('share a call with root fields that load the same type', async () => {
    const { query, calls } = await subgraphForTest();
    const { data } = await query(
      '{ user(id: "user-1") { email } _entities(representations: [{ __typename: "User", id: "user-2" }]) { ... on User { email } } }',
    );
    expect(data).toEqual({
      user: { email: 'user-1@example.com' },
      _entities: [{ email: 'user-2@example.com' }],
    });
    expect(calls()).toEqual({ users: 1 });
  });

  test('are the same in each repeated request, whatever is cached', async () => {
    const { entities } = await subgraphForTest({ compileAtHit: 1 });
    const representations = [...named('User', 'user-1'), interaction('interaction-001')];
    const ask = () =>
      entities(representations, '__typename ... on User { name } ... on CampaignInteraction { state }');
    const first = await ask();
    expect(first.errors).toBeUndefined();
    expect(await ask()).toEqual(first);
    expect(await ask()).toEqual(first);
  });
});

describe('a failure', () => {
  test('of a call is one error at the first entity that needs the call, with the ids of all such entities', async () => {
    const { entities } = await subgraphForTest({
      faults: [{ kind: 'status', resource: 'users', status: 500 }],
    });
    const answer = await entities(
      [...named('Queue', 'queue-1'), ...named('User', 'user-1', 'user-2', 'user-1')],
      '... on User { id email } ... on Queue { name }',
    );
    expect(answer.data._entities).toEqual([{ name: 'Name of queue-1' }, null, null, null]);
    const error = onlyError(answer);
    expect(error.path).toEqual(['_entities', 1]);
    expect(error.extensions).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      affected: { type: 'User', ids: ['user-1', 'user-2'], paths: ['_entities.*'] },
    });
  });

  test('of a campaign’s list is reported with the ids of the requested interactions', async () => {
    const { entities } = await subgraphForTest({
      faults: [deniedOnce('campaignInteractions', ['outbound:campaign:view'])],
    });
    const answer = await entities(
      [interaction('interaction-001'), interaction('interaction-002')],
      '... on CampaignInteraction { state }',
    );
    expect(answer.data._entities).toEqual([null, null]);
    expect(onlyError(answer).extensions).toMatchObject({
      code: 'FORBIDDEN',
      affected: { type: 'CampaignInteraction', ids: ['interaction-001', 'interaction-002'] },
    });
  });

  test('of an entity’s call does not affect the key of the same entity below another one', async () => {
    const { entities } = await subgraphForTest({
      faults: [{ kind: 'status', resource: 'divisions', status: 403 }],
      organisation: { ...supervisorsOrganisation(), campaigns: [campaign(CAMPAIGN_ID)] },
    });
    const answer = await entities(
      [...named('Division', 'division-1'), ...named('Queue', 'queue-1')],
      '... on Queue { division { id } } ... on Division { name }',
    );
    expect(answer.data._entities).toEqual([null, { division: { id: 'division-1' } }]);
    expect(onlyError(answer)).toMatchObject({
      path: ['_entities', 0],
      extensions: { code: 'FORBIDDEN', affected: { type: 'Division', ids: ['division-1'] } },
    });
  });

  test('of rows without an id is one error, and the other rows of the list are answered', async () => {
    const { entities } = await subgraphForTest({
      faults: [
        answering('campaignInteractions', {
          pendingInteractions: [{ id: 'interaction-1' }, {}, { id: 'interaction-2' }],
        }),
      ],
    });
    const answer = await entities(
      [interaction('interaction-1'), interaction('interaction-2')],
      '... on CampaignInteraction { state }',
    );
    expect(answer.data._entities).toEqual([{ state: 'PENDING' }, { state: 'PENDING' }]);
    expect(onlyError(answer).extensions.code).toBe('UPSTREAM_BAD_RESPONSE');
  });

  test('of a single value makes only that value null', async () => {
    const { entities } = await subgraphForTest({
      faults: [altered('users', (row) => ({ ...row, email: 5 }), 'user-1')],
    });
    const answer = await entities(named('User', 'user-1', 'user-2'), '... on User { email }');
    expect(answer.data._entities).toEqual([{ email: null }, { email: 'user-2@example.com' }]);
    expect(onlyError(answer).path).toEqual(['_entities', 0, 'email']);
  });
});

describe('a request without a credential', () => {
  test('gets null for all entities, with one error for them', async () => {
    const { query, calls } = await subgraphForTest();
    const answer = await query(
      '{ user(id: "user-1") { id } _entities(representations: [{ __typename: "User", id: "user-1" }, { __typename: "User", id: "user-2" }]) { ... on User { name } } }',
      {},
      null,
    );
    expect(answer.data).toEqual({ user: null, _entities: [null, null] });
    expect(answer.errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [['user'], 'UNAUTHENTICATED'],
      [['_entities', 0], 'UNAUTHENTICATED'],
    ]);
    expect(answer.errors?.[1]?.extensions.affected?.ids).toEqual(['user-1', 'user-2']);
    expect(calls()).toEqual({});
  });
});

test('the field _service does not exist without SUBGRAPH=1', async () => {
  const { gateway } = await gatewayForTest();
  const response = await gateway.fetch(graphqlRequest('{ _service { sdl } }'));
  const { errors } = JSON.parse(await response.text());
  expect(errors[0].message).toContain('Cannot query field "_service" on type "Query".');
});
