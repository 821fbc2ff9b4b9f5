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

describe('the line of a request', () => {
  test('tells what was asked, what it cost and how it went', async () => {
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

  test('counts what was kept, what was shared, and each try', async () => {
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

  test('tells operations apart by what they ask for, not by what they ask about', async () => {
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

  test('cuts the name of an operation that is as long as a body', async () => {
    const { log, requests } = capturedLog();
    const { query } = await gatewayForTest({ log });
    await query(`query ${'A'.repeat(5_000)} { __typename }`);
    expect(requests()[0]?.['operation']).toBe('A'.repeat(64));
  });

  test('leaves out the name of an operation that may be somebody’s number', async () => {
    const { log, requests, text: logged } = capturedLog();
    const { query } = await gatewayForTest({ log });
    await query('query Calls_491701234567 { __typename }');
    await query('query Since_20260101 { __typename }');
    expect(requests().map(({ operation }) => operation)).toEqual([undefined, 'Since_20260101']);
    expect(logged()).not.toContain('491701234567');
  });

  test('tells who asked by a hash that is the same for all of their requests, and no one else’s', async () => {
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
    ['a number of somebody', '15551234567', '15551234567'],
    ['an address', 'ada@example.com', '1 (ada@example.com)'],
    ['what breaks lines', 'a\tb', 'a"b'],
    ['letters of all kinds', 'clé', 'ü'],
    ['more than a name', 'x'.repeat(65), '1'.repeat(33)],
    ['nothing', '', ''],
  ])('leaves out the name and version of a client that are %s', async (_what, name, version) => {
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

  test('is there at debug alone for what only asks how the gateway is', async () => {
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

describe('a client that goes away', () => {
  test('is logged as one, with what was done for it', async () => {
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

  test('is logged as one, too, where it came without a port', async () => {
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

/** With whatever status, where that is another's concern. */
const answers: readonly [what: string, status: unknown, sent: Sent][] = [
  ['data', 200, { method: 'POST', headers: json, body: '{"query": "{ __typename }"}' }],
  ['data by GET', 200, { path: '/graphql?query=%7B__typename%7D', headers: { 'x-graphql-yoga-csrf': '1' } }],
  ['an error', 200, { method: 'POST', headers: json, body: '{"query": "{ nothing }"}' }],
  ['GraphiQL’s page', 200, { headers: { accept: 'text/html' } }],
  ['a refusal of its host', 403, { headers: { host: 'evil.example' } }],
  ['a refusal of what is no host', 400, { headers: { host: 'a b' } }],
  ['nothing there', 404, { path: '/elsewhere' }],
  ['a refusal of its method', 405, { method: 'DELETE' }],
  [
    'a preflight',
    expect.any(Number),
    { method: 'OPTIONS', headers: { origin: 'https://a.example', 'access-control-request-method': 'POST' } },
  ],
  [
    'a refusal of what it accepts',
    406,
    { method: 'POST', headers: { ...json, accept: 'image/png' }, body: '{}' },
  ],
  ['a refusal of its size', 413, { method: 'POST', headers: { ...json, 'content-length': '999999999' } }],
  [
    'a refusal of what any page could send',
    403,
    { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' },
  ],
  ['a refusal of its type', 415, { method: 'POST', headers: { 'content-type': 'image/png' }, body: 'x' }],
  ['a refusal of what is no JSON', 400, { method: 'POST', headers: json, body: '{' }],
];

describe('x-request-id', () => {
  test.each(answers)('comes with %s, and is in the log', async (_what, status, sent) => {
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
      await expect.poll(() => requests().at(-1)).toMatchObject({ status, requestId: answer.requestId });
    }
    expect(requests()).toHaveLength(3);
  });

  test.each(['', 'a b', 'ü', '<script>', 'a,b', 'x'.repeat(65)])('is made up instead of %j', async (id) => {
    const { gateway } = await gatewayForTest();
    const asked = graphqlRequest('{ __typename }');
    asked.headers.set('x-request-id', id);
    expect((await gateway.fetch(asked)).headers.get('x-request-id')).toMatch(UUID);
  });

  test('is in each line that the log has of a request, although another made the call that failed', async () => {
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

/** By hand: `fetch` does not let tests say which host they are for. */
async function answerTo(
  url: string,
  { path = '/graphql', body, ...options }: Sent,
  requestId: string | undefined,
) {
  const asking = request(url + path, {
    ...options,
    headers: { ...options.headers, ...(requestId !== undefined && { 'x-request-id': requestId }) },
  });
  // It may be answered before all of it has come.
  asking.on('error', () => undefined);
  const answered = once(asking, 'response');
  if (options.headers?.['content-length'] === undefined) asking.end(body);
  else asking.flushHeaders();
  const [response] = await answered;
  await text(response);
  asking.destroy();
  return { status: response.statusCode, requestId: response.headers['x-request-id'] };
}
