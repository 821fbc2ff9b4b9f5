import { serverAudits } from 'graphql-http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { gatewayForTest, graphqlRequest, TOKEN } from '../support/gateway.ts';
import { listeningForTest } from '../support/listening.ts';
import { CAMPAIGN_ID } from '../support/organisation.ts';

const GRAPHQL = 'http://localhost/graphql';
const GRAPHQL_RESPONSE = 'application/graphql-response+json';
/** Header that no web page could send without a preflight. */
const CSRF = { 'x-graphql-yoga-csrf': '1' };
const LIST = `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}") { totalCount } }`;

/** Names of the optional audits that the gateway fails, so that a new one is noticed. */
const notices: readonly string[] = [];

test('the gateway passes all audits of GraphQL over HTTP, except optional ones that are known', async () => {
  const { gateway, calls } = await gatewayForTest();
  const url = `${await listeningForTest(gateway.listener)}/graphql`;
  const results = [];
  const fetchFn = (input: URL, init?: RequestInit) => {
    const headers = new Headers(init?.headers);
    headers.set('x-graphql-yoga-csrf', '1');
    return fetch(input, { ...init, headers });
  };
  for (const audit of serverAudits({ url, fetchFn })) {
    const result = await audit.fn();
    results.push(result);
    // An unread answer would keep its connection open.
    if (result.status !== 'ok') await result.response.body?.cancel();
  }
  expect(results).toHaveLength(61);
  const failed = results.filter(({ status }) => status !== 'ok');
  expect(failed.filter(({ status }) => status !== 'notice').map(({ name }) => name)).toEqual([]);
  expect(failed.map(({ name }) => name)).toEqual(notices);
  expect(calls()).toEqual({});
});

describe('a client that accepts', () => {
  test.each([
    'application/xml',
    'text/html',
    'image/*',
    'application/json;charset=iso-8859-1',
    'application/json;q=0',
    '*/*;q=0.0',
  ])('no media type of the gateway gets 406 and causes no call: %s', async (accept) => {
    const { gateway, calls } = await gatewayForTest();
    const request = graphqlRequest(LIST);
    request.headers.set('accept', accept);
    const response = await gateway.fetch(request);
    expect(response.status).toBe(406);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const { errors } = JSON.parse(await response.text());
    expect(errors[0].message).toMatch(/Accept header must allow .*application\/json/);
    expect(calls()).toEqual({});
  });

  test.each([
    ['', 'application/json'],
    ['*/*', 'application/json'],
    ['APPLICATION/JSON; Charset=UTF-8', 'application/json'],
    ['application/*', 'application/json'],
    ['application/xml, application/json;q=0.1', 'application/json'],
    [GRAPHQL_RESPONSE, GRAPHQL_RESPONSE],
    ['text/event-stream', 'text/event-stream'],
    ['multipart/mixed', 'multipart/mixed'],
    [`${GRAPHQL_RESPONSE};q=0.9, application/json`, 'application/json'],
    [`application/json;q=0.9,${GRAPHQL_RESPONSE}`, GRAPHQL_RESPONSE],
    [`${GRAPHQL_RESPONSE};q=0, */*`, 'application/json'],
    ['application/json;q=0, */*', GRAPHQL_RESPONSE],
    ['application/json; charset="utf-8"; q="0.5"', 'application/json'],
    ['text/event-stream, application/json', 'application/json'],
    ['text/event-stream, application/json;q=0.5', 'text/event-stream'],
    ['text/event-stream;q=0.9, multipart/mixed;q=0.8, application/json;q=0.7', 'text/event-stream'],
    ['text/event-stream;q=0.8, multipart/mixed;q=0.9, application/json;q=0.7', 'multipart/mixed'],
  ])('%s is answered in %s, with a header against caching', async (accept, contentType) => {
    const { gateway } = await gatewayForTest();
    const request = graphqlRequest(LIST);
    request.headers.set('accept', accept);
    const response = await gateway.fetch(request);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain(contentType);
    const caching = [...response.headers].filter(([name]) => name.toLowerCase() === 'cache-control');
    expect(caching).toEqual([[expect.any(String), 'private, no-store']]);
    expect(await response.text()).toContain('{"data":{"campaignInteractions":{"totalCount":100}}}');
  });
});

