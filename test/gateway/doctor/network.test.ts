import { createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../../scripts/free-port.ts';
import { checkNames } from '../../../src/doctor/checks/names.ts';
import { Patience } from '../../../src/doctor/probing/patience.ts';
import { formatReport, jsonReport } from '../../../src/doctor/format-report.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { certificateAuthority } from '../../support/certificates.ts';
import { examinedForTest, examinedWith, sandboxForTest, settingsOver } from '../../support/doctor.ts';
import { startTestGateway } from '../../support/gateway.ts';
import { AUDIENCE, ISSUER, issuerForTest, issuerKey } from '../../support/issuer.ts';
import { listeningForTest } from '../../support/listening.ts';
import { proxyForTest, withCredentials } from '../../support/proxy.ts';
import { fileForTest, securedForTest } from '../../support/secured.ts';
import { TestClock } from '../../support/test-clock.ts';

describe('a proxy', () => {
  test('that lets through is told by its name, and all works through it', async () => {
    const proxy = await proxyForTest();
    const { found, result, sandbox, calls } = await examinedForTest({}, { HTTP_PROXY: proxy.url });
    const { host } = new URL(sandbox.url);
    expect(found('proxy')).toMatchObject({
      status: 'ok',
      message: `The proxy ${proxy.name} is reached, and connects to ${host}.`,
      facts: { proxy: proxy.name, host },
    });
    expect(found('api').message).toContain(`through the proxy ${proxy.name}`);
    expect(result).toBe('works');
    expect(sandbox.requests).toHaveLength(calls);
    expect(new Set(proxy.tunnels)).toEqual(new Set([host]));
  });

  test('gets its credentials, which are not in the output', async () => {
    const proxy = await proxyForTest({ credentials: 'someone:a-password' });
    const report = await examinedForTest({}, { HTTP_PROXY: withCredentials(proxy, 'someone:a-password') });
    expect(report.result).toBe('works');
    expect(formatReport(report) + jsonReport(report)).not.toMatch(/someone|a-password/);
  });

  test('that does not accept the credentials is told, and nothing is asked further', async () => {
    const proxy = await proxyForTest({ credentials: 'someone:a-password' });
    const report = await examinedForTest({}, { HTTP_PROXY: withCredentials(proxy, 'someone:wrong-one') });
    expect(report.found('proxy')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('did not accept the user name and password (status 407)'),
      advice: expect.stringContaining('http://user:password@host:port'),
      facts: { obstacle: 'proxyCredentials' },
    });
    expect(report.result).toBe('does not work');
    expect(report.sandbox.requests).toEqual([]);
    expect(formatReport(report) + jsonReport(report)).not.toMatch(/someone|wrong-one/);
  });

  test('that refuses connections to the API is told with its status', async () => {
    const proxy = await proxyForTest({ behaviour: 'refuse' });
    const { found, result, calls } = await examinedForTest({}, { HTTP_PROXY: proxy.url });
    expect(found('proxy')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('the proxy refused the connection (status 403)'),
      advice: expect.stringContaining('CONNECT'),
    });
    expect(result).toBe('does not work');
    // One contact with the API, and one login.
    expect(calls).toBe(2);
  });

  test('that is not there is told', async () => {
    const { found, result } = await examinedForTest(
      {},
      { HTTP_PROXY: `http://127.0.0.1:${await freePort()}` },
    );
    expect(found('proxy').message).toContain('the proxy could not be reached (ECONNREFUSED)');
    expect(result).toBe('does not work');
  });

  test('that never answers ends in time, and the checks that do not need it are told', async () => {
    const clock = new TestClock();
    const proxy = await proxyForTest({ behaviour: 'hang' });
    const sandbox = await sandboxForTest();
    const examining = examinedWith({ ...settingsOver(sandbox), HTTP_PROXY: proxy.url }, { clock });
    await expect.poll(() => proxy.tunnels.length).toBe(2);
    await clock.skip(1_500);
    const { found, result } = await examining;
    expect(found('proxy').status).toBe('could not tell');
    expect(found('port').status).toBe('ok');
    expect(result).toBe('does not work');
    expect(sandbox.requests).toEqual([]);
  });

  test('with a certificate of an unknown authority is told with CA_FILE', async () => {
    const proxy = await proxyForTest({ certificate: certificateAuthority().issue('127.0.0.1') });
    const { found } = await examinedForTest({}, { HTTP_PROXY: proxy.url });
    expect(found('proxy')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('the TLS certificate of the proxy is not trusted'),
      advice: expect.stringContaining('CA_FILE'),
    });
  });
});

