import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import type { Fault } from '../../src/sandbox/fault.ts';
import { startSandbox, type Sandbox, type FullSandboxOptions } from '../../src/sandbox/start-sandbox.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { assembleGateway, type AssembledGateway } from '../../src/gateway.ts';
import { onlyError } from '../support/answers.ts';
import {
  ANY_SIZE,
  compileAtHit,
  forgetfulGatewayForTest,
  type GraphQLAnswer,
  graphqlRequest,
  NOTHING_KEPT,
  TOKEN,
} from '../support/gateway.ts';
import { listeningForTest } from '../support/listening.ts';
import { CAMPAIGN_ID, CONTACT_LIST_ID, supervisorsOrganisation } from '../support/organisation.ts';
import { clockWithoutPauses, TestClock } from '../support/test-clock.ts';

const SECRET = 'hush-this-is-a-secret';
const USER = '{ user(id: "user-1") { name email } }';
const userAnswer = { data: { user: { name: 'Name of user-1', email: 'user-1@example.com' } } };
const throttled = { error: 'invalid_request', description: 'invalid_request (rate limit exceeded)' };
/** Time limits that never apply, for tests in which something else ends a call. */
const patient = { REQUEST_TIMEOUT_MS: '600000', UPSTREAM_TIMEOUT_MS: '600000' };

/** Gateway with these settings and without caches; disposed of after the test. */
function gatewayWith(env: Readonly<Record<string, string>>, clock?: Clock): AssembledGateway {
  const config = parseConfig({ ...NOTHING_KEPT, ...env });
  const gateway = assembleGateway({ config, clock, ...compileAtHit() });
  onTestFinished(() => gateway.dispose());
  return gateway;
}

/** Settings of a login as the sandbox's client. */
const ownLogin = { GENESYSCLOUD_OAUTHCLIENT_ID: 'a-client', GENESYSCLOUD_OAUTHCLIENT_SECRET: SECRET };

/** Gateway with its own credential: a login as the sandbox's client unless `env` sets another one. */
async function serviceGateway(
  options: FullSandboxOptions = {},
  env: Readonly<Record<string, string>> = ownLogin,
  clock?: Clock,
) {
  const sandbox = await startSandbox({
    organisation: supervisorsOrganisation(),
    clientId: 'a-client',
    clientSecret: SECRET,
    tokens: [TOKEN],
    ...options,
  });
  onTestFinished(() => sandbox.close());
  const gateway = gatewayWith(
    { GENESYSCLOUD_API_URL: sandbox.url, GENESYSCLOUD_LOGIN_URL: sandbox.url, ...env },
    clock,
  );
  return { sandbox, gateway };
}

async function ask(
  gateway: AssembledGateway,
  query: string,
  token: string | null = null,
): Promise<GraphQLAnswer> {
  const response = await gateway.fetch(graphqlRequest(query, {}, token));
  return JSON.parse(await response.text());
}

/** Distinct tokens of the calls that the upstream received, logins excluded; null for a call without a token. */
function tokensShownTo({ requests }: Sandbox): (string | null)[] {
  return [...new Set(requests.filter(({ resource }) => resource !== 'login').map(({ token }) => token))];
}

function loginsAt({ requests }: Sandbox): number {
  return requests.filter(({ resource }) => resource === 'login').length;
}

/** Upstream for tests that observe more than the sandbox shows, such as closed connections. */
async function upstreamForTest(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener);
  return { url: await listeningForTest(server), server };
}