test.each(['application/json', 'text/event-stream', 'multipart/mixed'])(
  'a client that asks for the end of its connection gets it with an answer in %s',
  async (accept) => {
    const { gateway } = await gatewayForTest();
    const { port } = new URL(await listeningForTest(gateway.listener));
    const client = connect(Number(port), '127.0.0.1');
    const body = '{"query":"{ __typename }"}';
    const head = [
      'POST /graphql HTTP/1.1',
      'Host: localhost',
      'Connection: close',
      `Accept: ${accept}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
    ];
    client.write(`${head.join('\r\n')}\r\n\r\n${body}`);
    const answer = await text(client);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer.match(/(?<=^connection: ).*(?=\r$)/gim)).toEqual(['close']);
  },
);

/** Statuses of a POST of this body, one for each media type, and its first error. */
async function refusalOf(body: object) {
  const { gateway, calls } = await gatewayForTest();
  const answers = [];
  for (const accept of ['application/json', GRAPHQL_RESPONSE]) {
    const headers = { accept, 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` };
    const request = new Request(GRAPHQL, { method: 'POST', headers, body: JSON.stringify(body) });
    const response = await gateway.fetch(request);
    answers.push({ status: response.status, body: JSON.parse(await response.text()) });
  }
  expect(calls()).toEqual({});
  const [json, graphqlResponse] = answers;
  expect(json?.body).toEqual(graphqlResponse?.body);
  expect(json?.body).not.toHaveProperty('data');
  return { statuses: answers.map(({ status }) => status), error: json?.body.errors[0] };
}

