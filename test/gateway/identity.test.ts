import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import type { Fault } from '../../src/sandbox/fault.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/start-sandbox.ts';
import { createGateway, type Gateway } from '../../src/gateway.ts';
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

const SECRET = 'hush-this-is-a-secret';
const USER = '{ user(id: "user-1") { name email } }';
const userAnswer = { data: { user: { name: 'Name of user-1', email: 'user-1@example.com' } } };
const throttled = { error: 'invalid_request', description: 'invalid_request (rate limit exceeded)' };
/** No time limit of the gateway's own ends anything in a test that shows what else does. */
const patient = { REQUEST_TIMEOUT_MS: '600000', UPSTREAM_TIMEOUT_MS: '600000' };

/** A gateway with this environment, which lives as long as the test. */
function gatewayWith(env: Readonly<Record<string, string>>): Gateway {
  const { upstream, ...config } = parseConfig({ ...NOTHING_KEPT, ...env });
  if (upstream === null) throw new TypeError('The test gateway has an upstream.');
  const gateway = createGateway({ ...config, upstream, ...compileAtHit() });
  onTestFinished(() => gateway.dispose());
  return gateway;
}

/** A gateway with a credential of its own: a login as the sandbox's client unless `env` says otherwise. */
async function serviceGateway(
  options: SandboxOptions = {},
  env: Readonly<Record<string, string>> = {
    GENESYSCLOUD_OAUTHCLIENT_ID: 'a-client',
    GENESYSCLOUD_OAUTHCLIENT_SECRET: SECRET,
  },
) {
  const sandbox = await startSandbox({
    organisation: supervisorsOrganisation(),
    clientId: 'a-client',
    clientSecret: SECRET,
    tokens: [TOKEN],
    ...options,
  });
  onTestFinished(() => sandbox.close());
  const gateway = gatewayWith({
    GENESYSCLOUD_API_URL: sandbox.url,
    GENESYSCLOUD_LOGIN_URL: sandbox.url,
    ...env,
  });
  return { sandbox, gateway };
}

async function ask(gateway: Gateway, query: string, token: string | null = null): Promise<GraphQLAnswer> {
  const response = await gateway.fetch(graphqlRequest(query, {}, token));
  return JSON.parse(await response.text());
}

/** The tokens that the upstream was shown, each once, and null where it was shown none. */
function tokensShownTo({ requests }: Sandbox): (string | null)[] {
  return [...new Set(requests.filter(({ resource }) => resource !== 'login').map(({ token }) => token))];
}

function loginsAt({ requests }: Sandbox): number {
  return requests.filter(({ resource }) => resource === 'login').length;
}

/** An upstream of which a test sees more than the sandbox shows, such as connections that close. */
async function upstreamForTest(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener);
  return { url: await listeningForTest(server), server };
}

