import type { Models } from 'purecloud-platform-client-v2';
import { describe, expect, test } from 'vitest';
import {
  altered,
  answering,
  gatewayWithList,
  gatewayWithRows,
  isEnvelope,
  isRows,
  nodesIn,
  notIds,
  onlyError,
  type Row,
  screen,
} from '../support/answers.ts';
import { ANY_SIZE, gatewayForTest } from '../support/gateway.ts';
import {
  CAMPAIGN_ID,
  CONTACT_LIST_ID,
  interaction,
  supervisorsOrganisation,
} from '../support/organisation.ts';

describe('a list of interactions', () => {
  const lists = [
    'interactingInteractions',
    'previewingInteractions',
    'proceedingInteractions',
    'scheduledInteractions',
    'pendingInteractions',
  ] as const satisfies (keyof Models.CampaignInteractions)[];
  const stateOf = (list: string) => list.replace('Interactions', '').toUpperCase();

  test.each([{}, Object.fromEntries(lists.map((list) => [list, null]))])(
    'has no rows when the upstream leaves it out or sends null: %j',
    async (body) => {
      const { ask, calls } = await gatewayWithList(body);
      expect(await ask('id')).toEqual({ data: { campaignInteractions: { nodes: [] } } });
      expect(calls()).toEqual({ campaignInteractions: 1 });
    },
  );

  test.each(lists)('gives its rows its state when it is the only list: %s', async (list) => {
    const { ask } = await gatewayWithList({ [list]: [interaction(1)] });
    expect(await ask('id state')).toEqual({
      data: { campaignInteractions: { nodes: [{ id: 'interaction-001', state: stateOf(list) }] } },
    });
  });

  test.each([{}, { secret: 'do-not-tell' }, 'do-not-tell', 7, true])(
    'that is not an array causes one error for the whole body, and the other lists are answered: %j',
    async (broken) => {
      const { ask } = await gatewayWithList({
        pendingInteractions: broken,
        proceedingInteractions: broken,
        scheduledInteractions: [interaction(1)],
      });
      const answer = await ask('id state');
      expect(nodesIn(answer)).toEqual([{ id: 'interaction-001', state: 'SCHEDULED' }]);
      const { path, extensions } = onlyError(answer);
      expect(path).toEqual(['campaignInteractions']);
      expect(extensions).toMatchObject({
        code: 'UPSTREAM_BAD_RESPONSE',
        upstreamStatus: 200,
        correlationId: expect.any(String),
        affected: { type: 'CampaignInteraction', ids: [], paths: ['campaignInteractions'] },
      });
      expect(JSON.stringify(answer)).not.toContain('do-not-tell');
    },
  );

  test.each<[string, unknown]>([
    ['without an id', { ...interaction(0), id: undefined }],
    ['whose id is null', { ...interaction(0), id: null }],
    ...notIds
      .filter((id) => typeof id !== 'string' || id === '')
      .map((id): [string, unknown] => [`whose id is ${JSON.stringify(id)}`, { id }]),
    ['that is null', null],
    ['that is a number', 5],
    ['that is text', 'interaction-000'],
    ['that is a list', [interaction(0)]],
  ])('leaves out a row %s, and one error reports all such rows', async (_what, row) => {
    const { query } = await gatewayWithList({
      pendingInteractions: [row, interaction(1), row],
      interactingInteractions: [row, interaction(2)],
    });
    const answer = await query(
      `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}") { totalCount nodes { id agent { email } } } }`,
    );
    expect(answer.data.campaignInteractions).toEqual({
      totalCount: 2,
      nodes: [
        { id: 'interaction-001', agent: { email: 'user-1@example.com' } },
        { id: 'interaction-002', agent: { email: 'user-2@example.com' } },
      ],
    });
    const { path, extensions } = onlyError(answer);
    expect(path).toEqual(['campaignInteractions']);
    expect(extensions).toMatchObject({
      code: 'UPSTREAM_BAD_RESPONSE',
      affected: { type: 'CampaignInteraction', ids: [], paths: ['campaignInteractions'] },
    });
  });

  test('has a row only once when the upstream repeats it', async () => {
    const { query } = await gatewayWithRows([interaction(1), interaction(2), interaction(1)]);
    expect(
      await query(
        `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}") { totalCount edges { node { id } } nodes { id } } }`,
      ),
    ).toEqual({
      data: {
        campaignInteractions: {
          totalCount: 2,
          edges: [{ node: { id: 'interaction-001' } }, { node: { id: 'interaction-002' } }],
          nodes: [{ id: 'interaction-001' }, { id: 'interaction-002' }],
        },
      },
    });
  });

  const pairs = lists.flatMap((further, at) => lists.slice(at + 1).map((nearer) => ({ further, nearer })));

  test.each(pairs)(
    'named $further decides the state and values of a row that $nearer contains too',
    async ({ further, nearer }) => {
      const rows = {
        [nearer]: [{ ...interaction(1), callerName: nearer }],
        [further]: [{ ...interaction(1), callerName: further }],
      };
      const { ask } = await gatewayWithList(rows);
      expect(await ask('id state callerName')).toEqual({
        data: {
          campaignInteractions: {
            nodes: [{ id: 'interaction-001', state: stateOf(further), callerName: further }],
          },
        },
      });
    },
  );

  test('is answered without regard to unknown properties of its rows and of the body', async () => {
    const { ask, calls } = await gatewayWithList({
      interactingInteractions: [
        { ...interaction(1), newThing: { id: 'x' }, __proto__x: 1, constructor: 'x' },
      ],
      newInteractions: [interaction(2)],
      campaign: 'text',
    });
    expect(await ask('id campaignId callerName')).toEqual({
      data: {
        campaignInteractions: {
          nodes: [{ id: 'interaction-001', campaignId: CAMPAIGN_ID, callerName: 'Caller' }],
        },
      },
    });
    expect(calls()).toEqual({ campaignInteractions: 1 });
  });

  test('may have rows with only an id, whose other fields are null without an error or another call', async () => {
    const { ask, calls } = await gatewayWithRows([{ id: 'bare' }]);
    const fields = [
      'campaign { id name campaignStatus }',
      'agent { id name email }',
      'contact { id data contactListId }',
      'queue { memberCount }',
      'script { startPageName }',
      'skills { state }',
      'conversation { id participants { id } }',
      'destinationAddress activePreviewCall lastActivePreviewWrapupTime creationTime callPlacedTime',
      'callRoutedTime previewConnectedTime disposition dispositionCode callerName callerAddress',
      'previewPopDeliveredTime dialerSystemParticipantId dialingMode',
    ];
    const answer = await ask(fields.join(' '));
    expect(answer.errors).toBeUndefined();
    expect(new Set(Object.values(nodesIn(answer)[0]))).toEqual(new Set([null]));
    expect(Object.keys(nodesIn(answer)[0])).toHaveLength(21);
    expect(calls()).toEqual({ campaignInteractions: 1 });
  });
});