describe('a well-formed request that cannot be executed gets 200 in JSON and 400 in GraphQL’s own media type:', () => {
  test.each([
    ['a syntax error', { query: '{' }, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', { query: '{ nothing }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['a mutation', { query: 'mutation { start }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['a subscription', { query: 'subscription { ticks }' }, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'an unknown operation',
      { query: 'query A { __typename }', operationName: 'B' },
      'OPERATION_RESOLUTION_FAILURE',
    ],
    [
      'no choice between two operations',
      { query: 'query A { __typename } query B { __typename }' },
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['only fragments', { query: 'fragment A on Query { __typename }' }, 'OPERATION_RESOLUTION_FAILURE'],
    ['a missing variable', { query: 'query ($id: ID!) { user(id: $id) { name } }' }, 'BAD_USER_INPUT'],
    [
      'a variable of a wrong type',
      { query: 'query ($n: Int) { campaigns(first: $n) { totalCount } }', variables: { n: 'five' } },
      'BAD_USER_INPUT',
    ],
  ])('%s', async (_what, body, code) => {
    const { statuses, error } = await refusalOf(body);
    expect(statuses).toEqual([200, 400]);
    expect(error.extensions.code).toBe(code);
  });

  test('a mutation, whose error says that the schema has no mutations', async () => {
    const { error } = await refusalOf({ query: 'mutation { start }' });
    expect(error.message).toBe('The schema has no mutations.');
  });
});

test('an executed request gets 200 in either media type, also with an invalid argument', async () => {
  const { gateway } = await gatewayForTest();
  for (const accept of ['application/json', GRAPHQL_RESPONSE]) {
    const request = graphqlRequest('{ campaigns(first: -1) { totalCount } }');
    request.headers.set('accept', accept);
    const response = await gateway.fetch(request);
    expect(response.status).toBe(200);
    expect(JSON.parse(await response.text()).data).toEqual({ campaigns: null });
  }
});

describe('a malformed request gets 400 in either media type and causes no call:', () => {
  test.each([
    ['no query', {}, 'query'],
    ['a query that is not a string', { query: 5 }, 'query'],
    ['variables that are a string', { query: '{ __typename }', variables: 'x' }, 'variables'],
    ['variables that are a list', { query: '{ __typename }', variables: [] }, 'variables'],
    ['extensions that are a list', { query: '{ __typename }', extensions: [] }, 'extensions'],
    ['extensions that are a string', { query: '{ __typename }', extensions: '{}' }, 'extensions'],
    [
      'an operation name that is not a string',
      { query: '{ __typename }', operationName: 5 },
      'operationName',
    ],
    ['a batch', [{ query: '{ __typename }' }], 'Batching'],
    ['an empty batch', [], 'Batching'],
    [
      'an id of a document',
      { documentId: 'a' },
      '"query" is missing, and the gateway has no trusted documents',
    ],
  ])('%s', async (_what, body, named) => {
    const { statuses, error } = await refusalOf(body);
    expect(statuses).toEqual([400, 400]);
    expect(error.message).toContain(named);
  });

  test.each(['variables', 'extensions'])('%s in the URL that are not JSON', async (parameter) => {
    const { gateway, calls } = await gatewayForTest();
    const parameters = new URLSearchParams({ query: LIST, [parameter]: '{' });
    const headers = { accept: 'application/json', authorization: `Bearer ${TOKEN}` };
    const response = await gateway.fetch(new Request(`${GRAPHQL}?${parameters}`, { headers }));
    expect(response.status).toBe(400);
    const { errors } = JSON.parse(await response.text());
    expect(errors).toEqual([
      {
        message: expect.stringMatching(new RegExp(`"${parameter}".*no JSON`)),
        extensions: { code: 'BAD_REQUEST' },
      },
    ]);
    expect(calls()).toEqual({});
  });
});

/** Answers of the same gateway, without a server and through one, to a POST of this body. */
async function answersTo(body: string | Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>>) {
  const { gateway, calls } = await gatewayForTest();
  const url = `${await listeningForTest(gateway.listener)}/graphql`;
  const authorization = `Bearer ${TOKEN}`;
  const sent = { method: 'POST', headers: { accept: 'application/json', authorization, ...headers }, body };
  const answers = [];
  for (const response of [await gateway.fetch(new Request(GRAPHQL, sent)), await fetch(url, sent)]) {
    answers.push({
      status: response.status,
      headers: response.headers,
      body: JSON.parse(await response.text()),
    });
  }
  expect(calls()).toEqual({});
  return answers;
}

describe('a body is read whatever its sender makes of the specification’s freedom:', () => {
  const query = '{ __typename }';
  const json = JSON.stringify({ query });

  test.each([
    ['capitals, a blank and quotes in its media type', 'Application/JSON ; Charset="UTF-8"', json],
    ['another name of UTF-8', 'application/json;charset=utf8', json],
    ['a part of UTF-8 as its charset', 'application/json; charset=US-ASCII', json],
    ['a parameter that means nothing', 'application/json; odata=verbose', json],
    ['a second media type', 'application/json, text/plain', json],
    ['a byte order mark', 'application/json', `\uFEFF${json}`],
    ['a byte order mark, and capitals', 'APPLICATION/JSON', `\uFEFF${json}`],
    ['another media type of JSON', 'Application/GraphQL+JSON', json],
    ['a query alone', 'Application/GraphQL; charset=utf-8', query],
    ['a form', 'Application/X-WWW-Form-Urlencoded', new URLSearchParams({ query }).toString()],
    [
      'properties that the gateway does not know',
      'application/json',
      JSON.stringify({ id: 'a', query, key: {} }),
    ],
    [
      'a property called __proto__',
      'application/json',
      `{"__proto__":{"query":"{ no }"},"query":"${query}"}`,
    ],
    [
      'a documentId without trusted documents',
      'application/json',
      JSON.stringify({ query, documentId: 'a' }),
    ],
    [
      'null for what is optional',
      'application/json',
      JSON.stringify({ query, operationName: null, variables: null, extensions: null }),
    ],
    [
      'a property twice, the last of which counts',
      'application/json',
      `{"query":"{ no }","query":"${query}"}`,
    ],
  ])('%s', async (_what, contentType, body) => {
    for (const answer of await answersTo(body, { 'content-type': contentType })) {
      expect(answer).toMatchObject({ status: 200, body: { data: { __typename: 'Query' } } });
    }
  });

  test('no content coding, by its name', async () => {
    for (const answer of await answersTo(json, {
      'content-type': 'application/json',
      'content-encoding': 'Identity',
    })) {
      expect(answer).toMatchObject({ status: 200, body: { data: { __typename: 'Query' } } });
    }
  });
});

describe('a body that cannot be read gets 415, and is told what would be:', () => {
  const json = JSON.stringify({ query: LIST });

  test.each([
    ['gzip', gzipSync(json)],
    ['br', brotliCompressSync(json)],
    ['GZIP', gzipSync(json)],
    ['gzip, identity', gzipSync(json)],
    ['unheard-of', Buffer.from(json)],
  ])('one in the content coding %s', async (coding, body) => {
    for (const answer of await answersTo(body, {
      'content-type': 'application/json',
      'content-encoding': coding,
    })) {
      expect(answer.status).toBe(415);
      expect(answer.headers.get('accept-encoding')).toBe('identity');
      expect(answer.body.errors).toEqual([
        {
          message: 'Compressed bodies are not read: send the body without a Content-Encoding.',
          extensions: { code: 'UNSUPPORTED_MEDIA_TYPE' },
        },
      ]);
    }
  });

  test.each([
    ['application/json; charset=iso-8859-1', 'A body must be UTF-8'],
    ['application/json; charset="UTF-16"', 'A body must be UTF-8'],
    ['application/graphql; charset=latin1', 'A body must be UTF-8'],
    ['application/xml', 'must be application/json'],
    ['application/jsonx', 'must be application/json'],
    ['application/octet-stream', 'must be application/json'],
    ['json', 'must be application/json'],
  ])('one of the media type %s', async (contentType, message) => {
    for (const answer of await answersTo(json, { 'content-type': contentType })) {
      expect(answer.status).toBe(415);
      expect(answer.headers.get('accept')).toBe('application/json');
      expect(answer.body.errors).toEqual([
        { message: expect.stringContaining(message), extensions: { code: 'UNSUPPORTED_MEDIA_TYPE' } },
      ]);
    }
  });
});

test.each([
  ['with a credential', { authorization: `Bearer ${TOKEN}` }],
  ['with a header of Apollo’s clients', { 'apollo-require-preflight': 'true' }],
  ['with nothing that proves where it comes from', {}],
])('an upload of a file %s gets 415 with a text about uploads', async (_what, headers) => {
  const { gateway, calls } = await gatewayForTest({
    env: { GENESYSCLOUD_ACCESS_TOKEN: TOKEN, AUTH_NONE: 'i-know' },
  });
  const url = `${await listeningForTest(gateway.listener)}/graphql`;
  // As https://github.com/jaydenseric/graphql-multipart-request-spec has it.
  const operations = { query: 'query ($file: Upload!) { __typename }', variables: { file: null } };
  const body = new FormData();
  body.set('operations', JSON.stringify(operations));
  body.set('map', JSON.stringify({ 0: ['variables.file'] }));
  body.set('0', new File(['a,b'], 'contacts.csv', { type: 'text/csv' }));
  const sent = { method: 'POST', headers, body };
  for (const response of [await gateway.fetch(new Request(GRAPHQL, sent)), await fetch(url, sent)]) {
    expect(response.status).toBe(415);
    const { errors } = JSON.parse(await response.text());
    expect(errors).toEqual([
      {
        message: expect.stringMatching(/^File uploads .* are not supported/),
        extensions: { code: 'UNSUPPORTED_MEDIA_TYPE' },
      },
    ]);
  }
  expect(calls()).toEqual({});
});

describe('a body that is no JSON object gets 400 with a short text:', () => {
  test.each([
    ['nothing', '', /^The body is not JSON: /],
    ['a byte order mark alone', '\uFEFF', /^The body is not JSON: /],
    ['a torn object', `{"query": "${'x'.repeat(5000)}`, /^The body is not JSON: /],
    ['null', 'null', /^The body must be a JSON object, and it is null\.$/],
    ['a text', '"{ __typename }"', /^The body must be a JSON object, and it is a string\.$/],
  ])('%s', async (_what, body, message) => {
    for (const answer of await answersTo(body, { 'content-type': 'application/json' })) {
      expect(answer.status).toBe(400);
      const [error] = answer.body.errors;
      expect(error.message).toMatch(message);
      expect(error.message.length).toBeLessThanOrEqual(200);
      expect(error.extensions).toEqual({ code: 'BAD_REQUEST' });
    }
  });
});

test('a form whose variables are not JSON gets 400', async () => {
  const { gateway } = await gatewayForTest();
  const body = new URLSearchParams({ query: LIST, variables: '{' });
  const response = await gateway.fetch(new Request(GRAPHQL, { method: 'POST', headers: CSRF, body }));
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('no JSON');
});

test('a mutation by GET gets 405 with the allowed method, POST', async () => {
  const { gateway } = await gatewayForTest();
  const headers = { accept: 'application/json', ...CSRF };
  const response = await gateway.fetch(new Request(`${GRAPHQL}?query=mutation{start}`, { headers }));
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('POST');
});