describe('a caller with a token of its own', () => {
  test('reaches the upstream with that token alone', async () => {
    const { gateway, sandbox } = await forgetfulGatewayForTest({ tokens: ['token-of-another'] });
    expect(await ask(gateway, USER, 'token-of-another')).toEqual(userAnswer);
    expect(tokensShownTo(sandbox)).toEqual(['token-of-another']);
  });

  test('reaches the upstream with that token in every kind of call: listings, reading POSTs, calls for one id', async () => {
    const { query, sandbox } = await forgetfulGatewayForTest();
    await query(
      `query ($id: ID!) {
        campaigns { nodes { progress { percentage } stats { idleAgents } } }
        campaignInteractions(campaignId: $id) {
          nodes { contact { data } script { startPageName } agent { manager { email } } }
        }
      }`,
      { id: CAMPAIGN_ID },
    );
    expect(new Set(sandbox.requests.map(({ resource }) => resource))).toEqual(
      new Set([
        'campaigns',
        'campaignProgress',
        'campaignStats',
        'campaignInteractions',
        'contacts',
        'scripts',
        'users',
      ]),
    );
    expect(tokensShownTo(sandbox)).toEqual([TOKEN]);
  });

  test('has no other header of its request passed on to the upstream', async () => {
    const seen: IncomingMessage[] = [];
    const { url } = await upstreamForTest((request, response) => {
      seen.push(request);
      response.end('{"entities":[]}');
    });
    const gateway = gatewayWith({ GENESYSCLOUD_API_URL: url });
    const request = graphqlRequest(USER);
    request.headers.set('cookie', 'session=1');
    request.headers.set('x-forwarded-for', '10.0.0.1');
    request.headers.set('user-agent', 'a browser');
    request.headers.set('origin', 'https://elsewhere.example');
    await (await gateway.fetch(request)).text();
    expect(seen.map(({ headers }) => headers)).toEqual([
      {
        accept: 'application/json',
        'accept-encoding': 'identity',
        authorization: `Bearer ${TOKEN}`,
        connection: 'keep-alive',
        host: url.slice('http://'.length),
      },
    ]);
  });

  test('never shares a call or an answer with another caller', async () => {
    const tokens = Array.from({ length: 5 }, (_, n) => `token-${n}`);
    const { gateway, sandbox } = await forgetfulGatewayForTest({
      tokens,
      latencyMs: 5,
      faults: [
        {
          kind: 'alter',
          resource: 'users',
          alter: (_body, { token }) => ({ entities: [{ id: 'user-1', name: `Seen by ${token}` }] }),
        },
      ],
    });
    const query = '{ user(id: "user-1") { name } }';
    for (let round = 0; round < 2; round += 1) {
      const answers = await Promise.all(tokens.map((token) => ask(gateway, query, token)));
      expect(answers).toEqual(tokens.map((token) => ({ data: { user: { name: `Seen by ${token}` } } })));
    }
    for (const token of tokens) {
      expect(sandbox.requests.filter((request) => request.token === token).length).toBeGreaterThan(0);
    }
  });

  test('is answered even if tokens of other callers are revoked or unknown; these callers get UNAUTHENTICATED', async () => {
    const { gateway, sandbox } = await forgetfulGatewayForTest({ tokens: ['one', 'two'] });
    expect(await ask(gateway, USER, 'one')).toEqual(userAnswer);
    sandbox.revoke('one');
    for (const token of ['one', 'unknown']) {
      const answer = await ask(gateway, USER, token);
      expect(answer.data).toEqual({ user: null });
      expect(onlyError(answer).extensions).toMatchObject({ code: 'UNAUTHENTICATED', upstreamStatus: 401 });
      expect(JSON.stringify(answer)).not.toContain(token === 'one' ? '"one"' : token);
    }
    expect(await ask(gateway, USER, 'two')).toEqual(userAnswer);
  });
});