describe('rows of a bulk answer', () => {
  const details = screen(
    'id agent { id email } queue { id memberCount } skills { id state } contact { id data } campaign { campaignStatus }',
  );
  const cost = { campaignInteractions: 1, users: 1, queues: 1, skills: 1, contacts: 1, campaigns: 1 };

  test.each<[string, (rows: Row[]) => unknown[]]>([
    ['they come in another order', (rows) => rows.toReversed()],
    [
      'a row with an id that was not requested is among them',
      (rows) => [{ id: 'somebody-else', email: 'x', data: {} }, ...rows],
    ],
    ['each of them comes twice', (rows) => rows.flatMap((row) => [row, row])],
    [
      'each of them is followed by a different row with the same id',
      (rows) => rows.flatMap((row) => [row, { id: row['id'] }]),
    ],
    [
      'values that are not rows come before them',
      (rows) => [null, 5, 'text', true, [], [rows[0]], {}, ...rows],
    ],
    [
      'rows without a valid id come before them',
      (rows) => [{ id: null }, { id: 5 }, { id: {} }, { id: ['user-1'] }, { id: '' }, ...rows],
    ],
    ['they have unknown properties', (rows) => rows.map((row) => ({ ...row, newThing: { id: 'x' } }))],
  ])('give the usual answer at the usual cost when %s', async (_what, change) => {
    const healthy = await gatewayForTest();
    const alter = (body: unknown) => {
      if (isRows(body)) return change(body);
      return isEnvelope(body) ? { ...body, entities: change(body.entities) } : body;
    };
    const { query, calls } = await gatewayForTest({ faults: [{ kind: 'alter', alter }] });
    expect(await query(details)).toEqual(await healthy.query(details));
    expect(calls()).toEqual(cost);
  });

  test('cause an error for the missing ids when their total counts more rows than there are', async () => {
    const cut = { entities: [{ id: 'user-0', email: 'zero@example.com' }], total: 2 };
    const { ask } = await gatewayWithRows([interaction(0), interaction(1)], {
      faults: [answering('users', cut)],
    });
    const answer = await ask('agent { id email }');
    expect(nodesIn(answer)).toEqual([
      { agent: { id: 'user-0', email: 'zero@example.com' } },
      { agent: { id: 'user-1', email: null } },
    ]);
    expect(onlyError(answer).extensions).toMatchObject({
      code: 'UPSTREAM_BAD_RESPONSE',
      affected: { type: 'User', ids: ['user-1'] },
    });
  });

  test('mark missing ids as unknown, without an error, when their total exceeds the number of ids', async () => {
    const { ask } = await gatewayWithRows([interaction(0), interaction(1)], {
      faults: [answering('users', { entities: [], total: 2000 })],
    });
    expect((await ask('agent { id email }')).errors).toBeUndefined();
  });

  test('mark missing ids as unknown, without an error, when there is no total', async () => {
    const { ask } = await gatewayWithRows([interaction(0), interaction(1)], {
      faults: [answering('users', { entities: [] })],
    });
    expect(await ask('agent { id email }')).toEqual({
      data: {
        campaignInteractions: {
          nodes: [{ agent: { id: 'user-0', email: null } }, { agent: { id: 'user-1', email: null } }],
        },
      },
    });
  });
});

