import { getIntrospectionQuery } from 'graphql';
import { describe, expect, test } from 'vitest';
import { exampleQueries } from '../../src/http/graphiql.ts';
import { gatewayForTest, TOKEN } from '../support/gateway.ts';
import { CAMPAIGN_ID } from '../support/organisation.ts';

const SMALL = {
  MAX_DEPTH: '3',
  MAX_ALIASES: '2',
  MAX_TOKENS: '60',
  MAX_ROOT_FIELDS: '2',
} as const;

function post(body: string, accept = 'application/json'): Request {
  const headers = { accept, 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` };
  return new Request('http://localhost/graphql', { method: 'POST', headers, body });
}

/** Statuses of a refused query in both media types, and its errors. Expects no data and no call. */
async function refused(query: string, env: Readonly<Record<string, string>> = SMALL, operationName?: string) {
  const { gateway, calls } = await gatewayForTest({ env });
  const statuses = [];
  let answer;
  for (const accept of ['application/json', 'application/graphql-response+json']) {
    const response = await gateway.fetch(post(JSON.stringify({ query, operationName }), accept));
    statuses.push(response.status);
    answer = JSON.parse(await response.text());
  }
  expect(calls()).toEqual({});
  expect(answer).not.toHaveProperty('data');
  return { statuses, errors: answer.errors };
}

/** Brackets nested `levels` deep; left open if `close` is empty. */
const nested = (open: string, levels: number, close = '') => open.repeat(levels) + close.repeat(levels);

describe('a query beyond a limit', () => {
  const fields = (count: number) =>
    Array.from({ length: count }, (_, n) => `user${n}: user(id: "user-${n}") { id }`).join(' ');

  test.each([
    ['depth', '{ user(id: "user-1") { manager { manager { id } } } }', 'depth', 4, 3],
    [
      'depth within a fragment',
      '{ user(id: "user-1") { ...U } } fragment U on User { manager { manager { id } } }',
      'depth',
      4,
      3,
    ],
    ['aliases', '{ user(id: "user-1") { a: id b: id c: id } }', 'aliases', 3, 2],
    [
      'aliases of a fragment, counted at each spread',
      '{ user(id: "user-1") { ...U manager { ...U } } } fragment U on User { a: id b: id }',
      'aliases',
      4,
      2,
    ],
    [
      'aliases of __typename',
      '{ user(id: "user-1") { a: __typename b: __typename c: __typename } }',
      'aliases',
      3,
      2,
    ],
    ['root fields', '{ __typename campaigns { totalCount } user(id: "user-1") { id } }', 'rootFields', 3, 2],
    [
      'root fields, those of fragments included',
      '{ ...A ... on Query { campaigns { totalCount } } } fragment A on Query { __typename user(id: "user-1") { id } }',
      'rootFields',
      3,
      2,
    ],
  ])(
    'is refused with the limit, its count and the allowed maximum: %s',
    async (_what, query, limit, asked, allowed) => {
      const { statuses, errors } = await refused(query);
      expect(statuses).toEqual([200, 400]);
      expect(errors).toEqual([
        {
          message: expect.stringMatching(
            new RegExp(`^The query .*\\b${asked}\\b.*; at most ${allowed} are allowed \\(MAX_`),
          ),
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED', limit, asked, allowed },
        },
      ]);
    },
  );

  test('is refused for too many tokens, which are counted to the end even if its syntax is wrong', async () => {
    const { statuses, errors } = await refused(`{ ${'a '.repeat(100)}`);
    expect(statuses).toEqual([200, 400]);
    expect(errors).toEqual([
      {
        message: 'The query has 101 tokens; at most 60 are allowed (MAX_TOKENS).',
        extensions: { code: 'GRAPHQL_PARSE_FAILED', limit: 'tokens', asked: 101, allowed: 60 },
      },
    ]);
  });

  test.each([
    ['line feeds', '\n'],
    ['carriage returns', '\r'],
    ['pairs of both, counted once', '\r\n'],
  ])('is refused for too many line breaks: %s', async (_what, lineBreak) => {
    const { statuses, errors } = await refused(`${lineBreak.repeat(5000)}{ __typename }${lineBreak}`, {});
    expect(statuses).toEqual([200, 400]);
    expect(errors).toEqual([
      {
        message: 'The query has 5001 line breaks; at most 5000 are allowed.',
        extensions: { code: 'GRAPHQL_PARSE_FAILED', limit: 'lines', asked: 5001, allowed: 5000 },
      },
    ]);
  });

  test('is refused for too many line breaks in the URL of a GET', async () => {
    const { gateway, calls } = await gatewayForTest();
    const query = encodeURIComponent(`${'\n'.repeat(5001)}{ user(id: "user-1") { id } }`);
    const headers = { authorization: `Bearer ${TOKEN}` };
    const response = await gateway.fetch(new Request(`http://localhost/graphql?query=${query}`, { headers }));
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { limit: 'lines', asked: 5001 } }],
    });
    expect(calls()).toEqual({});
  });

  test('is refused for too many directives', async () => {
    const { errors } = await refused(`{ __typename ${'@skip(if: false) '.repeat(51)} }`, {});
    expect(errors).toContainEqual({
      message: 'The query has 51 directives; at most 50 are allowed.',
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED', limit: 'directives', asked: 51, allowed: 50 },
    });
  });

  test('gets one error for each limit, even if several of its operations exceed it', async () => {
    const query = `query A { ${fields(5)} } query B { ${fields(4)} }`;
    const { errors } = await refused(query, { ...SMALL, MAX_TOKENS: '2000' }, 'B');
    expect(errors.map(({ extensions }: { extensions: object }) => extensions)).toEqual([
      { code: 'GRAPHQL_VALIDATION_FAILED', limit: 'aliases', asked: 5, allowed: 2 },
      { code: 'GRAPHQL_VALIDATION_FAILED', limit: 'rootFields', asked: 5, allowed: 2 },
    ]);
  });

  test('gets the error of the limit first, however many other errors it has', async () => {
    const { errors } = await refused(`{ ${fields(11)} ${'nothing '.repeat(200)} }`, {});
    expect(errors[0].extensions).toMatchObject({ limit: 'rootFields', asked: 12, allowed: 10 });
  });
});