describe('a caller without a credential', () => {
  /** Every root field, each under a distinct response key. */
  const everyRoot = `{
    campaign(id: "a") { id }
    campaigns { totalCount }
    campaignInteractions(campaignId: "a") { totalCount }
    campaignInteraction(campaignId: "a", id: "b") { id }
    user(id: "a") { id }
    again: user(id: "a") { id }
    queue(id: "a") { id }
    skill(id: "a") { id }
    script(id: "a") { id }
    contact(contactListId: "${CONTACT_LIST_ID}", id: "contact-1") { id data }
    contactList(id: "a") { id }
    conversation(id: "a") { id }
  }`;
  const names = [...everyRoot.matchAll(/^ {4}(\w+)/gm)].map(([, name]) => name);

  test('gets HTTP 200, with null and a separate error for each root field', async () => {
    const { gateway, calls } = await forgetfulGatewayForTest({ env: ANY_SIZE });
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const request = graphqlRequest(everyRoot, {}, null);
      request.headers.set('accept', accept);
      const response = await gateway.fetch(request);
      expect(response.status).toBe(200);
      const { data, errors }: GraphQLAnswer = JSON.parse(await response.text());
      expect(names).toHaveLength(12);
      expect(data).toEqual(Object.fromEntries(names.map((name) => [name, null])));
      expect(errors?.map(({ path }) => path)).toEqual(names.map((name) => [name]));
      for (const { extensions, message } of errors ?? []) {
        expect(extensions.code).toBe('UNAUTHENTICATED');
        expect(extensions).not.toHaveProperty('upstreamStatus');
        expect(message).toContain('Authorization');
      }
    }
    expect(calls()).toEqual({});
  });

  test('can still introspect the schema, without an upstream call', async () => {
    const { query, calls } = await forgetfulGatewayForTest();
    const { data, errors } = await query(
      '{ __typename __schema { queryType { name } } __type(name: "User") { kind } user(id: "user-1") { id } }',
      {},
      null,
    );
    expect(data).toEqual({
      __typename: 'Query',
      __schema: { queryType: { name: 'Query' } },
      __type: { kind: 'OBJECT' },
      user: null,
    });
    expect(errors?.map(({ path }) => path)).toEqual([['user']]);
    expect((await query('{ __typename }', {}, null)).errors).toBeUndefined();
    expect(calls()).toEqual({});
  });

  test.each([
    ['no token after the scheme', 'Bearer'],
    ['an empty token', 'Bearer '],
    ['a user name and password', `Basic ${btoa('a:b')}`],
    ['a token without a scheme', TOKEN],
    ['a token with another scheme', `Token ${TOKEN}`],
    ['more text after the token', `Bearer ${TOKEN} more`],
    ['two tokens', `Bearer ${TOKEN}, Bearer ${TOKEN}`],
    ['a quoted token', `Bearer "${TOKEN}"`],
    ['a token longer than 8192 characters', `Bearer ${'x'.repeat(8193)}`],
  ])(
    'gets UNAUTHENTICATED, without a call, also if the Authorization header holds %s',
    async (_what, header) => {
      const { gateway, calls } = await forgetfulGatewayForTest();
      const request = graphqlRequest(`{ __typename user(id: "user-1") { id } }`, {}, null);
      request.headers.set('authorization', header);
      const response = await gateway.fetch(request);
      expect(response.status).toBe(200);
      const answer: GraphQLAnswer = JSON.parse(await response.text());
      expect(answer.data).toEqual({ __typename: 'Query', user: null });
      expect(onlyError(answer).extensions.code).toBe('UNAUTHENTICATED');
      expect(calls()).toEqual({});
    },
  );
});

