import { getIntrospectionQuery } from 'graphql';
import { describe, expect, test } from 'vitest';
import { gatewayForTest, graphqlRequest } from '../support/gateway.ts';
import { CAMPAIGN_ID } from '../support/organisation.ts';

const HIDDEN = { INTROSPECTION: 'off' };
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const LIST = `campaignInteractions(campaignId: "${CAMPAIGN_ID}"`;

/** Queries with one misspelt name each, for which an open schema suggests a correction. */
const misspelt: readonly [what: string, query: string, variables?: Record<string, unknown>][] = [
  ['a field', '{ user(id: "user-1") { nam } }'],
  ['an argument', '{ user(idd: "user-1") { name } }'],
  ['a type', '{ user(id: "user-1") { ... on Usr { name } } }'],
  ['a type of a variable', 'query ($n: Itn) { campaigns(first: $n) { totalCount } }'],
  ['a directive’s argument', '{ __typename @skip(iff: true) }'],
  ['an enum value', `{ ${LIST}, orderBy: CREATION_TIME_DES) { totalCount } }`],
  ['a field of an input object', `{ ${LIST}, filter: { state: [INTERACTING] }) { totalCount } }`],
  [
    'an enum value in a variable',
    `query ($order: CampaignInteractionOrder!) { ${LIST}, orderBy: $order) { totalCount } }`,
    { order: 'CREATION_TIME_DES' },
  ],
  [
    'a field of an input object in a variable',
    `query ($filter: CampaignInteractionFilter) { ${LIST}, filter: $filter) { totalCount } }`,
    { filter: { state: ['INTERACTING'] } },
  ],
];

describe('an error about a misspelt name has a suggestion only when the schema is open:', () => {
  test.each(misspelt)('%s', async (_what, text, variables = {}) => {
    const open = await gatewayForTest();
    const { errors: suggesting } = await open.query(text, variables);
    expect(suggesting?.map(({ message }) => message).join()).toMatch(/ Did you mean .*\?/);

    const hidden = await gatewayForTest({ env: HIDDEN });
    // Validation errors are cached, so the second answer is checked too.
    for (const { errors } of [await hidden.query(text, variables), await hidden.query(text, variables)]) {
      expect(errors?.length).toBe(suggesting?.length);
      for (const [n, { message }] of (errors ?? []).entries()) {
        expect(message).toMatch(/\w/);
        expect(message).not.toMatch(/did you mean/i);
        expect(suggesting?.[n]?.message.startsWith(message)).toBe(true);
      }
    }
    expect(hidden.calls()).toEqual({});
  });
});

describe('introspection of a hidden schema', () => {
  test.each([
    ['__schema', '{ __schema { queryType { name } } }'],
    ['__type', '{ __type(name: "User") { name } }'],
    ['__schema in a fragment', '{ ...F } fragment F on Query { s: __schema { queryType { name } } }'],
    ['the whole introspection query', getIntrospectionQuery()],
  ])('by %s is rejected', async (_what, text) => {
    const { gateway, calls } = await gatewayForTest({ env: HIDDEN });
    const response = await gateway.fetch(graphqlRequest(text));
    expect(response.status).toBe(200);
    const { data, errors } = JSON.parse(await response.text());
    expect(data).toBeUndefined();
    expect(errors[0].message).toMatch(/^GraphQL introspection has been disabled/);
    expect(errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(calls()).toEqual({});
  });

  test('still answers __typename', async () => {
    const { query } = await gatewayForTest({ env: HIDDEN });
    expect(await query('{ __typename user(id: "user-1") { __typename name } }')).toEqual({
      data: { __typename: 'Query', user: { __typename: 'User', name: 'Name of user-1' } },
    });
  });
});

describe.each([
  ['the schema is hidden', HIDDEN],
  ['GraphiQL is off', { GRAPHIQL: 'off' }],
])('when %s,', (_what, env) => {
  test('a browser gets a 404 error that says that GraphiQL is off', async () => {
    const { gateway } = await gatewayForTest({ env });
    const headers = { accept: BROWSER };
    const response = await gateway.fetch(new Request('http://localhost/graphql', { headers }));
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const { errors } = JSON.parse(await response.text());
    expect(errors).toEqual([
      { message: expect.stringContaining('GraphiQL is switched off'), extensions: { code: 'NOT_FOUND' } },
    ]);
  });

  test('a query by GET that accepts anything is answered', async () => {
    const { gateway } = await gatewayForTest({ env });
    const headers = { accept: BROWSER, 'x-graphql-yoga-csrf': '1' };
    const response = await gateway.fetch(
      new Request('http://localhost/graphql?query={__typename}', { headers }),
    );
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
  });
});

test('an error that quotes client text with the words of a suggestion keeps the text before these words', async () => {
  const { query } = await gatewayForTest({ env: HIDDEN });
  const { errors } = await query(`{ ${LIST}, first: "x? Did you mean well?") { totalCount } }`);
  expect(errors?.[0]?.message).toMatch(/^Int cannot represent non-integer value: "x\?/);
});