describe('a certificate of the API', () => {
  const authority = certificateAuthority();

  async function examinedOverTls(
    certificate: ReturnType<typeof authority.issue>,
    env: Readonly<Record<string, string>> = {},
  ) {
    const sandbox = await sandboxForTest();
    const port = await securedForTest(sandbox.url, certificate);
    return examinedWith({ ...settingsOver({ url: `https://127.0.0.1:${port}` }), ...env });
  }

  test('of an authority in CA_FILE is trusted', async () => {
    const { found, result } = await examinedOverTls(authority.issue('127.0.0.1'), {
      CA_FILE: fileForTest(authority.cert),
    });
    expect(found('api')).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('over TLS, directly'),
    });
    expect(found('ca-file')).toMatchObject({ status: 'ok', facts: { certificates: 1, outOfDate: 0 } });
    expect(result).toBe('works');
  });

  test.each([
    ['of an unknown authority', authority.issue('127.0.0.1'), 'untrusted', /CA_FILE/],
    ['that has expired', authority.issueExpired('127.0.0.1'), 'expired', /clock/],
    ['for another name', authority.issue('api.example'), 'otherName', /GENESYSCLOUD_REGION/],
  ])('%s is told, for the login as well', async (_what, certificate, obstacle, advice) => {
    const env: Readonly<Record<string, string>> =
      obstacle === 'untrusted' ? {} : { CA_FILE: fileForTest(authority.cert) };
    const { found, result, calls } = await examinedOverTls(certificate, env);
    for (const name of ['api', 'login']) {
      const { status, facts, advice: given } = found(name);
      expect({ status, obstacle: facts['obstacle'] }).toEqual({ status: 'fail', obstacle });
      expect(given).toMatch(advice);
    }
    expect(result).toBe('does not work');
    expect(calls).toBe(2);
  });

  test('is missing where the URL begins with https and the host does not speak TLS', async () => {
    const sandbox = await sandboxForTest();
    const { found } = await examinedWith(settingsOver({ url: sandbox.url.replace('http:', 'https:') }));
    expect(found('api')).toMatchObject({ status: 'fail', facts: { obstacle: 'noTls' } });
  });
});

test('an authority in CA_FILE that is out of date is a warning', async () => {
  const clock = new TestClock();
  await clock.skip(3 * 86_400_000);
  const sandbox = await sandboxForTest();
  const { found } = await examinedWith(
    { ...settingsOver(sandbox), CA_FILE: fileForTest(certificateAuthority().cert) },
    { clock },
  );
  expect(found('ca-file')).toMatchObject({ status: 'warn', facts: { outOfDate: 1 } });
});

test('a host name that nobody has is told by DNS and by what needed it', async () => {
  const { findings, result, found, calls } = await examinedWith({
    PORT: '0',
    GENESYSCLOUD_REGION: 'nobody.invalid',
    GENESYSCLOUD_OAUTHCLIENT_ID: 'a',
    GENESYSCLOUD_OAUTHCLIENT_SECRET: 'b',
  });
  const names = findings.filter(({ name }) => name === 'dns');
  expect(names.map(({ facts }) => facts['host'])).toEqual(['api.nobody.invalid', 'login.nobody.invalid']);
  for (const { status, advice } of names) {
    expect(status).toBe('fail');
    expect(advice).toContain('GENESYSCLOUD_REGION');
  }
  expect(found('api').message).toContain('its host name is not known');
  expect(found('login').message).toContain('its host name is not known');
  expect(result).toBe('does not work');
  expect(calls).toBe(2);
});