describe('an answer that names another owner', () => {
  test('is an UPSTREAM_BAD_RESPONSE error when it has the interactions of another campaign', async () => {
    const { query } = await gatewayForTest({
      faults: [
        answering('campaignInteractions', { campaign: { id: 'campaign-2' }, pendingInteractions: [] }),
      ],
    });
    const answer = await query(screen('id'));
    expect(answer.data).toEqual({ campaignInteractions: null });
    expect(onlyError(answer).extensions.code).toBe('UPSTREAM_BAD_RESPONSE');
  });

  test('is not used when its contact is in another list', async () => {
    const { query } = await gatewayForTest({
      faults: [answering('contacts', [{ id: 'contact-1', contactListId: 'list-2', data: {} }])],
    });
    expect(await query('{ contact(contactListId: "list-1", id: "contact-1") { id } }')).toEqual({
      data: { contact: null },
    });
  });
});

describe('data that the upstream does not know is null without an error:', () => {
  test('loaded fields of an entity whose row is missing from a bulk answer', async () => {
    const rows = [
      {
        ...interaction(0),
        agent: { id: 'gone', name: 'Own name', selfUri: '/own' },
        queue: { id: 'gone' },
        skills: [{ id: 'gone' }, { id: 'skill-1' }],
      },
      interaction(1),
    ];
    const { ask, calls } = await gatewayWithRows(rows);
    const answer = await ask(`
      agent { id name selfUri email division { name } skills { proficiency } }
      queue { id name selfUri memberCount }
      skills { id name state }
    `);
    expect(answer.errors).toBeUndefined();
    expect(nodesIn(answer)[0]).toEqual({
      agent: {
        id: 'gone',
        name: 'Own name',
        selfUri: '/own',
        email: null,
        division: null,
        skills: null,
      },
      queue: { id: 'gone', name: null, selfUri: null, memberCount: null },
      skills: [
        { id: 'gone', name: null, state: null },
        { id: 'skill-1', name: 'Name of skill-1', state: 'ACTIVE' },
      ],
    });
    expect(nodesIn(answer)[1].agent.email).toBe('user-1@example.com');
    expect(calls()).toEqual({ campaignInteractions: 1, users: 1, queues: 1, skills: 1 });
  });

  test('loaded fields of a script that the upstream answers with 404', async () => {
    const { ask } = await gatewayWithRows([
      { ...interaction(0), script: { id: 'gone', name: 'Own name' } },
      interaction(1),
    ]);
    const answer = await ask('script { id name startPageName }');
    expect(answer.errors).toBeUndefined();
    expect(nodesIn(answer)).toEqual([
      { script: { id: 'gone', name: 'Own name', startPageName: null } },
      { script: { id: 'script-1', name: 'Name of script-1', startPageName: 'Start of script-1' } },
    ]);
  });

  test('data of all contacts of an unknown list, and of an unknown contact of a known list', async () => {
    const rows = [
      { ...interaction(0), contact: contactOf('list-gone', 'contact-0') },
      { ...interaction(1), contact: contactOf('list-gone', 'contact-1') },
      { ...interaction(2), contact: contactOf(CONTACT_LIST_ID, 'gone') },
      interaction(3),
    ];
    const { ask, calls } = await gatewayWithRows(rows);
    const answer = await ask('contact { id data contactListId }');
    expect(answer.errors).toBeUndefined();
    expect(nodesIn(answer).map(({ contact }) => contact)).toEqual([
      { id: 'contact-0', data: null, contactListId: 'list-gone' },
      { id: 'contact-1', data: null, contactListId: 'list-gone' },
      { id: 'gone', data: null, contactListId: CONTACT_LIST_ID },
      { id: 'contact-3', data: { Phone: '+15553' }, contactListId: CONTACT_LIST_ID },
    ]);
    // A 404 can be about one of several contacts, so the contacts of the unknown list are also loaded one by one.
    expect(calls()).toEqual({ campaignInteractions: 1, contacts: 4 });
  });

  test('a root field, which calls the upstream even when only the id is selected', async () => {
    const { query, calls } = await gatewayForTest({ env: ANY_SIZE });
    const answer = await query(`{
      campaign(id: "gone") { id }
      campaignInteractions(campaignId: "gone") { totalCount }
      campaignInteraction(campaignId: "${CAMPAIGN_ID}", id: "gone") { id }
      user(id: "gone") { id }
      queue(id: "gone") { id }
      skill(id: "gone") { id }
      script(id: "gone") { id }
      contact(contactListId: "${CONTACT_LIST_ID}", id: "gone") { id }
      noList: contact(contactListId: "gone", id: "contact-1") { id }
      contactList(id: "gone") { id }
      conversation(id: "gone") { id }
    }`);
    expect(answer.errors).toBeUndefined();
    expect(new Set(Object.values(answer.data))).toEqual(new Set([null]));
    expect(calls()).toEqual({
      campaigns: 1,
      campaignInteractions: 2,
      users: 1,
      queues: 1,
      skills: 1,
      scripts: 1,
      contacts: 2,
      contactLists: 1,
      conversations: 1,
    });
  });

  test('progress and stats of a campaign', async () => {
    const { query } = await gatewayForTest({
      organisation: {
        ...supervisorsOrganisation(),
        progress: () => undefined,
        stats: () => undefined,
      },
    });
    const answer = await query(
      `{ campaign(id: "${CAMPAIGN_ID}") { id progress { percentage } stats { idleAgents } } }`,
    );
    expect(answer).toEqual({ data: { campaign: { id: CAMPAIGN_ID, progress: null, stats: null } } });
  });
});

