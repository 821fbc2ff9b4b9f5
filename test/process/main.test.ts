import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { TOKEN } from '../support/gateway.ts';
import { ask, GATEWAY, run, runningGateway, sandboxForTest } from '../support/running-gateway.ts';

const USER = '{ user(id: "user-1") { name email } }';
const userAnswer = { data: { user: { name: 'Name of user-1', email: 'user-1@example.com' } } };

const STARTS = 'The gateway starts';
const READY = 'The gateway is ready';
const ENDS = 'The gateway ends: requests under way are finished';
const ENDED = 'The gateway has ended';

/** Messages of the log's lines, of which requests have none. */
function messagesIn(stdout: string): string[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{"'));
  return lines.map((line) => JSON.parse(line).msg);
}

async function folderForTest(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** True when a server answers at the address. */
async function accepts(address: string): Promise<boolean> {
  return fetch(address, { headers: { connection: 'close' } }).then(
    async (response) => {
      await response.arrayBuffer();
      return true;
    },
    () => false,
  );
}

describe('a gateway over the embedded sandbox', () => {
  test('prints an address and a query that is answered there unchanged', async () => {
    const { child, output, closed, address, query } = await runningGateway();
    expect(address).toMatch(/^http:\/\/localhost:\d+\/graphql$/);
    const { data, errors } = await ask(address, query, null);
    expect(errors).toBeUndefined();
    expect(data.campaignInteractions.nodes).toHaveLength(3);
    expect(data.campaignInteractions.totalCount).toBeGreaterThan(3);
    child.kill('SIGTERM');
    expect(await closed).toEqual([0, null]);
    expect(output.stderr).toBe('');
  });

  test("uses a caller's bearer token, if one is sent, instead of its own login", async () => {
    const { address, query } = await runningGateway();
    const { data, errors } = await ask(address, query, 'a-token-nobody-knows');
    expect(data).toEqual({ campaignInteractions: null });
    expect(errors).toEqual([
      expect.objectContaining({
        extensions: expect.objectContaining({ code: 'UNAUTHENTICATED', upstreamStatus: 401 }),
      }),
    ]);
    // The gateway's own login still works.
    expect((await ask(address, query, null)).errors).toBeUndefined();
  });

  test('is asked directly, whatever proxies are set', async () => {
    const nowhere = 'http://user:hush@127.0.0.1:1';
    const { output, address, query } = await runningGateway({
      HTTP_PROXY: nowhere,
      http_proxy: nowhere,
      HTTPS_PROXY: nowhere,
      GENESYSCLOUD_PROXY_HOST: '127.0.0.1',
    });
    expect((await ask(address, query, null)).errors).toBeUndefined();
    expect(output.stdout + output.stderr).not.toContain('hush');
  });

  test('requires an API key where keys are configured, and neither passes the key on nor prints it', async () => {
    const key = 'a-key-of-the-gateway';
    const { output, address, query } = await runningGateway({
      AUTH_API_KEY_HASHES: createHash('sha256').update(key).digest('hex'),
    });
    expect(output.stdout).toContain('anyone with one of the API keys (1)');
    // The sandbox would refuse the key as an unknown token.
    expect((await ask(address, query, key)).errors).toBeUndefined();
    for (const token of [null, TOKEN]) {
      const { data, errors } = await ask(address, query, token);
      expect(data).toEqual({ campaignInteractions: null });
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
    }
    expect(output.stdout + output.stderr).not.toContain(key);
  });

  test('serves GraphiQL at the same address, with the campaign of the printed query as default', async () => {
    const { address, query } = await runningGateway();
    const page = await fetch(address, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).toContain('text/html');
    const [campaignId = ''] = /(?<=campaignId: ")[^"]+/.exec(query) ?? [];
    expect(campaignId).not.toBe('');
    expect(await page.text()).toContain(`$campaignId: ID! = \\"${campaignId}\\"`);
  });
});

test('an IPv6 address is printed in brackets', async () => {
  const { address, query } = await runningGateway({ HOST: '::ffff:127.0.0.1' });
  expect(address).toContain('[::ffff:127.0.0.1]');
  expect((await ask(address, query, null)).errors).toBeUndefined();
});

describe('a gateway over a configured upstream', () => {
  test("passes each caller's own token on, prints that it does, and makes no call without a token", async () => {
    const sandbox = await sandboxForTest();
    const { output, address, query } = await runningGateway({ GENESYSCLOUD_API_URL: sandbox.url });
    expect(output.stdout).toContain(sandbox.url);
    expect(output.stdout).toContain("caller's own bearer token");
    expect(output.stdout).toContain('anyone with such a token');
    expect((await ask(address, query)).errors).toBeUndefined();
    expect(sandbox.requests.map(({ token }) => token)).toEqual([TOKEN]);
    const { errors } = await ask(address, query, null);
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
    expect(sandbox.requests).toHaveLength(1);
  });

  test('logs in by itself with the configured OAuth client, and never prints the secret', async () => {
    const secret = 'hush-this-is-a-secret';
    const sandbox = await sandboxForTest({ clientId: 'a-client', clientSecret: secret });
    const { child, closed, output, address } = await runningGateway({
      GENESYSCLOUD_API_URL: sandbox.url,
      GENESYSCLOUD_LOGIN_URL: sandbox.url,
      GENESYSCLOUD_OAUTHCLIENT_ID: 'a-client',
      GENESYSCLOUD_OAUTHCLIENT_SECRET: secret,
    });
    expect(output.stdout).toContain('anyone who can reach this address');
    expect(await ask(address, USER, null)).toEqual(userAnswer);
    child.kill('SIGTERM');
    expect(await closed).toEqual([0, null]);
    expect(output.stdout + output.stderr).not.toContain(secret);
  });
});

test('a gateway restricted to trusted documents answers them by their ids, and prints no query to paste', async () => {
  const file = join(await folderForTest(), 'documents.json');
  await writeFile(file, JSON.stringify({ typename: '{ __typename }' }));
  const { output } = run({ TRUSTED_DOCUMENTS: 'only', TRUSTED_DOCUMENTS_FILE: file });
  await expect
    .poll(() => output.stdout + output.stderr, { timeout: 30_000 })
    .toContain('queries     1 trusted documents by id, and no others');
  expect(output.stdout).toMatch(/^Gateway on http:/m);
  expect(output.stdout).not.toContain('paste');
  const [address = ''] = /http:\S+\/graphql/.exec(output.stdout) ?? [];
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ documentId: 'typename' });
  const response = await fetch(address, { method: 'POST', headers, body });
  expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
});

