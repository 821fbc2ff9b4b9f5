import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { everyDetail, onlyError } from '../support/answers.ts';
import { capturedLog } from '../support/captured-log.ts';
import {
  forgetfulGatewayForTest,
  gatewayForTest,
  graphqlRequest,
  keepingGatewayForTest,
} from '../support/gateway.ts';
import { listeningForTest } from '../support/listening.ts';

const USER = '{ user(id: "user-1") { email } }';
const json = { 'content-type': 'application/json' };
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

describe('the log line of a request', () => {
  test('states the operation, client, cost and outcome', async () => {
    const { log, entries } = capturedLog();
    const { gateway, calls } = await keepingGatewayForTest({ log });
    const asked = graphqlRequest(`query Screen ${everyDetail}`);
    asked.headers.set('apollographql-client-name', '@example/wall-board');
    asked.headers.set('apollographql-client-version', '1.4.2-rc.1+build5');
    await gateway.fetch(asked);
    const sent = Object.values(calls()).reduce((sum, count) => sum + count, 0);
    expect(entries()).toEqual([
      {
        level: pino.levels.values['info'],
        time: expect.any(Number),
        pid: expect.any(Number),
        hostname: expect.any(String),
        requestId: expect.stringMatching(UUID),
        method: 'POST',
        status: 200,
        durationMs: expect.any(Number),
        operation: 'Screen',
        documentHash: expect.stringMatching(/^[\da-f]{16}$/),
        client: '@example/wall-board',
        clientVersion: '1.4.2-rc.1+build5',
        identity: expect.stringMatching(/^[\w-]{16}$/),
        caller: expect.stringMatching(/^[\w-]{16}$/),
        upstreamCalls: sent,
        sharedCalls: 0,
        fromCache: 0,
        waitedMs: expect.any(Number),
        msg: 'request',
      },
    ]);
  });

  test('counts cache hits, shared reads, and each attempt of a call', async () => {
    const { log, requests } = capturedLog();
    const { query, calls } = await keepingGatewayForTest({
      log,
      faults: [{ kind: 'status', status: 503, resource: 'users', times: 1 }],
      latencyMs: 20,
    });
    await Promise.all([query(USER), query(USER)]);
    await query(USER);
    expect(calls()).toEqual({ users: 2 });
    const numbers = requests().map(({ upstreamCalls, sharedCalls, fromCache }) =>
      [upstreamCalls, sharedCalls, fromCache].join(),
    );
    expect(new Set(numbers)).toEqual(new Set(['0,0,1', '0,1,0', '2,0,0']));
  });

  test('has a document hash that depends on the selected fields, not on literals or comments', async () => {
    const { log, requests } = capturedLog();
    const { query } = await gatewayForTest({ log });
    await query('query A { user(id: "user-1") { name } }');
    await query('query A {\n  user(id: "user-2") { name } # nobody\n}');
    await query('query A { user(id: "user-1") { email } }');
    await query('{ __typename }');
    const [one, two, other, nameless] = requests();
    expect(two?.['documentHash']).toBe(one?.['documentHash']);
    expect(other?.['documentHash']).not.toBe(one?.['documentHash']);
    expect(one?.['operation']).toBe('A');
    expect(nameless).not.toHaveProperty('operation');
  });

  test('cuts a long operation name to 64 characters', async () => {
    const { log, requests } = capturedLog();
    const { query } = await gatewayForTest({ log });
    await query(`query ${'A'.repeat(5_000)} { __typename }`);
    expect(requests()[0]?.['operation']).toBe('A'.repeat(64));
  });

  test('leaves out an operation name with a long number, which may be personal', async () => {
    const { log, requests, text: logged } = capturedLog();
    const { query } = await gatewayForTest({ log });
    await query('query Calls_491701234567 { __typename }');
    await query('query Since_20260101 { __typename }');
    expect(requests().map(({ operation }) => operation)).toEqual([undefined, 'Since_20260101']);
    expect(logged()).not.toContain('491701234567');
  });

  test('identifies the caller by a hash that is the same for all of its requests, and for no other caller’s', async () => {
    const { log, requests } = capturedLog();
    const { query } = await gatewayForTest({ log, tokens: ['token-of-another'] });
    await query(USER);
    await query(USER);
    await query(USER, {}, 'token-of-another');
    await query(USER, {}, null);
    const [one, again, other, nobody] = requests();
    for (const key of ['identity', 'caller']) {
      expect(again?.[key]).toBe(one?.[key]);
      expect(other?.[key]).not.toBe(one?.[key]);
      expect(nobody).not.toHaveProperty([key]);
    }
  });

  test.each([
    ['a phone number', '15551234567', '15551234567'],
    ['an e-mail address', 'ada@example.com', '1 (ada@example.com)'],
    ['a tab or quotation mark', 'a\tb', 'a"b'],
    ['non-ASCII letters', 'clé', 'ü'],
    ['too many characters', 'x'.repeat(65), '1'.repeat(33)],
    ['no characters', '', ''],
  ])('leaves out a client name and version with %s', async (_what, name, version) => {
    const { log, requests } = capturedLog();
    const { gateway } = await gatewayForTest({ log });
    const asked = graphqlRequest('{ __typename }');
    asked.headers.set('apollographql-client-name', name);
    asked.headers.set('apollographql-client-version', version);
    await gateway.fetch(asked);
    expect(requests()).toHaveLength(1);
    expect(requests()[0]).not.toHaveProperty('client');
    expect(requests()[0]).not.toHaveProperty('clientVersion');
  });

  test('is at level debug for health probes, and at level info otherwise', async () => {
    for (const level of ['info', 'debug'] as const) {
      const { log, requests } = capturedLog(level);
      const { gateway } = await gatewayForTest({ log });
      for (const path of ['/health', '/ready?verbose=1', '/healthy']) {
        await gateway.fetch(new Request(`http://localhost${path}`));
      }
      expect(requests()).toHaveLength(level === 'info' ? 1 : 3);
    }
  });
});

