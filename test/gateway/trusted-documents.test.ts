import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from '@graphql-codegen/cli';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import { exampleQueries } from '../../src/http/graphiql.ts';
import { parseTrustedDocuments } from '../../src/operations/trusted-documents.ts';
import { schema } from '../../src/schema.ts';
import { gatewayForTest, TOKEN } from '../support/gateway.ts';
import { CAMPAIGN_ID } from '../support/organisation.ts';

const GRAPHQL = 'http://localhost/graphql';
const USER = 'query UserName($id: ID!) { user(id: $id) { name } }';
const ID = createHash('sha256').update(USER).digest('hex');
const variables = { id: 'user-1' };
const userAnswer = { data: { user: { name: 'Name of user-1' } } };

const only = { manifest: { [ID]: USER }, env: { TRUSTED_DOCUMENTS: 'only' } };
const prefer = { manifest: { [ID]: USER } };

type Parameters = Readonly<Record<string, unknown>>;

function byPost(body: Parameters, accept = 'application/json'): Request {
  const headers = { accept, 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` };
  return new Request(GRAPHQL, { method: 'POST', headers, body: JSON.stringify(body) });
}

function byGet(body: Parameters, accept = 'application/json'): Request {
  const parameters = Object.entries(body).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const headers = { accept, authorization: `Bearer ${TOKEN}` };
  return new Request(`${GRAPHQL}?${new URLSearchParams(parameters)}`, { headers });
}

const apollo = (sha256Hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } });

/** Ways to send an id. */
const sent: Readonly<Record<string, (id: string) => Parameters>> = {
  'as documentId': (documentId) => ({ documentId }),
  'as documentId with the name of the hash': (id) => ({ documentId: `sha256:${id}` }),
  'as persistedQuery of Apollo': apollo,
};

describe.each([
  ['by POST', byPost],
  ['by GET', byGet],
])('an id that is sent %s', (_method, request) => {
  describe.each(Object.entries(sent))('%s', (way, parameters) => {
    test.each([
      ['prefer', prefer],
      ['only', only],
    ])('selects its document with TRUSTED_DOCUMENTS=%s', async (_mode, options) => {
      const { gateway, calls } = await gatewayForTest(options);
      const response = await gateway.fetch(request({ ...parameters(ID), variables }));
      expect(await response.json()).toEqual(userAnswer);
      expect(calls()).toEqual({ users: 1 });
    });

    test.each([
      [
        'prefer',
        prefer,
        way.includes('Apollo') ? 'PersistedQueryNotFound' : 'No trusted document has this id.',
      ],
      ['only', only, 'No trusted document has this id, and only trusted documents are answered.'],
    ])('is refused with TRUSTED_DOCUMENTS=%s if no document has it', async (_mode, options, message) => {
      const { gateway, calls } = await gatewayForTest(options);
      const statuses = [];
      for (const accept of ['application/json', 'application/graphql-response+json']) {
        const response = await gateway.fetch(request({ ...parameters('unknown'), variables }, accept));
        statuses.push(response.status);
        expect(await response.json()).toEqual({
          errors: [
            {
              message,
              extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' },
            },
          ],
        });
      }
      expect(statuses).toEqual([200, 400]);
      expect(calls()).toEqual({});
    });

    test('is ignored beside a query, with trusted documents or without', async () => {
      for (const options of [{}, prefer]) {
        const { gateway } = await gatewayForTest(options);
        for (const id of [ID, 'unknown']) {
          const response = await gateway.fetch(request({ query: '{ __typename }', ...parameters(id) }));
          expect(response.status).toBe(200);
          expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
        }
      }
    });
  });

  test('as documentId is unknown without trusted documents, so that the query is missing', async () => {
    const { gateway, calls } = await gatewayForTest();
    const response = await gateway.fetch(request({ documentId: ID, variables }));
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('Parameter \\"query\\" is missing');
    expect(calls()).toEqual({});
  });

  describe.each([
    ['without trusted documents', {}],
    ['with TRUSTED_DOCUMENTS=prefer, if its version is unknown', prefer],
  ])('as persistedQuery %s', (_where, options) => {
    test.each([
      ...('manifest' in options ? [] : [{ version: 1, sha256Hash: ID }]),
      { version: 2, sha256Hash: ID },
      { version: '1', sha256Hash: ID },
      { sha256Hash: ID },
      { version: 1 },
      'text',
    ])('makes clients ask by queries alone, by Apollo’s own words: %j', async (persistedQuery) => {
      const { gateway, calls } = await gatewayForTest(options);
      const statuses = [];
      for (const accept of ['application/json', 'application/graphql-response+json']) {
        const response = await gateway.fetch(request({ extensions: { persistedQuery }, variables }, accept));
        statuses.push(response.status);
        expect(response.headers.get('content-type')).toBe(`${accept}; charset=utf-8`);
        expect(await response.text()).toBe(
          '{"errors":[{"message":"PersistedQueryNotSupported","extensions":{"code":"PERSISTED_QUERY_NOT_SUPPORTED"}}]}',
        );
      }
      // Apollo Kotlin reads errors in application/json from a 200 alone.
      expect(statuses).toEqual([200, 400]);
      expect(calls()).toEqual({});
    });
  });
});

test('a client with automatic persisted queries is answered at its second request, with TRUSTED_DOCUMENTS=prefer', async () => {
  const query = '{ user(id: "user-2") { name } }';
  const id = createHash('sha256').update(query).digest('hex');
  const { gateway, calls } = await gatewayForTest(prefer);
  const first = await gateway.fetch(byPost(apollo(id)));
  expect(await first.text()).toBe(
    '{"errors":[{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}',
  );
  expect(calls()).toEqual({});
  const second = await gateway.fetch(byPost({ query, ...apollo(id) }));
  expect(await second.json()).toEqual({ data: { user: { name: 'Name of user-2' } } });
  expect(calls()).toEqual({ users: 1 });
});

test.each([
  ['without trusted documents', {}, 'PersistedQueryNotSupported'],
  ['with TRUSTED_DOCUMENTS=prefer', prefer, 'PersistedQueryNotFound'],
])(
  'a hash is answered with a 200 %s wherever the client accepts application/json, for Apollo iOS reads no other status',
  async (_where, options, message) => {
    const { gateway } = await gatewayForTest(options);
    const accept = 'multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json';
    const response = await gateway.fetch(byPost(apollo('unknown'), accept));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.text()).toContain(message);
  },
);

test.each([
  ['nothing', {}],
  ['an empty text', { query: '' }],
  ['null', { query: null }],
])('a hash with %s as its query makes a client ask by queries alone', async (_what, body) => {
  const { gateway } = await gatewayForTest();
  const response = await gateway.fetch(byPost({ ...body, ...apollo(ID) }));
  expect(await response.text()).toContain('PersistedQueryNotSupported');
});

test.each([
  ['null', null],
  ['without persistedQuery', {}],
  ['with null as persistedQuery', { persistedQuery: null }],
  ['that are a list', []],
])('extensions %s ask by no hash, so that the query is missing', async (_what, extensions) => {
  const { gateway } = await gatewayForTest();
  const response = await gateway.fetch(byPost({ extensions }));
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('"query\\" is missing');
});

describe('TRUSTED_DOCUMENTS=prefer', () => {
  test('answers any other query, even if an id comes with it', async () => {
    const { gateway } = await gatewayForTest(prefer);
    for (const id of [{}, { documentId: ID }, apollo(ID)]) {
      const response = await gateway.fetch(byPost({ query: '{ __typename }', ...id }));
      expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
    }
  });

  test('refuses a request with neither query nor id for its missing query', async () => {
    const { gateway } = await gatewayForTest(prefer);
    const response = await gateway.fetch(byPost({ variables }));
    expect(response.status).toBe(400);
    const { errors } = await response.json();
    expect(errors).toEqual([
      { message: expect.stringContaining('"query" is missing'), extensions: { code: 'BAD_REQUEST' } },
    ]);
  });
});

describe('TRUSTED_DOCUMENTS=only', () => {
  test.each([
    ['any other query', { query: '{ __typename }' }],
    ['the text of a trusted document', { query: USER, variables }],
    ['the text of a trusted document with its id', { query: USER, variables, documentId: ID }],
    ['an introspection query', { query: '{ __schema { queryType { name } } }' }],
  ])('refuses %s, with an error that asks for an id', async (_what, body) => {
    const { gateway, calls } = await gatewayForTest(only);
    const statuses = [];
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const response = await gateway.fetch(byPost(body, accept));
      statuses.push(response.status);
      const { errors } = await response.json();
      expect(errors).toEqual([
        {
          message: expect.stringContaining('documentId'),
          extensions: { code: 'PERSISTED_QUERY_ID_REQUIRED' },
        },
      ]);
    }
    expect(statuses).toEqual([200, 400]);
    expect(calls()).toEqual({});
  });

  test('tells a client with automatic persisted queries at each request that no document has its id', async () => {
    const { gateway, calls } = await gatewayForTest(only);
    for (const body of [apollo('unknown'), { query: USER, ...apollo('unknown') }]) {
      const { errors } = await (await gateway.fetch(byPost({ ...body, variables }))).json();
      expect(errors).toEqual([
        {
          message: 'No trusted document has this id, and only trusted documents are answered.',
          extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' },
        },
      ]);
    }
    expect(calls()).toEqual({});
  });

  test.each([
    ['no id', { variables }],
    ['an id that is no text', { documentId: 5, variables }],
    [
      'a persistedQuery of another version',
      { extensions: { persistedQuery: { version: 2, sha256Hash: ID } } },
    ],
    ['extensions without an id', { extensions: { persistedQuery: null } }],
  ])('refuses a request with %s as malformed', async (_what, body) => {
    const { gateway, calls } = await gatewayForTest(only);
    const response = await gateway.fetch(byPost(body));
    expect(response.status).toBe(400);
    const { errors } = await response.json();
    expect(errors[0].extensions).toEqual({ code: 'PERSISTED_QUERY_ID_REQUIRED' });
    expect(calls()).toEqual({});
  });

  test('refuses a batch of ids like any other batch', async () => {
    const { gateway } = await gatewayForTest(only);
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify([{ documentId: ID }]);
    const response = await gateway.fetch(new Request(GRAPHQL, { method: 'POST', headers, body }));
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('Batching');
  });

  test('executes the operation of a document that operationName names', async () => {
    const { gateway } = await gatewayForTest({
      ...only,
      manifest: { both: 'query A { a: __typename } query B { b: __typename }' },
    });
    const response = await gateway.fetch(byPost({ documentId: 'both', operationName: 'B' }));
    expect(await response.json()).toEqual({ data: { b: 'Query' } });
  });
});

test('every document of a manifest written by codegen can be requested by its id', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trusted-documents-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const operations = exampleQueries(CAMPAIGN_ID);
  await writeFile(join(folder, 'operations.graphql'), operations.join('\n'));
  await generate({
    schema: 'schema/*.graphql',
    documents: join(folder, 'operations.graphql'),
    silent: true,
    errorsOnly: true,
    generates: { [`${folder}/gql/`]: { preset: 'client', presetConfig: { persistedDocuments: true } } },
  });
  const manifest: Record<string, string> = JSON.parse(
    await readFile(join(folder, 'gql/persisted-documents.json'), 'utf8'),
  );
  expect(Object.keys(manifest)).toHaveLength(operations.length);
  const { gateway } = await gatewayForTest({ ...only, manifest });
  for (const documentId of Object.keys(manifest)) {
    const { data, errors } = await (await gateway.fetch(byPost({ documentId }))).json();
    expect(errors).toBeUndefined();
    expect(Object.values(data)).toEqual([expect.objectContaining({ nodes: expect.any(Array) })]);
  }
});

describe('a manifest', () => {
  const { operations } = parseConfig({ MAX_DEPTH: '2' });
  const read = (manifest: string) => parseTrustedDocuments(manifest, 'made-up.json', schema, operations);

  test('gives the names of its operations and the number of its documents', () => {
    const { operationNames, size } = read(
      JSON.stringify({ a: 'query A { __typename } query B { __typename }', b: '{ __typename }' }),
    );
    expect([...operationNames]).toEqual(['A', 'B']);
    expect(size).toBe(2);
  });

  test('is refused with every problem of its documents', () => {
    const manifest = {
      good: '{ __typename }',
      number: 5,
      torn: '{',
      wrong: '{ nothing never }',
      deep: '{ user(id: "user-1") { manager { id } } }',
      long: `${'\n'.repeat(5001)}{ __typename }`,
      changing: 'mutation { start }',
      parts: 'fragment F on Query { __typename }',
    };
    expect(() => read(JSON.stringify(manifest))).toThrow(
      expect.objectContaining({
        problems: [
          'Document "number" of made-up.json is no text.',
          'Document "torn" of made-up.json: Syntax Error: Expected Name, found <EOF>.',
          'Document "wrong" of made-up.json: Cannot query field "nothing" on type "Query".',
          'Document "wrong" of made-up.json: Cannot query field "never" on type "Query". Did you mean "node" or "user"?',
          'Document "deep" of made-up.json: The query is 3 fields deep; at most 2 are allowed (MAX_DEPTH).',
          'Document "long" of made-up.json: The query has 5001 line breaks; at most 5000 are allowed.',
          'Document "changing" of made-up.json: The schema has no mutations.',
          'Document "parts" of made-up.json has no operation.',
          'Document "parts" of made-up.json: Fragment "F" is never used.',
        ],
      }),
    );
  });

  test.each(['', '{', '[]', 'null', '"text"', '5'])('is refused if it is no JSON object: %s', (text) => {
    expect(() => read(text)).toThrow(/^TRUSTED_DOCUMENTS_FILE names made-up\.json, which is no JSON/);
  });

  test('has a document for no id but its own', () => {
    const documents = read('{}');
    for (const id of ['', '__proto__', 'constructor', 'sha256:']) expect(documents.textOf(id)).toBeNull();
  });
});