test('the log goes to stdout as one JSON object per line, from the level of LOG_LEVEL up', async () => {
  const written = async (level: string) => {
    const { child, closed, output, address, query } = await runningGateway({ LOG_LEVEL: level });
    await ask(address, query, null);
    child.kill('SIGTERM');
    await closed;
    const entries = output.stdout.split('\n').filter((line) => line.startsWith('{"'));
    return entries.map((line) => JSON.parse(line).msg);
  };
  expect(await written('debug')).toContain('Processing GraphQL Parameters');
  expect(await written('error')).toEqual([]);
});

describe('the log line of a request', () => {
  const idsIn = ({ stdout }: { stdout: string }) =>
    stdout
      .split('\n')
      .filter((line) => line.startsWith('{"') && line.includes('"msg":"request"'))
      .map((line) => JSON.parse(line).requestId);
  const askAs = (address: string, id: string) =>
    fetch(`${address}?query={__typename}`, { headers: { 'x-request-id': id } }).then((answer) =>
      answer.text(),
    );

  test('is written before long, although lines are buffered', async () => {
    const { output, address } = await runningGateway();
    await askAs(address, 'the-only-one');
    await expect.poll(() => idsIn(output), { timeout: 30_000 }).toEqual(['the-only-one']);
  });

  test.each([
    ['gets SIGTERM', 'SIGTERM', [0, null]],
    ['throws an uncaught exception', 'SIGUSR2', [1, null]],
  ] as const)('is not lost when the gateway %s right after the request', async (_what, signal, ending) => {
    const failing = "process.on('SIGUSR2',()=>{throw new Error('fatal')})";
    const { child, closed, output, address } = await runningGateway({
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(failing)}`,
    });
    const ids = Array.from({ length: 40 }, (_, n) => `request-${n}`);
    await Promise.all(ids.map((id) => askAs(address, id)));
    child.kill(signal);
    expect(await closed).toEqual(ending);
    expect(new Set(idsIn(output))).toEqual(new Set(ids));
    expect(idsIn(output)).toHaveLength(ids.length);
  });
});

test('metrics are served at the printed address, and do not keep the process from ending', async () => {
  const { child, closed, output, address } = await runningGateway({ METRICS_PORT: '0' });
  const [metricsAddress = ''] = /http:\S+\/metrics/.exec(output.stdout) ?? [];
  await ask(address, 'query Screen { campaigns(first: 1) { nodes { id } } }', null);
  const metrics = await (await fetch(metricsAddress)).text();
  expect(metrics).toContain('gateway_requests_total{operation="Screen",code="OK"} 1');
  expect(metrics).toContain('process_resident_memory_bytes');
  child.kill('SIGTERM');
  expect(await closed).toEqual([0, null]);
});

test("variables of the vendor's tools that mean nothing here are named in the log, without their values", async () => {
  const { output } = await runningGateway({
    GENESYSCLOUD_SDK_DEBUG: 'hush',
    GENESYSCLOUD_GATEWAY_AUTH_PASSWORD: 'hush',
  });
  const line = output.stdout.split('\n').find((each) => each.includes("vendor's tools"));
  expect(JSON.parse(line ?? '{}').variables).toEqual([
    'GENESYSCLOUD_SDK_DEBUG',
    'GENESYSCLOUD_GATEWAY_AUTH_PASSWORD',
  ]);
});

test('a gateway that cannot log in says so at the start, before anybody asks for anything', async () => {
  const sandbox = await sandboxForTest();
  const { output } = await runningGateway({
    GENESYSCLOUD_API_URL: sandbox.url,
    GENESYSCLOUD_LOGIN_URL: sandbox.url,
    GENESYSCLOUD_OAUTHCLIENT_ID: 'sandbox',
    GENESYSCLOUD_OAUTHCLIENT_SECRET: 'hush',
  });
  await expect
    .poll(() => messagesIn(output.stdout))
    .toContainEqual(expect.stringContaining("did not accept the secret of the gateway's OAuth client"));
  expect(sandbox.requests.map(({ resource }) => resource)).toEqual(['login']);
  expect(output.stdout).not.toContain('hush');
});

describe('a gateway that cannot start', () => {
  test.each([
    ['in production', { NODE_ENV: 'production' }],
    ['beyond loopback', { HOST: '0.0.0.0' }],
  ])('%s has a misspelt region, and is not ready on invented data instead', async (_where, env) => {
    const { output, closed } = run({ ...env, GENESYSCLOUD_REGON: 'eu-west-1' });
    expect(await closed).toEqual([1, null]);
    expect(output.stdout).toBe('');
    expect(output.stderr).toContain('  - GENESYSCLOUD_REGON is not a setting: GENESYSCLOUD_REGION is');
    expect(output.stderr).toContain('or SANDBOX=1 for the invented data of the embedded sandbox');
  });

  test('prints all errors of its configuration at once, without secrets, and exits with 1', async () => {
    const { output, closed } = run({
      PORT: 'http',
      UPSTREAM_CONCURRENCY: '0',
      GENESYSCLOUD_REGION: 'nowhere',
      GENESYSCLOUD_OAUTHCLIENT_SECRET: 'hush-this-is-a-secret',
    });
    expect(await closed).toEqual([1, null]);
    expect(output.stdout).toBe('');
    const [title, ...problems] = output.stderr.trimEnd().split('\n');
    expect(title).toBe('The gateway cannot start:');
    expect(problems).toEqual([
      expect.stringMatching(/^ {2}- PORT must be a whole number from 0 to 65535; it is "http"\.$/),
      expect.stringMatching(/^ {2}- GENESYSCLOUD_REGION must be a domain, or one of .*; it is "nowhere"\.$/),
      expect.stringMatching(
        /^ {2}- UPSTREAM_CONCURRENCY must be a whole number from 1 to 1000; it is "0"\.$/,
      ),
      expect.stringMatching(/^ {2}- GENESYSCLOUD_OAUTHCLIENT_ID and GENESYSCLOUD_OAUTHCLIENT_SECRET must/),
    ]);
    expect(output.stderr).not.toContain('hush');
  });

  test.each([
    ['is missing', null, ['which cannot be read: ENOENT']],
    ['is not JSON', '{', ['which is no JSON']],
    [
      'contains documents invalid for the schema',
      '{"one": "{ nothing }", "two": "{"}',
      ['Document "one" of ', 'Document "two" of '],
    ],
  ])(
    'prints each problem of a file of trusted documents that %s, and exits with 1',
    async (_what, manifest, told) => {
      const file = join(await folderForTest(), 'documents.json');
      if (manifest !== null) await writeFile(file, manifest);
      const { output, closed } = run({ TRUSTED_DOCUMENTS: 'only', TRUSTED_DOCUMENTS_FILE: file });
      expect(await closed).toEqual([1, null]);
      expect(output.stdout).toBe('');
      const [title, ...problems] = output.stderr.trimEnd().split('\n');
      expect(title).toBe('The gateway cannot start:');
      expect(problems).toHaveLength(told.length);
      for (const [n, start] of told.entries()) {
        expect(problems[n]).toContain(start);
        expect(problems[n]).toContain(file);
      }
    },
  );

  test('prints one line about a port that is in use, and leaves nothing running', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => {
      other.close();
    });
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    for (const setting of ['PORT', 'METRICS_PORT']) {
      const { output, closed } = run({ METRICS_PORT: '0', [setting]: port });
      // The process ends by itself only when its sandbox is closed as well.
      expect(await closed).toEqual([1, null]);
      expect(messagesIn(output.stdout)).toEqual([STARTS, ENDS, ENDED]);
      expect(output.stderr).toMatch(/^The gateway cannot start:\n {2}- .*EADDRINUSE.*\n$/);
      expect(output.stderr).toContain(port);
    }
  });

  test.skipIf(process.env['OLD_NODE'] === undefined)(
    'prints one line about a Node that is too old',
    async () => {
      const { output, closed } = run({}, [process.env['OLD_NODE'] ?? '', GATEWAY]);
      expect(await closed).toEqual([1, null]);
      expect(output.stdout).toBe('');
      expect(output.stderr).toMatch(/^The gateway needs Node 24 or newer, and this is \d+\.\d+\.\d+: .*\n$/);
    },
  );
});

test('a request with a malformed Host header gets 400, no body, and "Cache-Control: private, no-store"', async () => {
  const { address } = await runningGateway();
  for (const host of ['a b', '[', '[::bad']) {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(address, { headers: { host } }, resolve).on('error', reject).end();
    });
    expect(response.statusCode).toBe(400);
    expect(response.headers['cache-control']).toBe('private, no-store');
    expect(await text(response)).toBe('');
  }
});

test('a request with an unknown Expect header is answered and logged like any other', async () => {
  const { address, output } = await runningGateway();
  const sent = request(`${address}?query={__typename}`, {
    headers: { expect: 'wonders', 'x-graphql-yoga-csrf': '1', 'x-request-id': 'expecting' },
  }).end();
  const [answer]: IncomingMessage[] = await once(sent, 'response');
  expect(answer?.statusCode).toBe(200);
  expect(answer?.headers['x-request-id']).toBe('expecting');
  answer?.resume();
  await expect.poll(() => output.stdout).toContain('"requestId":"expecting"');
});

describe('an idle connection', () => {
  /** Socket of an answered request, and the Keep-Alive header of the answer. */
  async function answered(env: NodeJS.ProcessEnv) {
    const { address } = await runningGateway(env);
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const headers = { 'x-graphql-yoga-csrf': '1' };
    const sent = request(`${address}?query={__typename}`, { agent, headers }).end();
    const [response]: IncomingMessage[] = await once(sent, 'response');
    if (response === undefined) throw new TypeError('A response comes with its event.');
    const { socket } = response;
    await text(response);
    return { socket, keepAlive: response.headers['keep-alive'] };
  }

  test('stays open for 75 seconds by default, longer than load balancers keep theirs', async () => {
    expect((await answered({})).keepAlive).toBe('timeout=75');
  });

  test('is closed after KEEP_ALIVE_SECONDS', async () => {
    const { socket, keepAlive } = await answered({ KEEP_ALIVE_SECONDS: '1' });
    expect(keepAlive).toBe('timeout=1');
    await expect.poll(() => socket.destroyed).toBe(true);
  });
});

test('npm start, when signalled, answers the request under way and leaves no gateway running', async () => {
  const sandbox = await sandboxForTest({ faults: [{ kind: 'delay', ms: 2000, resource: 'users' }] });
  const { child, closed, address } = await runningGateway(
    { ...process.env, GENESYSCLOUD_API_URL: sandbox.url },
    ['npm', 'start'],
  );
  const answer = ask(address, USER);
  await expect.poll(() => sandbox.requests.length, { timeout: 30_000 }).toBe(1);
  child.kill('SIGTERM');
  child.kill('SIGINT');
  expect(await answer).toEqual(userAnswer);
  await closed;
  expect(await accepts(address)).toBe(false);
});

describe('a gateway that is told to end', () => {
  test('logs that it starts, is ready, ends and has ended', async () => {
    const { child, closed, output } = await runningGateway();
    child.kill('SIGTERM');
    expect(await closed).toEqual([0, null]);
    expect(messagesIn(output.stdout)).toEqual([STARTS, READY, ENDS, ENDED]);
  });

  test('exits with 0 also at a signal that comes while it is loaded', async () => {
    const preload = `data:text/javascript,
      import { registerHooks } from 'node:module';
      registerHooks({
        load(url, context, next) {
          if (url.endsWith('/src/commands/start.ts')) process.kill(process.pid, 'SIGTERM');
          return next(url, context);
        },
      });`;
    const { closed, output } = run({}, [process.execPath, '--import', preload, GATEWAY]);
    expect(await closed).toEqual([0, null]);
    expect(output.stderr).toBe('');
  });

  test('finishes the request under way at SIGTERM, accepts no other, and exits with 0', async () => {
    const sandbox = await sandboxForTest({ faults: [{ kind: 'delay', ms: 2000, resource: 'users' }] });
    const { child, closed, output, address } = await runningGateway({ GENESYSCLOUD_API_URL: sandbox.url });
    const answer = ask(address, USER);
    await expect.poll(() => sandbox.requests.length, { timeout: 30_000 }).toBe(1);
    child.kill('SIGTERM');
    await expect.poll(() => accepts(address), { timeout: 30_000 }).toBe(false);
    expect(await answer).toEqual(userAnswer);
    expect(await closed).toEqual([0, null]);
    expect(output.stderr).toBe('');
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('does not wait for idle connections at %s', async (signal) => {
    const sandbox = await sandboxForTest();
    const { child, closed, address } = await runningGateway({
      GENESYSCLOUD_API_URL: sandbox.url,
      DRAIN_SECONDS: '3600',
    });
    // The connections of this request, to gateway and upstream, stay open.
    expect(await ask(address, USER)).toEqual(userAnswer);
    child.kill(signal);
    expect(await closed).toEqual([0, null]);
  });

  test('exits when the drain time is over, although a call to the upstream hangs', async () => {
    const sandbox = await sandboxForTest({ faults: [{ kind: 'hang' }] });
    const { child, closed, output, address } = await runningGateway({
      GENESYSCLOUD_API_URL: sandbox.url,
      DRAIN_SECONDS: '1',
      REQUEST_TIMEOUT_MS: '600000',
      UPSTREAM_TIMEOUT_MS: '600000',
    });
    const answer = ask(address, USER).catch((error: unknown) => error);
    await expect.poll(() => sandbox.requests.length, { timeout: 30_000 }).toBe(1);
    child.kill('SIGTERM');
    // Both time limits are ten minutes, so a leftover timer would keep the process alive.
    expect(await closed).toEqual([0, null]);
    expect(await answer).toBeInstanceOf(TypeError);
    expect(output.stderr).toBe('');
  });
});