describe('a client that disconnects', () => {
  test('is logged as aborted, with the calls made for it', async () => {
    const { log, requests } = capturedLog();
    const { gateway, sandbox } = await gatewayForTest({ log, faults: [{ kind: 'hang' }] });
    const url = await listeningForTest(gateway.listener);
    const leaving = new AbortController();
    const answer = fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { ...json, authorization: 'Bearer token-of-a-caller' },
      body: JSON.stringify({ query: `query Left ${USER}` }),
      signal: leaving.signal,
    });
    await expect.poll(() => sandbox.requests.length).toBe(1);
    leaving.abort();
    await expect(answer).rejects.toThrow('abort');
    await expect.poll(requests).toMatchObject([{ operation: 'Left', aborted: true, upstreamCalls: 1 }]);
    expect(requests()[0]).not.toHaveProperty('status');
  });

  test('is logged as aborted also if its request came through fetch', async () => {
    const { log, requests } = capturedLog();
    const { gateway, sandbox } = await gatewayForTest({ log, faults: [{ kind: 'hang' }] });
    const leaving = new AbortController();
    const answer = gateway.fetch(new Request(graphqlRequest(USER), { signal: leaving.signal }));
    await expect.poll(() => sandbox.requests.length).toBe(1);
    leaving.abort();
    await expect(answer).rejects.toThrow('abort');
    expect(requests()).toMatchObject([{ aborted: true, upstreamCalls: 1 }]);
  });
});

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Kinds of answers, each with its status and the request for it. Other tests check the status of a preflight. */
const answers: readonly [what: string, status: unknown, sent: Sent][] = [
  ['data', 200, { method: 'POST', headers: json, body: '{"query": "{ __typename }"}' }],
  ['data by GET', 200, { path: '/graphql?query=%7B__typename%7D', headers: { 'x-graphql-yoga-csrf': '1' } }],
  ['an error', 200, { method: 'POST', headers: json, body: '{"query": "{ nothing }"}' }],
  ['GraphiQL’s page', 200, { headers: { accept: 'text/html' } }],
  ['a refused host', 403, { headers: { host: 'evil.example' } }],
  ['an invalid host', 400, { headers: { host: 'a b' } }],
  ['an unknown path', 404, { path: '/elsewhere' }],
  ['a refused method', 405, { method: 'DELETE' }],
  [
    'a preflight',
    expect.any(Number),
    { method: 'OPTIONS', headers: { origin: 'https://a.example', 'access-control-request-method': 'POST' } },
  ],
  ['a refused Accept header', 406, { method: 'POST', headers: { ...json, accept: 'image/png' }, body: '{}' }],
  ['a refused body size', 413, { method: 'POST', headers: { ...json, 'content-length': '999999999' } }],
  [
    'a refused request that any web page could send',
    403,
    { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' },
  ],
  ['a refused content type', 415, { method: 'POST', headers: { 'content-type': 'image/png' }, body: 'x' }],
  ['a body that is no JSON', 400, { method: 'POST', headers: json, body: '{' }],
];

describe('x-request-id', () => {
  test.each(answers)('is in the answer and in the log: %s', async (_what, status, sent) => {
    const { log, requests } = capturedLog();
    const { gateway } = await gatewayForTest({ log });
    const url = await listeningForTest(gateway.listener);
    for (const [id, expected] of [
      [undefined, UUID],
      ['Root=1', UUID],
      ['edge-7:0c8a.1_f', /^edge-7:0c8a\.1_f$/],
    ] as const) {
      const answer = await answerTo(url, sent, id);
      expect(answer.status).toEqual(status);
      expect(answer.requestId).toMatch(expected);
      // Lines of requests on two connections can come in either order.
      const lines = () => requests().filter(({ requestId }) => requestId === answer.requestId);
      await expect.poll(lines).toEqual([expect.objectContaining({ status })]);
    }
    expect(requests()).toHaveLength(3);
  });

  test.each(['', 'a b', 'ü', '<script>', 'a,b', 'x'.repeat(65)])(
    'is a new UUID instead of %j',
    async (id) => {
      const { gateway } = await gatewayForTest();
      const asked = graphqlRequest('{ __typename }');
      asked.headers.set('x-request-id', id);
      expect((await gateway.fetch(asked)).headers.get('x-request-id')).toMatch(UUID);
    },
  );

  test('is in every log line of a request, even if another request made the failed call', async () => {
    const { log, requests, others } = capturedLog();
    const { gateway, calls } = await forgetfulGatewayForTest({
      log,
      latencyMs: 20,
      faults: [{ kind: 'status', status: 500, resource: 'users' }],
    });
    const ids = ['one', 'two'];
    await Promise.all(
      ids.map(async (id) => {
        const asked = graphqlRequest(USER);
        asked.headers.set('x-request-id', id);
        expect(onlyError(JSON.parse(await (await gateway.fetch(asked)).text())).extensions.code).toBe(
          'UPSTREAM_UNAVAILABLE',
        );
      }),
    );
    expect(calls()).toEqual({ users: 1 });
    for (const lines of [others(), requests()]) {
      expect(lines).toHaveLength(2);
      expect(new Set(lines.map(({ requestId }) => requestId))).toEqual(new Set(ids));
    }
    expect(new Set(requests().flatMap(({ correlationIds }) => correlationIds)).size).toBe(1);
  });
});

/** Sends a request with `node:http`, because `fetch` does not let tests set the Host header. */
async function answerTo(
  url: string,
  { path = '/graphql', body, ...options }: Sent,
  requestId: string | undefined,
) {
  const asking = request(url + path, {
    ...options,
    headers: { ...options.headers, ...(requestId !== undefined && { 'x-request-id': requestId }) },
  });
  // The answer may come before the whole request has been sent.
  asking.on('error', () => undefined);
  const answered = once(asking, 'response');
  if (options.headers?.['content-length'] === undefined) asking.end(body);
  else asking.flushHeaders();
  const [response] = await answered;
  await text(response);
  asking.destroy();
  return { status: response.statusCode, requestId: response.headers['x-request-id'] };
}
