import { describe, expect, test } from 'vitest';
import { type AnsweredError, gatewayForTest, TOKEN } from '../support/gateway.ts';
import { CAMPAIGN_ID } from '../support/organisation.ts';

const QUERY = `query ($filter: CampaignInteractionFilter, $first: Int) {
  campaignInteractions(campaignId: "${CAMPAIGN_ID}", filter: $filter, first: $first) { totalCount }
}`;
const LONG = 'x'.repeat(20_000);
const MOST_QUOTED = 200;

type Variables = Readonly<Record<string, unknown>>;
type Send = (variables: Variables, token: string | null) => Request;

const url = 'http://localhost/graphql';
function headersFor(token: string | null): Record<string, string> {
  return { ...(token !== null && { authorization: `Bearer ${token}` }), 'x-graphql-yoga-csrf': '1' };
}

const byPost =
  (sent: object): Send =>
  (variables, token) => {
    const headers = { ...headersFor(token), 'content-type': 'application/json' };
    return new Request(url, { method: 'POST', headers, body: JSON.stringify({ ...sent, variables }) });
  };
const byGet: Send = (variables, token) => {
  const parameters = new URLSearchParams({ query: QUERY, variables: JSON.stringify(variables) });
  return new Request(`${url}?${parameters}`, { headers: headersFor(token) });
};

/** Code paths that coerce variables. */
const ways: readonly (readonly [string, Send, number])[] = [
  ['of an operation that is not compiled', byPost({ query: QUERY }), Infinity],
  ['of a compiled operation', byPost({ query: QUERY }), 1],
  ['of a GET request', byGet, 1],
  ['of a trusted document', byPost({ documentId: 'list' }), 1],
];