describe('the limits of queries', () => {
  test.each([
    ['depth', '{ user(id: "user-1") { manager { id } } }'],
    [
      'depth, to which fragments do not add',
      '{ ... on Query { user(id: "user-1") { ...U } } } fragment U on User { manager { id } }',
    ],
    ['aliases', '{ user(id: "user-1") { a: id b: id } }'],
    [
      'root fields, one of them selected twice',
      '{ user(id: "user-1") { id } __typename user(id: "user-1") { name } }',
    ],
    ['tokens', `{ user(id: "user-1") { ${'id '.repeat(50)} } }`],
    ['line breaks', `${'\n'.repeat(2500)}{ user(id: "user-1") { id } }${'\r\n'.repeat(2500)}`],
  ])('admit a query that is exactly at its limit: %s', async (_what, query) => {
    const { query: ask } = await gatewayForTest({ env: SMALL });
    expect((await ask(query)).errors).toBeUndefined();
  });

  test('admit by default the example queries and the introspection query of tools', async () => {
    const { query } = await gatewayForTest();
    const introspection = getIntrospectionQuery({
      descriptions: true,
      inputValueDeprecation: true,
      schemaDescription: true,
      specifiedByUrl: true,
    });
    for (const text of [...exampleQueries(CAMPAIGN_ID), introspection]) {
      expect((await query(text)).errors).toBeUndefined();
    }
  });

  test('count fragments that spread each other exponentially, without following each spread', async () => {
    const doubling = Array.from(
      { length: 60 },
      (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`,
    );
    const { query } = await gatewayForTest();
    const text = `{ ...F0 } ${doubling.join(' ')} fragment F60 on Query { a: __typename user(id: "user-1") { b: id } }`;
    const { errors } = await query(text);
    expect(errors?.map(({ extensions }) => extensions)).toEqual([
      {
        code: 'GRAPHQL_VALIDATION_FAILED',
        limit: 'aliases',
        asked: Number.MAX_SAFE_INTEGER,
        allowed: 30,
      },
    ]);
  });
});

describe('deep nesting', () => {
  test.each([
    ['braces of selections', nested('{a', 20_000)],
    ['brackets of lists', `{ a(b: ${nested('[', 20_000, ']')}) }`],
    ['braces of objects', `{ a(b: ${nested('{a:', 20_000, '}')}) }`],
    ['brackets of types', `query ($v: ${nested('[', 20_000, ']')}) { a }`],
    ['open brackets, fewer than the allowed tokens', `{ a(b: ${nested('[', 1_900)}`],
    ['closed brackets', `{ user(id: ${nested('[', 950, ']')}) { id } }`],
    ['closed selections', nested('{a', 600, '}')],
    ['braces before an invalid character', `{ ${nested('{', 20_000)} \u0000`],
  ])('is refused by a limit on tokens or nesting: %s', async (_what, query) => {
    const { statuses, errors } = await refused(query, {});
    expect(statuses).toEqual([200, 400]);
    expect(errors).toEqual([
      {
        message: expect.stringMatching(/^The query has .*; at most (2000|500) are allowed/),
        extensions: {
          code: 'GRAPHQL_PARSE_FAILED',
          limit: expect.any(String),
          asked: expect.any(Number),
          allowed: expect.any(Number),
        },
      },
    ]);
  });

  test('exactly at its limit is parsed, and refused by validation alone', async () => {
    const { errors } = await refused(`{ user(id: ${nested('[', 498, ']')}) { id } }`, {});
    expect(errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(errors[0].extensions).not.toHaveProperty('limit');
  });

  test('is refused even if MAX_TOKENS allows very many tokens', async () => {
    const many = { MAX_TOKENS: '1000000', MAX_BODY_BYTES: '1000000', MAX_DEPTH: '100' };
    const { errors } = await refused(nested('{a', 20_000, '}'), many);
    expect(errors[0].extensions).toMatchObject({ limit: 'nesting', asked: 20_000, allowed: 500 });
  });

  const chain = (length: number, levels = 0) => {
    const inner = (n: number) => `${'... { '.repeat(levels)}...F${n}${' }'.repeat(levels)}`;
    const links = Array.from({ length }, (_, n) => `fragment F${n} on Query { ${inner(n + 1)} }`);
    return `{ ...F0 } ${links.join(' ')} fragment F${length} on Query { campaigns { totalCount } }`;
  };

  test.each([
    ['a long chain', chain(3000)],
    [
      'a long chain, defined in the opposite order',
      chain(3000)
        .split(/ (?=fragment)/)
        .toReversed()
        .join(' '),
    ],
    ['a cycle', `${chain(3000)} fragment G on Query { ...F0 }`.replace('campaigns { totalCount }', '...F0')],
    ['deep selections in a short chain', chain(6, 90)],
  ])('of fragments that spread one another is refused: %s', async (_what, query) => {
    const many = { MAX_TOKENS: '1000000', MAX_BODY_BYTES: '1000000' };
    const { errors } = await refused(query, many);
    expect(errors).toEqual([
      {
        message: expect.stringMatching(
          /^The query has brackets nested \d+ deep, fragments included; at most 500/,
        ),
        extensions: {
          code: 'GRAPHQL_PARSE_FAILED',
          limit: 'nesting',
          asked: expect.any(Number),
          allowed: 500,
        },
      },
    ]);
  });

  test.each([
    ['interpreted', Infinity],
    ['compiled', 1],
  ])('of fragments within the limit is answered %s', async (_which, compileAtHit) => {
    const many = { MAX_TOKENS: '1000000', MAX_BODY_BYTES: '1000000' };
    const { query } = await gatewayForTest({ env: many, compileAtHit });
    expect(await query(chain(496))).toEqual({ data: { campaigns: { totalCount: 1 } } });
    expect(await query(chain(5, 90))).toEqual({ data: { campaigns: { totalCount: 1 } } });
  });

  test('of fragments that spread each other in a cycle is refused', async () => {
    const { statuses, errors } = await refused(
      '{ ...A } fragment A on Query { a: __typename ...B } fragment B on Query { b: __typename ...A }',
      {},
    );
    expect(statuses).toEqual([200, 400]);
    expect(errors[0].message).toContain('Cannot spread fragment "A" within itself');
  });
});

describe("a request's body", () => {
  const query = JSON.stringify({ query: '{ user(id: "user-1") { id } }' });

  test('may have MAX_BODY_BYTES bytes, and is refused with 413 beyond that', async () => {
    const { gateway, calls } = await gatewayForTest({ env: { MAX_BODY_BYTES: '1000' } });
    expect((await gateway.fetch(post(query.padEnd(1000)))).status).toBe(200);
    calls();
    const response = await gateway.fetch(post(query.padEnd(1001)));
    expect(response.status).toBe(413);
    expect(JSON.parse(await response.text())).toEqual({
      errors: [
        {
          message: "The request's body has at least 1001 bytes; at most 1000 are allowed (MAX_BODY_BYTES).",
          extensions: { code: 'REQUEST_ENTITY_TOO_LARGE', limit: 'bodyBytes', asked: 1001, allowed: 1000 },
        },
      ],
    });
    expect(calls()).toEqual({});
  });

  test('with an empty list is refused without a limit, which none of it exceeds', async () => {
    const { gateway } = await gatewayForTest();
    const response = await gateway.fetch(post('[]'));
    expect(response.status).toBe(400);
    expect(JSON.parse(await response.text()).errors).toEqual([
      { message: expect.stringMatching(/^Batching is not supported/), extensions: { code: 'BAD_REQUEST' } },
    ]);
  });

  test('with several queries is refused as an unsupported batch', async () => {
    const { gateway, calls } = await gatewayForTest();
    const response = await gateway.fetch(post(`[${query}, ${query}]`));
    expect(response.status).toBe(400);
    const { errors } = JSON.parse(await response.text());
    expect(errors).toEqual([
      {
        message: expect.stringMatching(
          /^Batching is not supported: .* 2 queries\. Send one query in each request\.$/,
        ),
        extensions: { code: 'BAD_REQUEST', limit: 'batchedQueries', asked: 2, allowed: 0 },
      },
    ]);
    expect(calls()).toEqual({});
  });
});