test('a name that nobody looks up ends in time', async () => {
  const clock = new TestClock();
  const checking = checkNames(
    ['api.example', '127.0.0.1', '[::1]'],
    new Patience(clock),
    () => new Promise(() => undefined),
  );
  await clock.skip(1_500);
  expect(await checking).toMatchObject([
    { status: 'fail', message: 'No address of api.example came within 1.5 s.' },
  ]);
});

test('a host that takes a connection and never begins with TLS ends in time', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket.on('error', () => undefined)));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  await expect.poll(() => server.listening).toBe(true);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  // Steps have no end, so that a busy machine cannot have the step end before the connection does.
  const clock = { ...systemClock, setTimeout: () => systemClock.setTimeout(() => undefined, 0) };
  const { found, result, calls } = await examinedWith(settingsOver({ url: `https://127.0.0.1:${port}` }), {
    clock,
  });
  expect(found('api')).toMatchObject({ status: 'fail', facts: { obstacle: 'time' } });
  expect(result).toBe('does not work');
  expect(calls).toBe(2);
});

test('an API that cannot be reached is called once, although there is a token', async () => {
  const { found, findings, calls } = await examinedWith({
    PORT: '0',
    GENESYSCLOUD_API_URL: `http://127.0.0.1:${await freePort()}`,
    GENESYSCLOUD_ACCESS_TOKEN: 'a-token',
  });
  expect(calls).toBe(1);
  expect(found('api').status).toBe('fail');
  const permissions = findings.filter(({ name }) => name.startsWith('permission '));
  for (const { status, message } of permissions) {
    expect(status).toBe('could not tell');
    expect(message).toContain('the API cannot be reached');
  }
});

test('a port that refuses connections is told', async () => {
  const { found, result } = await examinedWith(settingsOver({ url: `http://127.0.0.1:${await freePort()}` }));
  expect(found('api')).toMatchObject({ status: 'fail', facts: { obstacle: 'refused' } });
  expect(result).toBe('does not work');
});

describe('the port of the gateway', () => {
  test('is told when another program listens there', async () => {
    const server = createServer((socket) => socket.end('no HTTP')).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await expect.poll(() => server.listening).toBe(true);
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { found, result } = await examinedForTest({}, { PORT: String(port) });
    expect(found('port')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('another program listens there'),
      advice: expect.stringContaining('PORT'),
    });
    expect(result).toBe('does not work');
  });

  test('is in order when a gateway listens there', async () => {
    const { gateway, close } = await startTestGateway();
    onTestFinished(close);
    const url = await listeningForTest(gateway.listener);
    const { found } = await examinedForTest({}, { PORT: new URL(url).port });
    expect(found('port')).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('A gateway listens on'),
    });
  });
});

