import { describe, expect, test } from 'vitest';
import { gatewayForTest, TOKEN } from '../../support/gateway.ts';

const LONG = 'x'.repeat(80_000);
const MOST_QUOTED = 200;
const credential = { authorization: `Bearer ${TOKEN}` };

function post(body: unknown, headers: Readonly<Record<string, string>> = {}): Request {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const sent = { ...credential, 'content-type': 'application/json', ...headers };
  return new Request('http://localhost/graphql', { method: 'POST', headers: sent, body: text });
}

const get = (parameters: Readonly<Record<string, string>>) =>
  new Request(`http://localhost/graphql?${new URLSearchParams(parameters)}`, { headers: credential });

const query = (text: string, variables = {}) => post({ query: text, variables });
const half = LONG.slice(0, LONG.length / 2 - 100);

/** Requests in which a long text is at fault. */
const requests: readonly (readonly [string, Request])[] = [
  ['operation name', query(`query ${LONG}($unused: Int) { __typename }`)],
  ['fragment name', query(`{ ...${LONG} }`)],
  ['unused fragment', query(`{ __typename } fragment ${LONG} on Query { __typename }`)],
  ['field', query(`{ ${LONG} }`)],
  ['alias', query(`{ ${LONG}: campaigns { totalCount } }`)],
  ['alias of conflicting fields', query(`{ ${half}: __typename ${half}: campaigns { totalCount } }`)],
  ['argument name', query(`{ campaigns(${LONG}: 1) { totalCount } }`)],
  ['text as an argument', query(`{ campaigns(first: "${LONG}") { totalCount } }`)],
  ['enum value', query(`{ campaigns(first: ${LONG}) { totalCount } }`)],
  ['number', query(`{ campaigns(first: ${'1'.repeat(80_000)}) { totalCount } }`)],
  ['field of an input object', query(`{ campaigns(filter: { ${LONG}: 1 }) { totalCount } }`)],
  ['variable', query(`{ campaigns(first: $${LONG}) { totalCount } }`)],
  ['variable without a value', query(`query ($${half}: Int!) { campaigns(first: $${half}) { totalCount } }`)],
  ['type of a variable', query(`query ($a: ${LONG}) { __typename }`)],
  ['default value', query(`query ($a: Int = "${LONG}") { campaigns(first: $a) { totalCount } }`)],
  ['directive', query(`{ __typename @${LONG} }`)],
  ['type condition', query(`{ ... on ${LONG} { __typename } }`)],
  ['name where none may be', query(`{ __typename } ${LONG}`)],
  ['unterminated text', query(`{ campaigns(first: "${LONG}`)],
  [
    'text that ends like a suggestion',
    query(`{ campaigns(first: "${LONG} Did you mean \\"${LONG}\\"?") { id } }`),
  ],
  ['name of the wanted operation', post({ query: '{ __typename }', operationName: LONG })],
  ['body that is no JSON', post(`{"query": ${LONG}`)],
  ['parameter that is no JSON', get({ query: '{ __typename }', variables: LONG })],
  ['id in a variable', query('query ($id: ID!) { user(id: $id) { id } }', { id: LONG })],
  [
    'type of a representation',
    query('{ _entities(representations: [{ __typename: $a }]) { __typename } }'.replace('$a', `"${LONG}"`)),
  ],
  ['field in an answer as a stream', post({ query: `{ ${LONG} }` }, { accept: 'text/event-stream' })],
  ['field in an answer in parts', post({ query: `{ ${LONG} }` }, { accept: 'multipart/mixed' })],
];

test.each(requests)('an error quotes at most 200 characters of what was sent: %s', async (_what, request) => {
  const { gateway, calls, query: ask } = await gatewayForTest({ env: { SUBGRAPH: '1' } });
  const text = await (await gateway.fetch(request)).text();
  expect(text).toContain('"errors"');
  expect(text.match(/x{30}|1{30}/g)?.length ?? 0).toBeLessThanOrEqual(MOST_QUOTED / 30);
  expect(text.length).toBeLessThan(1000);
  expect(calls()).toEqual({});
  expect(await ask('{ __typename }')).toEqual({ data: { __typename: 'Query' } });
});

test('a trusted document that does not exist is not named', async () => {
  const { gateway } = await gatewayForTest({ manifest: { known: '{ __typename }' } });
  for (const body of [
    { documentId: LONG },
    { extensions: { persistedQuery: { version: 1, sha256Hash: LONG } } },
  ]) {
    expect(await (await gateway.fetch(post(body))).text()).not.toContain('x'.repeat(30));
  }
});

test('a shortened error keeps its suggestion, and its locations', async () => {
  const { query: ask } = await gatewayForTest();
  const long = 'a'.repeat(300);
  const { errors } = await ask(`\n  { campaigns(first: "${long}") { totalCounts } }`);
  expect(errors).toMatchObject([
    { message: expect.stringMatching(/^Int cannot .*…a+"$/), locations: [{ line: 2, column: 22 }] },
    { message: expect.stringMatching(/Did you mean "totalCount"\?$/), locations: [{ line: 2, column: 328 }] },
  ]);
});

describe('an alias', () => {
  const aliased = (length: number) => `{ ${'a'.repeat(length)}: __typename }`;

  test('of 256 characters is answered', async () => {
    const { query: ask } = await gatewayForTest();
    expect(await ask(aliased(256))).toEqual({ data: { ['a'.repeat(256)]: 'Query' } });
  });

  test('of more characters is refused', async () => {
    const { query: ask } = await gatewayForTest();
    const { data, errors } = await ask(aliased(257));
    expect(data).toBeUndefined();
    expect(errors).toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED', limit: 'aliasLength', asked: 257, allowed: 256 } },
    ]);
  });
});