describe("the gateway's own login", () => {
  test('happens once for 20 concurrent requests, and serves later requests too', async () => {
    const { sandbox, gateway } = await serviceGateway({ latencyMs: 5 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(gateway, USER)));
    expect(answers).toEqual(Array.from({ length: 20 }, () => userAnswer));
    expect(await ask(gateway, USER)).toEqual(userAnswer);
    expect(loginsAt(sandbox)).toBe(1);
    expect(tokensShownTo(sandbox)).toHaveLength(1);
  });

  test('replaces any token that a caller sends', async () => {
    const { sandbox, gateway } = await serviceGateway();
    for (const token of [TOKEN, 'unknown', null]) expect(await ask(gateway, USER, token)).toEqual(userAnswer);
    expect(tokensShownTo(sandbox)).toEqual([expect.any(String)]);
    expect(tokensShownTo(sandbox)).not.toContain(TOKEN);
    expect(tokensShownTo(sandbox)).not.toContain('unknown');
  });

  test('does not happen for a query that needs nothing of the upstream', async () => {
    const { sandbox, gateway } = await serviceGateway();
    expect(await ask(gateway, '{ __typename }')).toEqual({ data: { __typename: 'Query' } });
    expect(sandbox.requests).toEqual([]);
  });

  test('is repeated once for 20 concurrent requests when the upstream revokes its token early', async () => {
    const { sandbox, gateway } = await serviceGateway({ latencyMs: 5 });
    await ask(gateway, USER);
    const [old] = tokensShownTo(sandbox);
    sandbox.revoke(old ?? '');
    sandbox.requests.length = 0;
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(gateway, USER)));
    expect(answers).toEqual(Array.from({ length: 20 }, () => userAnswer));
    expect(loginsAt(sandbox)).toBe(1);
    expect(tokensShownTo(sandbox)).toEqual([old, expect.not.stringMatching(`^${old}$`)]);
  });

  test('is repeated at most once for a call that the upstream keeps rejecting with 401', async () => {
    const { sandbox, gateway } = await serviceGateway({
      faults: [{ kind: 'status', status: 401, resource: 'users' }],
    });
    const answer = await ask(gateway, USER);
    expect(onlyError(answer).extensions).toMatchObject({ code: 'UNAUTHENTICATED', upstreamStatus: 401 });
    expect(loginsAt(sandbox)).toBe(2);
    expect(sandbox.requests).toHaveLength(4);
  });

  /** Gateway whose login tokens expire after 60 s; `putForward` advances its clock and the sandbox's. */
  async function minuteTokens() {
    let aheadMs = 0;
    const monotonic = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => monotonic() + aheadMs);
    onTestFinished(() => void vi.restoreAllMocks());
    const started = await serviceGateway({ tokenLifetimeSeconds: 60, now: () => Date.now() + aheadMs });
    return { ...started, putForward: (ms: number) => (aheadMs += ms) };
  }

  test('is renewed before its token expires, by a request that does not wait for the renewal', async () => {
    const { sandbox, gateway, putForward } = await minuteTokens();
    expect(await ask(gateway, USER)).toEqual(userAnswer);
    putForward(29_000);
    expect(await ask(gateway, USER)).toEqual(userAnswer);
    expect(loginsAt(sandbox)).toBe(1);
    // Half of the token's lifetime is over: the renewal begins and hangs, while requests use the old token.
    sandbox.faults.push({ kind: 'hang', resource: 'login' });
    putForward(2_000);
    expect(await ask(gateway, USER)).toEqual(userAnswer);
    await expect.poll(() => loginsAt(sandbox)).toBe(2);
    expect(await ask(gateway, USER)).toEqual(userAnswer);
    expect(tokensShownTo(sandbox)).toHaveLength(1);
  });

  test('is renewed early enough under steady requests that no token expires in transit', async () => {
    const { sandbox, gateway, putForward } = await minuteTokens();
    for (let login = 1; login <= 4; login += 1) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- time passes between the requests
      expect(await ask(gateway, USER)).toEqual(userAnswer);
      // oxlint-disable-next-line eslint/no-await-in-loop
      await expect.poll(() => loginsAt(sandbox)).toBe(login);
      putForward(31_000);
    }
    expect(sandbox.requests.filter(({ status }) => status === 401)).toEqual([]);
  });

  test('is retried while the login service throttles, which is not taken for a wrong secret', async () => {
    const faults: readonly Fault[] = [{ kind: 'rateLimited', resource: 'login', times: 2 }];
    const { sandbox, gateway } = await serviceGateway({ faults }, ownLogin, clockWithoutPauses());
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(gateway, USER)));
    expect(answers).toEqual(Array.from({ length: 5 }, () => userAnswer));
    expect(loginsAt(sandbox)).toBe(3);
  });

  test('fails with UPSTREAM_RATE_LIMITED, without another attempt, during the Retry-After of the login service', async () => {
    const { sandbox, gateway } = await serviceGateway({
      faults: [
        { kind: 'status', status: 400, resource: 'login', headers: { 'retry-after': '42' }, body: throttled },
      ],
    });
    for (let n = 0; n < 2; n += 1) {
      expect(onlyError(await ask(gateway, USER)).extensions).toMatchObject({
        code: 'UPSTREAM_RATE_LIMITED',
        retryAfterSeconds: 42,
      });
    }
    expect(loginsAt(sandbox)).toBe(1);
  });

  test('fails with UNAUTHENTICATED for a wrong secret, reveals no credential or URL, and is not repeated at once', async () => {
    const { sandbox, gateway } = await serviceGateway({ clientSecret: 'another' });
    const answer = await ask(gateway, USER, TOKEN);
    expect(answer.data).toEqual({ user: null });
    expect(onlyError(answer).extensions).toMatchObject({ code: 'UNAUTHENTICATED' });
    const text = JSON.stringify(answer);
    for (const hidden of [SECRET, 'a-client', btoa(`a-client:${SECRET}`), TOKEN, sandbox.url, 'oauth']) {
      expect(text).not.toContain(hidden);
    }
    expect(sandbox.requests.map(({ resource }) => resource)).toEqual(['login']);
    // A rejected login is not repeated at once, even by a later request with several calls.
    await ask(gateway, '{ a: script(id: "a") { id } b: script(id: "b") { id } user(id: "c") { id } }');
    expect(sandbox.requests).toHaveLength(1);
  });

  /** Gateway whose login meets `fault` until `mended` is called. */
  async function failingLogin(fault: Fault, clock: TestClock) {
    const faults = [{ ...fault, resource: 'login' as const }];
    const { gateway, sandbox } = await serviceGateway({ faults }, ownLogin, clock);
    return { gateway, sandbox, mended: () => void sandbox.faults.splice(0) };
  }

  test.each<[string, string, Fault]>([
    ['UPSTREAM_RATE_LIMITED', 'throttles', { kind: 'rateLimited' }],
    ['UPSTREAM_UNAVAILABLE', 'answers with 503', { kind: 'status', status: 503 }],
    ['UPSTREAM_UNAVAILABLE', 'breaks connections', { kind: 'reset' }],
    ['UPSTREAM_BAD_RESPONSE', 'answers with an HTML page', { kind: 'html', status: 200 }],
    ['UPSTREAM_BAD_RESPONSE', 'truncates its answers', { kind: 'truncate' }],
    ['UPSTREAM_BAD_RESPONSE', 'answers with 404', { kind: 'status', status: 404 }],
    ['UPSTREAM_BAD_RESPONSE', 'answers without a token', { kind: 'status', status: 200, body: {} }],
  ])('fails with %s, not UNAUTHENTICATED, while the login service %s', async (expected, _how, fault) => {
    const clock = clockWithoutPauses();
    const { gateway, mended } = await failingLogin(fault, clock);
    const answer = await ask(gateway, USER);
    expect(answer.data).toEqual({ user: null });
    expect(onlyError(answer).extensions.code).toBe(expected);
    mended();
    // A failed login is not remembered, except for a short pause after throttling.
    await clock.skip(1_000);
    await expect.poll(() => ask(gateway, USER)).toEqual(userAnswer);
  });

  test('fails with UPSTREAM_TIMEOUT while the login service does not answer', async () => {
    const clock = new TestClock();
    const { gateway, sandbox, mended } = await failingLogin({ kind: 'hang' }, clock);
    const asked = ask(gateway, USER);
    await expect.poll(() => loginsAt(sandbox)).toBe(1);
    await clock.skip(5_000);
    const answer = await asked;
    expect(answer.data).toEqual({ user: null });
    expect(onlyError(answer).extensions.code).toBe('UPSTREAM_TIMEOUT');
    mended();
    // The call and its login time out at the same moment; a request in between may still join that login.
    await expect.poll(() => ask(gateway, USER)).toEqual(userAnswer);
  });
});