describe.each(ways)('wrong variables %s', (_way, send, compileAtHit) => {
  /** Errors of a request that was refused as a whole. Expects no data and no call. */
  async function refused(variables: Variables, token: string | null = TOKEN): Promise<AnsweredError[]> {
    const { gateway, calls } = await gatewayForTest({ compileAtHit, manifest: { list: QUERY } });
    const response = await gateway.fetch(send(variables, token));
    expect(response.status).toBe(200);
    const { errors, ...answer } = await response.json();
    expect(answer).toEqual({});
    expect(calls()).toEqual({});
    for (const { extensions } of errors) expect(extensions).toEqual({ code: 'BAD_USER_INPUT' });
    return errors;
  }

  test('are named, each with its problem', async () => {
    const errors = await refused({ filter: { state: 'PENDING', states: ['GONE'] }, first: '5' });
    expect(errors.map(({ message }) => message)).toEqual([
      'Variable "$filter" got invalid value "GONE" at "filter.states[0]"; Value "GONE" does not exist in "CampaignInteractionState" enum.',
      'Variable "$filter" got invalid value { state: "PENDING", states: ["GONE"] }; Field "state" is not defined by type "CampaignInteractionFilter". Did you mean "states"?',
      'Variable "$first" got invalid value "5"; Int cannot represent non-integer value: "5"',
    ]);
    expect(errors[0]?.locations).toEqual([{ line: 1, column: 8 }]);
  });

  test.each([
    [
      'unknown fields',
      { filter: Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [`field${n}`, 1])) },
    ],
    ['unknown enum values', { filter: { states: Array.from({ length: 3000 }, (_, n) => `STATE_${n}`) } }],
    ['list elements of a wrong type', { filter: { states: Array.from({ length: 3000 }, () => ({})) } }],
  ])('get 20 errors at most: thousands of %s', async (_what, variables) => {
    const errors = await refused(variables, null);
    expect(errors).toHaveLength(20);
    expect(errors.at(-1)?.message).toContain('Too many errors');
    expect(JSON.stringify(errors).length).toBeLessThan(20 * 500);
  });

  test.each([
    ['a field name', { filter: { [LONG]: 1 } }],
    ['an enum value', { filter: { states: [LONG] } }],
    ['text instead of a number', { first: LONG }],
    ['an object', { filter: { [LONG]: LONG, states: LONG } }],
    ['a list', { filter: [LONG] }],
    ['a list in a list', { first: [[LONG]] }],
    ['text that looks like a suggestion', { first: `" Did you mean "${LONG}"?` }],
    ['a field name that looks like a suggestion', { filter: { [`a" Did you mean "${LONG}"?`]: 1 } }],
  ])('are quoted with 200 characters at most: %s', async (_what, variables) => {
    for (const { message } of await refused(variables)) {
      expect(message.replaceAll(/[^x]/g, '').length).toBeLessThanOrEqual(MOST_QUOTED);
      expect(message.length).toBeLessThan(500);
    }
  });

  test('of a condition are named when they are null, although they have a default', async () => {
    const text = `query ($filter: CampaignInteractionFilter, $isWanted: Boolean = true) {
      campaignInteractions(campaignId: "${CAMPAIGN_ID}", filter: $filter) { totalCount @include(if: $isWanted) observedAt }
    }`;
    const { gateway, calls } = await gatewayForTest({ compileAtHit });
    const request = byPost({ query: text })({ isWanted: null }, TOKEN);
    request.headers.set('accept', 'application/graphql-response+json');
    const response = await gateway.fetch(request);
    expect(response.status).toBe(400);
    const { errors, ...answer } = await response.json();
    expect(answer).toEqual({});
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({
      message: expect.stringContaining('"if"'),
      extensions: { code: 'BAD_USER_INPUT' },
    });
    expect(calls()).toEqual({});
  });

  test.each([20, 21])('get 20 errors at most: %s that are too deep', async (count) => {
    const names = Array.from({ length: count }, (_, n) => `$v${n}`);
    const env = { MAX_ROOT_FIELDS: '100' };
    const { query } = await gatewayForTest({ compileAtHit, env });
    const deep = JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`);
    const text = `query (${names.map((name) => `${name}: [ID!]`).join(' ')}) {
      ${names.map((name, n) => `a${n}: campaigns(filter: { ids: ${name} }) { totalCount }`).join(' ')} }`;
    const variables = Object.fromEntries(names.map((name) => [name.slice(1), deep]));
    const { errors = [] } = await query(text, variables);
    expect(errors).toHaveLength(20);
    expect(errors.at(-1)?.message).toBe(
      count === 20
        ? 'Variable "$v19" nests lists and objects more than 64 deep.'
        : 'More variables are too deep; the first 19 are named.',
    );
  });

  test('with very long names get a shortened message', async () => {
    const { query } = await gatewayForTest({ compileAtHit });
    const { errors = [] } = await query(`query ($${LONG}: ID!) { user(id: $${LONG}) { id } }`);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message.length).toBeLessThan(MOST_QUOTED);
  });
});

test('the errors of wrong variables come with the upstream report if the request asks for it', async () => {
  const { gateway } = await gatewayForTest({ env: { UPSTREAM_REPORT: 'on' } });
  const request = byPost({ query: QUERY })({ first: 'five' }, TOKEN);
  request.headers.set('x-upstream-report', '1');
  const { errors, extensions } = await (await gateway.fetch(request)).json();
  expect(errors).toHaveLength(1);
  expect(extensions.upstream).toMatchObject({ calls: [] });
});

test('a list element that must not be null is reported without the rest of its argument', async () => {
  const { query } = await gatewayForTest();
  const agentIds = Array.from({ length: 300 }, (_, n) => `"agent-${n}"`).join(' ');
  const text = `query ($state: CampaignInteractionState = PENDING) {
    campaignInteractions(campaignId: "${CAMPAIGN_ID}", filter: { agentIds: [${agentIds}], states: [$state] }) { totalCount }
  }`;
  const { errors = [] } = await query(text, { state: null });
  expect(errors).toHaveLength(1);
  expect(errors[0]?.message.length).toBeLessThanOrEqual(MOST_QUOTED);
  expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
});

describe('thousands of invalid ids', () => {
  const agentIds = Array.from({ length: 3000 }, (_, n) => `no id ${n}`);

  test('get 20 errors at most', async () => {
    const { query, calls } = await gatewayForTest();
    const { data, errors = [] } = await query(QUERY, { filter: { agentIds } });
    expect(data).toEqual({ campaignInteractions: null });
    expect(errors).toHaveLength(20);
    expect(errors[0]?.message).toContain('not "no id 0"');
    expect(errors.at(-1)?.message).toBe('More arguments are wrong; the first 19 are named.');
    for (const { extensions } of errors) expect(extensions.code).toBe('BAD_USER_INPUT');
    expect(calls()).toEqual({});
  });

  test('get 20 errors at most, plus one per field, if several fields have them', async () => {
    const { query, calls } = await gatewayForTest();
    const lists = Array.from(
      { length: 10 },
      (_, n) =>
        `list${n}: campaignInteractions(campaignId: "${CAMPAIGN_ID}", filter: $filter) { totalCount }`,
    );
    const text = `query ($filter: CampaignInteractionFilter) { ${lists.join(' ')} }`;
    const { data, errors = [] } = await query(text, { filter: { agentIds } });
    expect(Object.values(data)).toEqual(lists.map(() => null));
    // Each list has at least the error that it was not requested.
    expect(errors.length).toBeLessThanOrEqual(20 + lists.length);
    expect(new Set(errors.map(({ path }) => path?.[0])).size).toBe(lists.length);
    expect(calls()).toEqual({});
  });
});

test.each(ways.slice(0, 2))(
  'a null condition of @include refuses the request %s before any call',
  async (_way, _send, compileAtHit) => {
    const { query, calls } = await gatewayForTest({ compileAtHit });
    const operation = `query ($x: Boolean = true) {
      campaign(id: "${CAMPAIGN_ID}") { name callerName @include(if: $x) }
    }`;
    const { data, errors } = await query(operation, { x: null });
    expect(data).toBeUndefined();
    expect(errors?.map(({ message }) => message)).toEqual([
      'Argument "if" of non-null type "Boolean!" must not be null.',
    ]);
    expect(calls()).toEqual({});
    expect((await query(operation)).errors).toBeUndefined();
  },
);