describe('the keys of callers’ tokens', () => {
  test('are told by their number', async () => {
    const { env } = await issuerForTest(await issuerKey('one'), await issuerKey('two', 'RS256'));
    const { found, result } = await examinedForTest({}, env);
    expect(found('signing-keys')).toMatchObject({ status: 'ok', facts: { keys: 2, usable: 2 } });
    expect(result).toBe('works');
  });

  test.each<[string, (issuer: Awaited<ReturnType<typeof issuerForTest>>) => void, RegExp]>([
    ['that are none', (issuer) => issuer.publish(), /None of the 0 keys/],
    [
      'that are a page',
      (issuer) => issuer.answer((response) => response.end('<html>')),
      /not with signing keys/,
    ],
    [
      'that are not there',
      (issuer) => issuer.answer((response) => response.writeHead(404).end()),
      /not with signing keys/,
    ],
    ['that break off', (issuer) => issuer.answer((response) => response.destroy()), /cannot be read/],
  ])('%s let nobody in', async (_what, spoil, text) => {
    const issuer = await issuerForTest();
    spoil(issuer);
    const { found, result } = await examinedForTest({}, issuer.env);
    expect(found('signing-keys')).toMatchObject({ status: 'fail', message: expect.stringMatching(text) });
    expect(result).toBe('does not work');
  });

  test('of an algorithm with a shared secret are of no use', async () => {
    const issuer = await issuerForTest();
    issuer.answer((response) =>
      response.end(JSON.stringify({ keys: [{ kty: 'oct', k: 'c2VjcmV0', alg: 'HS256', kid: 'a' }] })),
    );
    const { found } = await examinedForTest({}, issuer.env);
    expect(found('signing-keys').message).toContain('None of the 1 keys');
  });

  test('that never come end in time, and the upstream is told as ever', async () => {
    const clock = new TestClock();
    const issuer = await issuerForTest();
    issuer.answer(() => undefined);
    const sandbox = await sandboxForTest();
    const examining = examinedWith({ ...settingsOver(sandbox), ...issuer.env }, { clock });
    await expect.poll(() => sandbox.requests.length).toBe(12);
    await expect.poll(() => issuer.reads()).toBe(1);
    await clock.skip(1_500);
    const { found } = await examining;
    expect(found('signing-keys').message).toContain('no answer came within 1.5 s');
    expect(found('credential').status).toBe('ok');
  });

  test('leave the callers with API keys when they cannot be read', async () => {
    const { result } = await examinedForTest(
      {},
      {
        AUTH_JWKS_URL: `http://127.0.0.1:${await freePort()}/keys`,
        AUTH_ISSUER: ISSUER,
        AUTH_AUDIENCE: AUDIENCE,
        AUTH_API_KEY_HASHES: 'a'.repeat(64),
      },
    );
    expect(result).toBe('works with less');
  });
});

describe('the collector of traces', () => {
  test('is told when it is reached, without any data', async () => {
    const methods: (string | undefined)[] = [];
    const url = await listeningForTest((request, response) => {
      methods.push(request.method);
      response.writeHead(405).end();
    });
    const { found, result } = await examinedForTest({}, { OTEL_EXPORTER_OTLP_ENDPOINT: url });
    expect(found('traces').status).toBe('ok');
    expect(methods).toEqual(['GET']);
    expect(result).toBe('works');
  });

  test('is no reason for a gateway not to work when it is away', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { found, result } = await examinedForTest({}, { OTEL_EXPORTER_OTLP_ENDPOINT: url });
    expect(found('traces')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('Traces are lost'),
    });
    expect(result).toBe('works with less');
  });
});

describe('trusted documents', () => {
  test.each([
    [
      'valid ones',
      JSON.stringify({ a: 'query A { campaigns { totalCount } }' }),
      'ok',
      'works',
      /1 trusted document/,
    ],
    ['a field that is not there', JSON.stringify({ a: '{ nothing }' }), 'fail', 'does not work', /nothing/],
    ['no JSON', 'a manifest', 'fail', 'does not work', /is no JSON/],
  ])('with %s are told', async (_what, manifest, status, result, text) => {
    const report = await examinedForTest(
      {},
      { TRUSTED_DOCUMENTS: 'prefer', TRUSTED_DOCUMENTS_FILE: fileForTest(manifest) },
    );
    const found = report.found('trusted-documents');
    expect(found.status).toBe(status);
    expect(found.message).toMatch(text);
    expect(report.result).toBe(result);
  });

  test('that are not there are told', async () => {
    const { found } = await examinedForTest(
      {},
      { TRUSTED_DOCUMENTS: 'only', TRUSTED_DOCUMENTS_FILE: '/not/there.json' },
    );
    expect(found('trusted-documents').message).toContain('/not/there.json cannot be read');
  });
});