describe('an access token for all callers', () => {
  const env = { GENESYSCLOUD_ACCESS_TOKEN: 'the-one-token' };

  test('replaces any token that a caller sends, without a login', async () => {
    const { sandbox, gateway } = await serviceGateway({ tokens: ['the-one-token', TOKEN] }, env);
    for (const token of [TOKEN, 'unknown', null]) expect(await ask(gateway, USER, token)).toEqual(userAnswer);
    expect(loginsAt(sandbox)).toBe(0);
    expect(tokensShownTo(sandbox)).toEqual(['the-one-token']);
  });

  test('leads to UNAUTHENTICATED when the upstream rejects it, after a single call and without a login', async () => {
    const { sandbox, gateway } = await serviceGateway({}, env);
    const answer = await ask(gateway, USER, TOKEN);
    expect(onlyError(answer).extensions).toMatchObject({ code: 'UNAUTHENTICATED', upstreamStatus: 401 });
    expect(JSON.stringify(answer)).not.toContain('the-one-token');
    expect(sandbox.requests).toHaveLength(1);
  });
});

describe('a client that disconnects', () => {
  /** Request that `goAway` aborts; `over` resolves whatever its outcome is. */
  function abandonable(gateway: AssembledGateway, query: string, token: string | null = TOKEN) {
    const client = new AbortController();
    const request = new Request(graphqlRequest(query, {}, token), { signal: client.signal });
    const over = Promise.resolve(gateway.fetch(request)).then(
      () => undefined,
      () => undefined,
    );
    return { over, goAway: () => client.abort() };
  }

  test('ends the upstream calls that only its request waits for', async () => {
    const arrived = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    const { url } = await upstreamForTest((_request, response) => {
      response.once('close', closed.resolve);
      arrived.resolve();
    });
    const gateway = gatewayWith({ GENESYSCLOUD_API_URL: url, ...patient });
    const { over, goAway } = abandonable(gateway, USER);
    await arrived.promise;
    goAway();
    await expect(closed.promise).resolves.toBeUndefined();
    await over;
  });

  test('ends the upstream calls of its request also by closing its connection to the listener', async () => {
    const arrived = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    const { url } = await upstreamForTest((_request, response) => {
      response.once('close', closed.resolve);
      arrived.resolve();
    });
    const gateway = gatewayWith({ GENESYSCLOUD_API_URL: url, ...patient });
    const port = await upstreamForTest(gateway.listener);
    const client = new AbortController();
    const answer = fetch(`${port.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify({ query: USER }),
      signal: client.signal,
    });
    await arrived.promise;
    client.abort();
    await expect(answer).rejects.toThrow('abort');
    await closed.promise;
  });

  test('frees its permit for the calls of other requests', async () => {
    const { gateway, sandbox } = await forgetfulGatewayForTest({
      faults: [{ kind: 'hang', times: 1 }],
      env: { ...patient, UPSTREAM_CONCURRENCY: '1' },
    });
    const { over, goAway } = abandonable(gateway, USER);
    await expect.poll(() => sandbox.requests.length).toBe(1);
    const other = ask(gateway, USER, TOKEN);
    goAway();
    // The hanging call holds the only permit: if it were still under way, `other` would never end.
    expect(await other).toEqual(userAnswer);
    await over;
  });

  test('costs no call if its call still waits for a permit', async () => {
    const { gateway, sandbox } = await forgetfulGatewayForTest({
      faults: [{ kind: 'hang', times: 1 }],
      env: { ...patient, UPSTREAM_CONCURRENCY: '1' },
    });
    const first = abandonable(gateway, USER);
    await expect.poll(() => sandbox.requests.length).toBe(1);
    const waiting = abandonable(gateway, '{ queue(id: "queue-1") { name } }');
    // Request without a call: once it is answered, the call of the earlier request is in the queue.
    await ask(gateway, '{ __typename }', TOKEN);
    waiting.goAway();
    await waiting.over;
    first.goAway();
    await first.over;
    expect(await ask(gateway, USER, TOKEN)).toEqual(userAnswer);
    expect(sandbox.requests.map(({ resource }) => resource)).toEqual(['users', 'users']);
  });

  test('does not end a login that another request waits for', async () => {
    const { gateway, sandbox } = await serviceGateway({
      faults: [{ kind: 'delay', ms: 100, resource: 'login' }],
    });
    const { over, goAway } = abandonable(gateway, USER, null);
    await expect.poll(() => loginsAt(sandbox)).toBe(1);
    const other = ask(gateway, USER);
    goAway();
    expect(await other).toEqual(userAnswer);
    await over;
    expect(loginsAt(sandbox)).toBe(1);
  });

  test('costs no call if it aborts before its request begins', async () => {
    const { gateway, sandbox } = await forgetfulGatewayForTest();
    const request = new Request(graphqlRequest(USER), { signal: AbortSignal.abort() });
    await Promise.resolve(gateway.fetch(request)).catch(() => undefined);
    expect(await ask(gateway, USER, TOKEN)).toEqual(userAnswer);
    expect(sandbox.requests).toHaveLength(1);
  });
});

describe('a gateway that is disposed of', () => {
  test('ends the calls under way and keeps no connection to the upstream', async () => {
    let open = 0;
    const arrived = Promise.withResolvers<void>();
    const { url, server } = await upstreamForTest((request, response) => {
      if (request.url?.includes('user-2')) arrived.resolve();
      else response.end('{"entities":[]}');
    });
    server.on('connection', (socket) => {
      open += 1;
      socket.once('close', () => (open -= 1));
    });
    const gateway = gatewayWith({ GENESYSCLOUD_API_URL: url, ...patient });
    expect(await ask(gateway, USER, TOKEN)).toEqual({ data: { user: null } });
    const unanswered = ask(gateway, '{ user(id: "user-2") { name } }', TOKEN);
    await arrived.promise;
    expect(open).toBeGreaterThan(0);
    await gateway.dispose();
    expect(onlyError(await unanswered).extensions.code).toBe('UPSTREAM_UNAVAILABLE');
    await expect.poll(() => open).toBe(0);
  });

  test('answers later requests with UPSTREAM_UNAVAILABLE', async () => {
    const { gateway, query, calls } = await forgetfulGatewayForTest();
    await gateway.dispose();
    expect(onlyError(await query(USER)).extensions.code).toBe('UPSTREAM_UNAVAILABLE');
    expect(calls()).toEqual({});
  });
});