describe('a property that the upstream sends only on request', () => {
  test('is null without an error and without another call when the upstream leaves it out', async () => {
    const { query, calls, sandbox } = await gatewayForTest({
      faults: [
        altered(
          'users',
          (user) => ({ ...user, presence: undefined, routingStatus: undefined, skills: undefined }),
          'user-0',
        ),
        altered(
          'users',
          (user) => ({ ...user, presence: {}, routingStatus: {}, skills: [{}, null] }),
          'user-1',
        ),
        altered(
          'users',
          (user) => ({ ...user, presence: { presenceDefinition: {} }, routingStatus: null, skills: null }),
          'user-2',
        ),
      ],
    });
    const answer = await query(
      screen(`agent {
        email presence { systemPresenceCode modifiedDate } routingStatus { status startTime }
        skills { proficiency skill { id } }
      }`),
    );
    expect(answer.errors).toBeUndefined();
    expect(
      nodesIn(answer)
        .map(({ agent }) => agent)
        .slice(0, 4),
    ).toEqual([
      { email: 'user-0@example.com', presence: null, routingStatus: null, skills: null },
      {
        email: 'user-1@example.com',
        presence: { systemPresenceCode: null, modifiedDate: null },
        routingStatus: { status: null, startTime: null },
        skills: [{ proficiency: null, skill: null }],
      },
      {
        email: 'user-2@example.com',
        presence: { systemPresenceCode: null, modifiedDate: null },
        routingStatus: null,
        skills: null,
      },
      {
        email: 'user-3@example.com',
        presence: { systemPresenceCode: 'Presence of user-3', modifiedDate: '2026-01-01T00:00:00Z' },
        routingStatus: { status: 'IDLE', startTime: '2026-01-01T00:00:00Z' },
        skills: [{ proficiency: 2.5, skill: { id: 'skill-0' } }],
      },
    ]);
    const asked = sandbox.requests.find(({ resource }) => resource === 'users')?.query.getAll('expand');
    expect(asked?.toSorted()).toEqual(['presence', 'routingStatus', 'skills']);
    expect(calls()).toEqual({ campaignInteractions: 1, users: 1 });
  });

  test('of a contact list is null when the upstream leaves it out', async () => {
    const { query } = await gatewayForTest({
      faults: [altered('contactLists', (list) => ({ ...list, size: undefined, columnNames: undefined }))],
    });
    expect(await query(`{ contactList(id: "${CONTACT_LIST_ID}") { id size columnNames } }`)).toEqual({
      data: { contactList: { id: CONTACT_LIST_ID, size: null, columnNames: null } },
    });
  });
});

function contactOf(contactListId: string, id: string) {
  return { id, selfUri: `/api/v2/outbound/contactlists/${contactListId}/contacts/${id}` };
}
