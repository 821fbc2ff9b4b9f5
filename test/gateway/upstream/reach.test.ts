import { describe, expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../../../src/config/config.ts';
import { assembleGateway, type AssembledGateway } from '../../../src/gateway.ts';
import type { Fault } from '../../../src/sandbox/fault.ts';
import { capturedLog } from '../../support/captured-log.ts';
import { certificateAuthority } from '../../support/certificates.ts';
import {
  compileAtHit,
  forgetfulGatewayForTest,
  gatewayForTest,
  graphqlRequest,
  NOTHING_KEPT,
  TOKEN,
} from '../../support/gateway.ts';
import { listeningForTest } from '../../support/listening.ts';
import { proxyForTest } from '../../support/proxy.ts';
import { securedForTest } from '../../support/secured.ts';
import { serviceGatewayForTest } from '../../support/service-gateway.ts';
import { clockWithoutPauses, TestClock } from '../../support/test-clock.ts';

const USER = '{ user(id: "user-1") { email } }';
const found = { data: { user: { email: 'user-1@example.com' } } };
const AWAY = 'A host cannot be reached';
const BACK = 'A host can be reached again';

async function ready(gateway: AssembledGateway): Promise<{ status: number; body: unknown }> {
  const response = await gateway.fetch(new Request('http://gateway.example/ready'));
  return { status: response.status, body: await response.json() };
}

test('an upstream that cannot be reached is told once with the way and the reason, and once when it can be again', async () => {
  const proxy = await proxyForTest({ behaviour: 'refuse' });
  const { log, others } = capturedLog();
  const { query, gateway, sandbox } = await forgetfulGatewayForTest({ env: { HTTP_PROXY: proxy.url }, log });
  const told = () => others().filter(({ msg }) => msg === AWAY || msg === BACK);
  for (let n = 0; n < 3; n += 1) {
    expect((await query(USER)).errors).toMatchObject([
      {
        message: 'User: the upstream could not be reached: the proxy refused the connection.',
        extensions: { code: 'UPSTREAM_UNAVAILABLE' },
      },
    ]);
  }
  const { host } = new URL(sandbox.url);
  const away = {
    msg: AWAY,
    host,
    through: `proxy ${proxy.name}`,
    reason: 'the proxy refused the connection',
    code: 'status 403',
  };
  expect(told()).toEqual([expect.objectContaining(away)]);
  // What is kept can still be served, so that the gateway stays in service.
  expect(await ready(gateway)).toEqual({
    status: 200,
    body: {
      status: 'ready',
      checks: { configuration: 'ok', upstream: 'cannot be reached: the proxy refused the connection' },
    },
  });
  proxy.behaviour = 'serve';
  for (let n = 0; n < 3; n += 1) expect(await query(USER)).toEqual(found);
  expect(told()).toEqual([
    expect.objectContaining(away),
    expect.objectContaining({ msg: BACK, host, through: `proxy ${proxy.name}` }),
  ]);
  expect(await ready(gateway)).toMatchObject({ body: { checks: { configuration: 'ok' } } });
});

test('a connection that is being made when the gateway ends is not told as a host that cannot be reached', async () => {
  const proxy = await proxyForTest({ behaviour: 'hang' });
  const { log, others } = capturedLog();
  const { query, gateway } = await forgetfulGatewayForTest({ env: { HTTP_PROXY: proxy.url }, log });
  const asked = query(USER);
  await expect.poll(() => proxy.tunnels).toHaveLength(1);
  await gateway.dispose();
  expect(await asked).toHaveProperty('errors');
  expect(others().map(({ msg }) => msg)).not.toContain(AWAY);
});

test('a wrong region is told by the name of its host that nobody has', async () => {
  const { log, others } = capturedLog();
  const config = parseConfig({
    GENESYSCLOUD_REGION: 'nobody.invalid',
    GENESYSCLOUD_OAUTHCLIENT_ID: 'a',
    GENESYSCLOUD_OAUTHCLIENT_SECRET: 'b',
  });
  const gateway = assembleGateway({ config, log, clock: clockWithoutPauses(), ...compileAtHit() });
  onTestFinished(() => gateway.dispose());
  const why = 'the login service could not be reached: its host name is not known';
  await expect
    .poll(() => ready(gateway))
    .toMatchObject({
      status: 503,
      body: { checks: { login: `failed: UPSTREAM_UNAVAILABLE, ${why}` } },
    });
  const response = await gateway.fetch(graphqlRequest(USER, {}, null));
  expect(await response.json()).toMatchObject({ errors: [{ message: `User: ${why}.` }] });
  expect(others().filter(({ msg }) => msg === AWAY)).toMatchObject([
    {
      host: 'login.nobody.invalid',
      through: 'directly',
      hint: expect.stringContaining('GENESYSCLOUD_REGION'),
    },
  ]);
});

test('a certificate that is not trusted is told with CA_FILE', async () => {
  const { log, others } = capturedLog();
  const url = await listeningForTest((_request, response) => response.end('{}'));
  const port = await securedForTest(url, certificateAuthority().issue('127.0.0.1'));
  const config = parseConfig({ GENESYSCLOUD_API_URL: `https://127.0.0.1:${port}` });
  const gateway = assembleGateway({ config, log, ...compileAtHit() });
  onTestFinished(() => gateway.dispose());
  const response = await gateway.fetch(graphqlRequest(USER));
  const reason = 'its TLS certificate comes from an authority that is not trusted';
  expect(await response.json()).toMatchObject({
    errors: [{ message: `User: the upstream could not be reached: ${reason}.` }],
  });
  expect(others().filter(({ msg }) => msg === AWAY)).toMatchObject([
    { host: `127.0.0.1:${port}`, reason, hint: expect.stringContaining('CA_FILE') },
  ]);
});

describe('a failed login', () => {
  const oauth = (description: string, status = 400): Fault => ({
    kind: 'status',
    resource: 'login',
    status,
    body: { error: 'invalid_client', description, error_description: description },
  });

  test.each<[string, Fault, RegExp]>([
    ['an unknown client', oauth('client not found'), /does not know the gateway's OAuth client/],
    ['a wrong secret', oauth('authentication failed'), /did not accept the secret/],
    [
      'a forbidden address',
      oauth('ip address 10.0.0.1 is not allowed', 403),
      /refuses the gateway's IP address/,
    ],
    [
      'a wrong address of the login',
      { kind: 'status', status: 404, resource: 'login' },
      /not as a login service/,
    ],
  ])('for %s is told by its own text in the error, the log and /ready', async (_what, fault, text) => {
    const { log, others } = capturedLog();
    const { gateway, ask } = await serviceGatewayForTest({}, [fault], { log });
    expect(await ready(gateway)).toMatchObject({
      status: 503,
      body: { checks: { login: expect.stringMatching(text) } },
    });
    const { data, errors } = await ask(
      '{ user(id: "user-1") { email } queue(id: "queue-1") { memberCount } }',
    );
    expect(data).toEqual({ user: null, queue: null });
    for (const { message } of errors ?? []) expect(message).toMatch(text);
    const logged = others();
    expect(logged).not.toEqual([]);
    for (const { msg, resource } of logged) {
      expect(msg).toMatch(text);
      expect(resource).toBe('login');
    }
    expect(JSON.stringify([logged, errors, await ready(gateway)])).not.toContain('10.0.0.1');
  });

  test('is told once in the log, however often it is repeated for probes, and so is its end', async () => {
    const { log, others } = capturedLog();
    const clock = new TestClock();
    const { gateway, sandbox, calls } = await serviceGatewayForTest({}, [oauth('client not found')], {
      log,
      clock,
    });
    for (let n = 0; n < 3; n += 1) {
      expect(await ready(gateway)).toHaveProperty('status', 503);
      // A rejected login is repeated after five seconds.
      await clock.skip(5_000);
    }
    expect(calls()).toEqual({ login: 3 });
    sandbox.faults.length = 0;
    for (let n = 0; n < 3; n += 1) expect(await ready(gateway)).toHaveProperty('status', 200);
    expect(others().map(({ msg }) => msg)).toEqual([
      expect.stringContaining('does not know'),
      'The gateway has logged in',
    ]);
  });

  test('is one error for all that it left unknown, and no call of a resource', async () => {
    const { ask, calls } = await serviceGatewayForTest({ ...NOTHING_KEPT, UPSTREAM_REPORT: 'on' }, [
      oauth('authentication failed'),
    ]);
    const answer = await ask('{ user(id: "user-1") { email } queue(id: "queue-1") { memberCount } }', {
      'x-upstream-report': '1',
    });
    expect(answer.errors).toHaveLength(1);
    expect(answer.errors).toMatchObject([
      {
        extensions: {
          code: 'UNAUTHENTICATED',
          affected: { paths: ['user', 'queue'], also: [{ type: 'Queue', ids: ['queue-1'] }] },
        },
      },
    ]);
    expect(answer).toMatchObject({
      extensions: {
        upstream: {
          calls: [
            { resource: 'users', status: null, retries: 0 },
            { resource: 'queues', status: null, retries: 0 },
          ],
        },
      },
    });
    expect(calls()).toEqual({ login: 1 });
  });

  test('is tried again by itself alone, and not once more by each call that needs it', async () => {
    const { ask, calls } = await serviceGatewayForTest(
      NOTHING_KEPT,
      [{ kind: 'status', status: 503, resource: 'login' }],
      { clock: clockWithoutPauses() },
    );
    expect((await ask(USER)).errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
    expect(calls()).toEqual({ login: 5 });
  });

  test('that takes longer than a request is told as a failed login, not as a slow resource', async () => {
    const { ask, calls } = await serviceGatewayForTest(
      { ...NOTHING_KEPT, REQUEST_TIMEOUT_MS: '1000', UPSTREAM_TIMEOUT_MS: '900' },
      [
        { kind: 'delay', resource: 'login', ms: 600 },
        { kind: 'status', status: 503, resource: 'login' },
      ],
    );
    expect((await ask(USER)).errors).toMatchObject([
      { message: 'User: the login service took too long.', extensions: { code: 'UPSTREAM_TIMEOUT' } },
    ]);
    expect(calls()).not.toHaveProperty('users');
  });

  test('opens no circuit of a resource, however often', async () => {
    const { ask, sandbox } = await serviceGatewayForTest(NOTHING_KEPT, [
      { kind: 'status', status: 500, resource: 'login' },
    ]);
    for (let n = 0; n < 30; n += 1) expect(await ask(USER)).toHaveProperty('errors');
    sandbox.faults.length = 0;
    expect(await ask(USER)).toEqual(found);
  });
});

test('a login whose expires_in is empty serves for the usual lifetime of a token', async () => {
  const clock = clockWithoutPauses();
  let logins = 0;
  const url = await listeningForTest((request, response) => {
    if (request.url === '/oauth/token') {
      logins += 1;
      response.end('{"access_token":"a-token","token_type":"bearer","expires_in":"","Error":""}');
    } else response.end('{"entities":[{"id":"user-1","email":"user-1@example.com"}]}');
  });
  const config = parseConfig({
    GENESYSCLOUD_API_URL: url,
    GENESYSCLOUD_LOGIN_URL: url,
    GENESYSCLOUD_OAUTHCLIENT_ID: 'a',
    GENESYSCLOUD_OAUTHCLIENT_SECRET: 'b',
    ...NOTHING_KEPT,
  });
  const gateway = assembleGateway({ config, clock, ...compileAtHit() });
  onTestFinished(() => gateway.dispose());
  const ask = async (): Promise<unknown> => (await gateway.fetch(graphqlRequest(USER, {}, null))).json();
  expect(await ask()).toEqual(found);
  await clock.skip(23 * 3_600_000);
  expect(await ask()).toEqual(found);
  expect(logins).toBe(1);
  await clock.skip(3_600_000);
  expect(await ask()).toEqual(found);
  expect(logins).toBe(2);
});

describe('a permission that the credential of the gateway lacks', () => {
  const faults: readonly Fault[] = [
    { kind: 'missingPermissions', resource: 'queues', permissions: ['routing:queue:view'] },
  ];

  test('is told once in the log and in /ready for ten minutes, while the gateway stays in service', async () => {
    const clock = clockWithoutPauses();
    const { log, others } = capturedLog();
    const { gateway, ask } = await serviceGatewayForTest(NOTHING_KEPT, faults, { log, clock });
    const denied = 'The upstream denies a resource to the credential of the gateway';
    for (let n = 0; n < 3; n += 1) await ask('{ queue(id: "queue-1") { memberCount } }');
    expect(others().filter(({ msg }) => msg === denied)).toMatchObject([
      { resource: 'queues', permissions: ['routing:queue:view'] },
    ]);
    const checks = { configuration: 'ok', login: 'ok' };
    expect(await ready(gateway)).toEqual({
      status: 200,
      body: {
        status: 'ready',
        checks: { ...checks, access: 'denied by the upstream: queues (needs routing:queue:view)' },
      },
    });
    await clock.skip(600_000);
    expect(await ready(gateway)).toEqual({ status: 200, body: { status: 'ready', checks } });
  });

  test('is the concern of callers alone where each has a token of its own', async () => {
    const { log, others } = capturedLog();
    const { gateway, query } = await gatewayForTest({ faults, log });
    expect(await query('{ queue(id: "queue-1") { memberCount } }')).toHaveProperty('errors');
    expect(others().map(({ msg }) => msg)).toEqual([
      'the upstream denied the call for lack of routing:queue:view',
    ]);
    expect(await ready(gateway)).toMatchObject({ body: { checks: { configuration: 'ok' } } });
  });
});

test('an access token that the upstream does not accept is told in /ready and once in the log', async () => {
  const { log, others } = capturedLog();
  const { gateway, query } = await forgetfulGatewayForTest({
    env: { GENESYSCLOUD_ACCESS_TOKEN: 'an-unknown-token' },
    log,
  });
  const why = 'The upstream does not accept the credential of the gateway';
  for (let n = 0; n < 2; n += 1) expect(await query(USER)).toHaveProperty('errors');
  expect(others().filter(({ msg }) => msg === why)).toHaveLength(1);
  expect(await ready(gateway)).toMatchObject({
    status: 200,
    body: { checks: { access: 'the upstream does not accept the credential of the gateway' } },
  });
});

test.each([
  [
    'a page of something on the way',
    '<html>',
    'something on the way to the upstream refused the call, such as a proxy or a firewall',
  ],
  [
    'its list of addresses',
    { code: 'forbidden', message: 'IP address is not in the allowlist' },
    "the upstream refuses calls from the gateway's IP address",
  ],
])('a call that %s refuses is told as that', async (_what, body, message) => {
  const { query } = await gatewayForTest({
    faults: [{ kind: 'status', status: 403, resource: 'users', body }],
  });
  expect(await query(USER)).toMatchObject({
    errors: [{ message: `User: ${message}.`, extensions: { code: 'FORBIDDEN' } }],
  });
});

test.each([
  ['<html>', 'something other than the upstream answers'],
  [{ message: 'Forbidden' }, 'something other than the upstream answers'],
  [
    { code: 'forbidden', message: 'IP address is not in the allowlist' },
    "the upstream refuses calls from the gateway's IP address",
  ],
])(
  'a refusal on the way is told in /ready and once in the log, and not as a lack of permissions: %j',
  async (body, problem) => {
    const { log, others } = capturedLog();
    const { gateway, query } = await forgetfulGatewayForTest({
      env: { GENESYSCLOUD_ACCESS_TOKEN: TOKEN },
      faults: [{ kind: 'status', status: 403, resource: 'users', body, foreign: true }],
      log,
    });
    for (let n = 0; n < 2; n += 1) expect(await query(USER)).toHaveProperty('errors');
    const { body: told } = await ready(gateway);
    expect(told).toMatchObject({ checks: { upstream: problem } });
    expect(told).not.toHaveProperty('checks.access');
    // The failed calls have lines of their own, without a hint.
    const lines = others().filter(
      ({ msg, hint }) => hint !== undefined && msg.toLowerCase().startsWith(problem.toLowerCase()),
    );
    expect(lines).toMatchObject([{ resource: 'users', upstreamStatus: 403 }]);
    expect(others().map(({ msg }) => msg)).not.toContainEqual(expect.stringContaining('denies a resource'));
  },
);

test('a host that refuses a further connection is told to be back by an answer over the one that it kept', async () => {
  const proxy = await proxyForTest();
  const { log, others } = capturedLog();
  const { query, gateway } = await forgetfulGatewayForTest({ env: { HTTP_PROXY: proxy.url }, log });
  expect(await query(USER)).toEqual(found);
  proxy.behaviour = 'refuse';
  await Promise.all([query(USER), query('{ queue(id: "queue-1") { memberCount } }')]);
  expect(await query(USER)).toEqual(found);
  expect((await ready(gateway)).body).not.toHaveProperty('checks.upstream');
  expect(others().map(({ msg }) => msg)).toContain('A host can be reached again');
});
