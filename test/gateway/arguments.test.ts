import { describe, expect, test } from 'vitest';
import { ANY_SIZE, gatewayForTest } from '../support/gateway.ts';
import { CAMPAIGN_ID } from '../support/organisation.ts';

const interactions = `query ($first: Int, $after: String, $orderBy: CampaignInteractionOrder, $maxAgeMs: Int, $filter: CampaignInteractionFilter) {
  campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: $first, after: $after, orderBy: $orderBy, maxAgeMs: $maxAgeMs, filter: $filter) {
    pageInfo { endCursor }
  }
}`;
const campaigns = `query ($first: Int, $after: String, $filter: CampaignFilter) {
  campaigns(first: $first, after: $after, filter: $filter) { pageInfo { endCursor } nodes { id } }
}`;

const badIds = ['', '..', '.hidden', 'ends.', ':a', 'a/b', 'a b', 'a%2Fb', 'ä', '../users', 'x'.repeat(129)];

describe('an invalid argument is a BAD_USER_INPUT error without any call,', () => {
  test.each([
    [['first', '0 to 1000'], interactions, { first: -1 }],
    [['first', '0 to 1000'], interactions, { first: 1001 }],
    [['maxAgeMs', '0 or more'], interactions, { maxAgeMs: -1 }],
    [['after', 'cursor'], interactions, { after: 'nonsense' }],
    [['after', 'cursor'], interactions, { after: '' }],
    [['filter.agentIds', '1 to 128'], interactions, { filter: { agentIds: ['fine', 'not fine'] } }],
    [['filter.queueIds', '1 to 128'], interactions, { filter: { queueIds: ['..'] } }],
    [['filter.createdAfter', 'ISO-8601'], interactions, { filter: { createdAfter: 'yesterday' } }],
    [['filter.createdAfter', 'offset'], interactions, { filter: { createdAfter: '2026-01-01T00:00:00' } }],
    [['first', '0 to 100'], campaigns, { first: -1 }],
    [['first', '0 to 100'], campaigns, { first: 101 }],
    [['after', 'cursor'], campaigns, { after: 'nonsense' }],
    [['filter.ids', '1 to 128'], campaigns, { filter: { ids: ['a b'] } }],
    [['filter.name', 'at most 256'], campaigns, { filter: { name: 'x'.repeat(257) } }],
    [['filter.contactListId', '1 to 128'], campaigns, { filter: { contactListId: '..' } }],
    [
      ['filter.ids', 'at most 100'],
      campaigns,
      { filter: { ids: Array.from({ length: 101 }, (_, n) => `id-${n}`) } },
    ],
    [['campaignId', '1 to 128'], `query { campaignInteractions(campaignId: "a b") { totalCount } }`, {}],
    [['contactListId', '1 to 128'], `query { contact(contactListId: "a/b", id: "ok") { id } }`, {}],
    [['id', '1 to 512'], `query ($id: ID!) { contact(contactListId: "ok", id: $id) { id } }`, { id: '' }],
    [
      ['id', '1 to 512'],
      `query ($id: ID!) { contact(contactListId: "ok", id: $id) { id } }`,
      { id: 'x'.repeat(513) },
    ],
    [
      ['id', 'control character'],
      `query ($id: ID!) { contact(contactListId: "ok", id: $id) { id } }`,
      { id: 'a\u0085b' },
    ],
  ])('whose message contains %j', async (words, query, variables) => {
    const gateway = await gatewayForTest();
    const { data, errors } = await gateway.query(query, variables);
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    for (const word of words) expect(errors?.[0]?.message).toContain(word);
    expect(Object.values(data ?? {})).not.toContainEqual(expect.anything());
    expect(gateway.calls()).toEqual({});
  });

  test.each(badIds)('also when it is the id %j', async (id) => {
    const { query, calls } = await gatewayForTest();
    const { data, errors } = await query('query ($id: ID!) { user(id: $id) { id } }', { id });
    expect(data).toEqual({ user: null });
    expect(errors).toMatchObject([{ path: ['user'], extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(calls()).toEqual({});
  });

  test('also when it is a literal, with its location', async () => {
    const { query, calls } = await gatewayForTest();
    const { errors } = await query(
      `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", filter: { createdBefore: "2026-02-30T00:00:00Z" }) { totalCount } }`,
    );
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' }, locations: [{ line: 1 }] }]);
    expect(calls()).toEqual({});
  });
});

test.each(['a', 'A-b_c', 'a.b:c', '5a11ab1e-0000-4000-8000-000000000001', '1', 'x'.repeat(128)])(
  'an id may be %j',
  async (id) => {
    const { query, sandbox } = await gatewayForTest();
    expect(await query('query ($id: ID!) { script(id: $id) { id } }', { id })).toEqual({
      data: { script: null },
    });
    expect(sandbox.requests[0]?.ids).toEqual([id]);
  },
);

test.each([
  [interactions, { first: 0 }],
  [interactions, { first: null }],
  [interactions, { first: 1000 }],
  [interactions, { maxAgeMs: 0, after: null, filter: null, orderBy: null }],
  [campaigns, { first: 0 }],
  [campaigns, { first: 100 }],
  [campaigns, { filter: { ids: Array.from({ length: 100 }, (_, n) => `id-${n}`) } }],
])('an argument at the end of its range is accepted: %#', async (query, variables) => {
  const gateway = await gatewayForTest();
  expect((await gateway.query(query, variables)).errors).toBeUndefined();
});

test('an invalid argument in a nested fragment rejects all upstream fields of the request before any call', async () => {
  const { query, calls } = await gatewayForTest();
  const { data, errors } = await query(`
    query Nested {
      __typename
      campaigns { nodes { ...Screen } }
      fine: user(id: "user-1") { name }
    }
    fragment Screen on Campaign { interactions(first: -5) { totalCount } }
  `);
  expect(data).toEqual({ __typename: 'Query', campaigns: null, fine: null });
  expect(errors).toMatchObject([
    {
      path: ['campaigns'],
      message: expect.stringContaining('first'),
      extensions: { code: 'BAD_USER_INPUT' },
    },
    { path: ['fine'], extensions: { code: 'BAD_USER_INPUT' } },
  ]);
  expect(calls()).toEqual({});
});

test('an argument of a field that @include or @skip leaves out is not checked', async () => {
  const { query, calls } = await gatewayForTest();
  const screen = `query ($id: ID = "", $with: Boolean!) {
    queue(id: "queue-1") { name }
    user(id: $id) @include(if: $with) { id }
    ... @skip(if: true) { campaigns(first: -1) { totalCount } }
  }`;
  expect(await query(screen, { with: false })).toEqual({ data: { queue: { name: 'Name of queue-1' } } });
  expect(calls()).toEqual({ queues: 1 });
  expect((await query(screen, { with: true })).errors).toMatchObject([
    { path: ['user'] },
    { path: ['queue'] },
  ]);
  expect(calls()).toEqual({});
});

test('all invalid arguments of a request are reported together', async () => {
  const { query } = await gatewayForTest();
  const { errors } = await query(
    '{ a: user(id: "..") { id } campaigns(first: 101, filter: { ids: [".."] }) { totalCount } }',
  );
  expect(errors?.map(({ path }) => path)).toEqual([['a'], ['campaigns'], ['campaigns']]);
});

test('a cursor of another order, another connection or another campaign filter is rejected', async () => {
  const { query, calls } = await gatewayForTest();
  const cursorOf = async (text: string, variables: Record<string, unknown>) => {
    const { data } = await query(text, variables);
    return (data.campaignInteractions ?? data.campaigns).pageInfo.endCursor;
  };
  const ascending = await cursorOf(interactions, { first: 5 });
  const descending = await cursorOf(interactions, { first: 5, orderBy: 'CREATION_TIME_DESC' });
  const ofCampaigns = await cursorOf(campaigns, { first: 1 });
  const ofOneName = await cursorOf(campaigns, { first: 1, filter: { name: 'Name' } });
  calls();

  const refusals = [
    [interactions, { after: descending }],
    [interactions, { after: ascending, orderBy: 'CREATION_TIME_DESC' }],
    [interactions, { after: ofCampaigns }],
    [campaigns, { after: ascending }],
    [campaigns, { after: ofOneName }],
    [campaigns, { after: ofCampaigns, filter: { name: 'Name' } }],
  ] as const;
  for (const [text, variables] of refusals) {
    expect((await query(text, variables)).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  }
  expect(calls()).toEqual({});

  const accepted = [
    [interactions, { after: ascending, filter: { states: ['PENDING'] } }],
    [interactions, { after: descending, orderBy: 'CREATION_TIME_DESC' }],
    [campaigns, { after: ofCampaigns, filter: { name: null } }],
  ] as const;
  for (const [text, variables] of accepted) expect((await query(text, variables)).errors).toBeUndefined();
});

test('fragments that spread each other repeatedly are searched once', async () => {
  const { query } = await gatewayForTest({ env: ANY_SIZE });
  const depth = 40;
  const fragments = Array.from(
    { length: depth },
    (_, n) => `fragment F${n} on Query { ...F${n + 1} __typename ...F${n + 1} }`,
  );
  const { data, errors } = await query(
    `{ ...F0 user(id: "..") { id } } ${fragments.join(' ')} fragment F${depth} on Query { __typename }`,
  );
  expect(errors).toMatchObject([{ path: ['user'] }]);
  expect(data['__typename']).toBe('Query');
});