describe('a caller with a token of its own', () => {
  test('is known to the upstream by that token alone', async () => {
    const { gateway, sandbox } = await forgetfulGatewayForTest({ tokens: ['token-of-another'] });
    expect(await ask(gateway, USER, 'token-of-another')).toEqual(userAnswer);
    expect(tokensShownTo(sandbox)).toEqual(['token-of-another']);
  });

  test('is known by it in every kind of call: listings, reading POSTs, one by one', async () => {
    const { query, sandbox } = await forgetfulGatewayForTest();
    await query(
      `query ($id: ID!) {
        campaigns { nodes { progress { percentage } stats { attempts } } }
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

  test('has nothing else of its request passed on', async () => {
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

  test('does not suffer for a token that the upstream does not know, nor for one it has revoked', async () => {
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
  /** Every root field, by a name of its own. */
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

  test('gets HTTP 200, and for each root field null and an error of its own', async () => {
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

  test('can still ask what the schema is', async () => {
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
    ['no token', 'Bearer'],
    ['an empty token', 'Bearer '],
    ['a password', `Basic ${btoa('a:b')}`],
    ['a token alone', TOKEN],
    ['a token of another scheme', `Token ${TOKEN}`],
    ['more than a token', `Bearer ${TOKEN} more`],
    ['two tokens', `Bearer ${TOKEN}, Bearer ${TOKEN}`],
    ['a token in quotes', `Bearer "${TOKEN}"`],
    ['a token of endless length', `Bearer ${'x'.repeat(8193)}`],
  ])('is what one is whose Authorization header holds %s', async (_what, header) => {
    const { gateway, calls } = await forgetfulGatewayForTest();
    const request = graphqlRequest(`{ __typename user(id: "user-1") { id } }`, {}, null);
    request.headers.set('authorization', header);
    const response = await gateway.fetch(request);
    expect(response.status).toBe(200);
    const answer: GraphQLAnswer = JSON.parse(await response.text());
    expect(answer.data).toEqual({ __typename: 'Query', user: null });
    expect(onlyError(answer).extensions.code).toBe('UNAUTHENTICATED');
    expect(calls()).toEqual({});
  });
});

describe("the gateway's own login", () => {
  test('is made once for 20 requests at the same time, and serves the next ones', async () => {
    const { sandbox, gateway } = await serviceGateway({ latencyMs: 5 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(gateway, USER)));
    expect(answers).toEqual(Array.from({ length: 20 }, () => userAnswer));
    expect(await ask(gateway, USER)).toEqual(userAnswer);
    expect(loginsAt(sandbox)).toBe(1);
    expect(tokensShownTo(sandbox)).toHaveLength(1);
  });

  test('takes the place of whatever the caller sends', async () => {
    const { sandbox, gateway } = await serviceGateway();
    for (const token of [TOKEN, 'unknown', null]) expect(await ask(gateway, USER, token)).toEqual(userAnswer);
    expect(tokensShownTo(sandbox)).toEqual([expect.any(String)]);
    expect(tokensShownTo(sandbox)).not.toContain(TOKEN);
    expect(tokensShownTo(sandbox)).not.toContain('unknown');
  });

  test('is not used by those who need nothing of the upstream', async () => {
    const { sandbox, gateway } = await serviceGateway();
    expect(await ask(gateway, '{ __typename }')).toEqual({ data: { __typename: 'Query' } });
    expect(sandbox.requests).toEqual([]);
  });

  test('is made anew, once, when the upstream has ended it before its time', async () => {
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

  test('is tried anew no more than once for a call that the upstream refuses all the same', async () => {
    const { sandbox, gateway } = await serviceGateway({
      faults: [{ kind: 'status', status: 401, resource: 'users' }],
    });
    const answer = await ask(gateway, USER);
    expect(onlyError(answer).extensions).toMatchObject({ code: 'UNAUTHENTICATED', upstreamStatus: 401 });
    expect(loginsAt(sandbox)).toBe(2);
    expect(sandbox.requests).toHaveLength(4);
  });

  /** A service gateway whose tokens live for a minute, and both sides' clocks, which can be put forward. */
  async function minuteTokens() {
    let aheadMs = 0;
    const monotonic = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => monotonic() + aheadMs);
    onTestFinished(() => void vi.restoreAllMocks());
    const started = await serviceGateway({ tokenLifetimeSeconds: 60, now: () => Date.now() + aheadMs });
    return { ...started, putForward: (ms: number) => (aheadMs += ms) };
  }

  test('is renewed before its token expires, by a request that does not wait for it', async () => {
    const { sandbox, gateway, putForward } = await minuteTokens();
    expect(await ask(gateway, USER)).toEqual(userAnswer);
    putForward(29_000);
    expect(await ask(gateway, USER)).toEqual(userAnswer);
    expect(loginsAt(sandbox)).toBe(1);
    // Half of its life is over: a new one is asked for, which hangs, and nobody who has a token feels it.
    sandbox.faults.push({ kind: 'hang', resource: 'login' });
    putForward(2_000);
    expect(await ask(gateway, USER)).toEqual(userAnswer);
    await expect.poll(() => loginsAt(sandbox)).toBe(2);
    expect(await ask(gateway, USER)).toEqual(userAnswer);
    expect(tokensShownTo(sandbox)).toHaveLength(1);
  });

  test('is renewed in time for whoever asks often, so that no token expires on its way', async () => {
    const { sandbox, gateway, putForward } = await minuteTokens();
    for (let login = 1; login <= 4; login += 1) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other, as time goes by
      expect(await ask(gateway, USER)).toEqual(userAnswer);
      // oxlint-disable-next-line eslint/no-await-in-loop
      await expect.poll(() => loginsAt(sandbox)).toBe(login);
      putForward(31_000);
    }
    expect(sandbox.requests.filter(({ status }) => status === 401)).toEqual([]);
  });

  test('waits while the login service throttles, and is not taken for a wrong secret', async () => {
    const { sandbox, gateway } = await serviceGateway({
      faults: [{ kind: 'rateLimited', resource: 'login', times: 2 }],
    });
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(gateway, USER)));
    expect(answers).toEqual(Array.from({ length: 5 }, () => userAnswer));
    expect(loginsAt(sandbox)).toBe(3);
  });

  test('is left alone for as long as its service wants it to be', async () => {
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

  test('that is wrong is UNAUTHENTICATED, and tells nothing of itself', async () => {
    const { sandbox, gateway } = await serviceGateway({ clientSecret: 'another' });
    const answer = await ask(gateway, USER, TOKEN);
    expect(answer.data).toEqual({ user: null });
    expect(onlyError(answer).extensions).toMatchObject({ code: 'UNAUTHENTICATED' });
    const text = JSON.stringify(answer);
    for (const hidden of [SECRET, 'a-client', btoa(`a-client:${SECRET}`), TOKEN, sandbox.url, 'oauth']) {
      expect(text).not.toContain(hidden);
    }
    expect(sandbox.requests.map(({ resource }) => resource)).toEqual(['login']);
    // Neither is the next request's call a reason to try it again at once, nor are many of one request.
    await ask(gateway, '{ a: script(id: "a") { id } b: script(id: "b") { id } user(id: "c") { id } }');
    expect(sandbox.requests).toHaveLength(1);
  });

  /** A gateway whose login meets this fault until it is `mended`, and the error of what is asked meanwhile. */
  async function failedLogin(fault: Fault) {
    const { gateway, sandbox } = await serviceGateway(
      { faults: [{ ...fault, resource: 'login' }] },
      {
        GENESYSCLOUD_OAUTHCLIENT_ID: 'a-client',
        GENESYSCLOUD_OAUTHCLIENT_SECRET: SECRET,
        UPSTREAM_TIMEOUT_MS: '1500',
      },
    );
    const answer = await ask(gateway, USER);
    expect(answer.data).toEqual({ user: null });
    return {
      gateway,
      code: onlyError(answer).extensions.code,
      mended: () => void sandbox.faults.splice(0),
    };
  }

  test.each<[string, string, Fault]>([
    ['UPSTREAM_RATE_LIMITED', 'throttled', { kind: 'rateLimited' }],
    ['UPSTREAM_UNAVAILABLE', 'out of order', { kind: 'status', status: 503 }],
    ['UPSTREAM_UNAVAILABLE', 'cut off', { kind: 'reset' }],
    ['UPSTREAM_BAD_RESPONSE', "hidden behind a proxy's page", { kind: 'html', status: 200 }],
    ['UPSTREAM_BAD_RESPONSE', 'cut short', { kind: 'truncate' }],
    ['UPSTREAM_BAD_RESPONSE', 'somewhere else', { kind: 'status', status: 404 }],
    ['UPSTREAM_BAD_RESPONSE', 'without a token to give', { kind: 'status', status: 200, body: {} }],
  ])('is %s, not UNAUTHENTICATED, while the login service is %s', async (expected, _how, fault) => {
    const { gateway, code, mended } = await failedLogin(fault);
    expect(code).toBe(expected);
    mended();
    // A failed login is not kept, but for a moment where its service asked for a pause.
    await expect.poll(() => ask(gateway, USER)).toEqual(userAnswer);
  });

  test('is UPSTREAM_TIMEOUT while the login service is silent', async () => {
    const { gateway, code, mended } = await failedLogin({ kind: 'hang' });
    expect(code).toBe('UPSTREAM_TIMEOUT');
    mended();
    // The call and the login that it waits for give up at the same moment; a request in between may still join that login.
    await expect.poll(() => ask(gateway, USER)).toEqual(userAnswer);
  });
});

describe('an access token for all callers', () => {
  const env = { GENESYSCLOUD_ACCESS_TOKEN: 'the-one-token' };

  test('takes the place of whatever the caller sends, without a login', async () => {
    const { sandbox, gateway } = await serviceGateway({ tokens: ['the-one-token', TOKEN] }, env);
    for (const token of [TOKEN, 'unknown', null]) expect(await ask(gateway, USER, token)).toEqual(userAnswer);
    expect(loginsAt(sandbox)).toBe(0);
    expect(tokensShownTo(sandbox)).toEqual(['the-one-token']);
  });

  test('is UNAUTHENTICATED once the upstream has ended it, after a single call and without a login', async () => {
    const { sandbox, gateway } = await serviceGateway({}, env);
    const answer = await ask(gateway, USER, TOKEN);
    expect(onlyError(answer).extensions).toMatchObject({ code: 'UNAUTHENTICATED', upstreamStatus: 401 });
    expect(JSON.stringify(answer)).not.toContain('the-one-token');
    expect(sandbox.requests).toHaveLength(1);
  });
});

describe('a client that goes away', () => {
  /** A request that its client can give up; the outcome does not matter to anybody then. */
  function abandonable(gateway: Gateway, query: string, token: string | null = TOKEN) {
    const client = new AbortController();
    const request = new Request(graphqlRequest(query, {}, token), { signal: client.signal });
    const over = Promise.resolve(gateway.fetch(request)).then(
      () => undefined,
      () => undefined,
    );
    return { over, goAway: () => client.abort() };
  }

  test('takes the upstream calls with it that only it waited for', async () => {
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

  test('does so as well when all that is seen of it is a connection that closes', async () => {
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

  test('makes room for the calls of others', async () => {
    const { gateway, sandbox } = await forgetfulGatewayForTest({
      faults: [{ kind: 'hang', times: 1 }],
      env: { ...patient, UPSTREAM_CONCURRENCY: '1' },
    });
    const { over, goAway } = abandonable(gateway, USER);
    await expect.poll(() => sandbox.requests.length).toBe(1);
    const other = ask(gateway, USER, TOKEN);
    goAway();
    // Were the first call still under way, this one would wait for it for ever.
    expect(await other).toEqual(userAnswer);
    await over;
  });

  test('while it waits for its turn spends nothing', async () => {
    const { gateway, sandbox } = await forgetfulGatewayForTest({
      faults: [{ kind: 'hang', times: 1 }],
      env: { ...patient, UPSTREAM_CONCURRENCY: '1' },
    });
    const first = abandonable(gateway, USER);
    await expect.poll(() => sandbox.requests.length).toBe(1);
    const waiting = abandonable(gateway, '{ queue(id: "queue-1") { name } }');
    // A request that is answered without the upstream, so that the one before it has come to its turn.
    await ask(gateway, '{ __typename }', TOKEN);
    waiting.goAway();
    await waiting.over;
    first.goAway();
    await first.over;
    expect(await ask(gateway, USER, TOKEN)).toEqual(userAnswer);
    expect(sandbox.requests.map(({ resource }) => resource)).toEqual(['users', 'users']);
  });

  test('leaves the login to those who still wait for it', async () => {
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

  test('before it has asked costs nothing', async () => {
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

  test('answers later requests with errors', async () => {
    const { gateway, query, calls } = await forgetfulGatewayForTest();
    await gateway.dispose();
    expect(onlyError(await query(USER)).extensions.code).toBe('UPSTREAM_UNAVAILABLE');
    expect(calls()).toEqual({});
  });
});
