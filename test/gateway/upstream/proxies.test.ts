import { describe, expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../../../src/config/config.ts';
import { assembleGateway } from '../../../src/gateway.ts';
import { startSandbox } from '../../../src/sandbox/start-sandbox.ts';
import { capturedLog } from '../../support/captured-log.ts';
import { certificateAuthority } from '../../support/certificates.ts';
import { collectorForTest } from '../../support/collector.ts';
import {
  compileAtHit,
  forgetfulGatewayForTest,
  gatewayForTest,
  type GraphQLAnswer,
  graphqlRequest,
  TOKEN,
} from '../../support/gateway.ts';
import { issuerForTest, issuerKey, signed } from '../../support/issuer.ts';
import { supervisorsOrganisation } from '../../support/organisation.ts';
import { proxyForTest, withCredentials } from '../../support/proxy.ts';
import { fileForTest, securedForTest } from '../../support/secured.ts';

const USER = '{ user(id: "user-1") { email } }';
const found = { data: { user: { email: 'user-1@example.com' } } };
const authority = certificateAuthority();
const atProxy = authority.issue('127.0.0.1');
/** Names that only the proxy of the test can resolve. */
const hosts = { 'api.up.test': '127.0.0.1', 'login.up.test': '127.0.0.1', 'keys.test': '127.0.0.1' };

/** A sandbox behind TLS, by names that only a proxy knows, and an issuer of tokens that is behind TLS as well. */
async function companyNetwork() {
  const certificate = authority.issue(...Object.keys(hosts), 'traces.test');
  const sandbox = await startSandbox({ organisation: supervisorsOrganisation(), tokens: [TOKEN] });
  onTestFinished(() => sandbox.close());
  const key = await issuerKey('key');
  const issuer = await issuerForTest(key);
  const port = await securedForTest(sandbox.url, certificate);
  const keysPort = await securedForTest(issuer.env['AUTH_JWKS_URL'] ?? '', certificate);
  return {
    sandbox,
    token: await signed(key),
    port,
    keysPort,
    env: {
      GENESYSCLOUD_API_URL: `https://api.up.test:${port}`,
      GENESYSCLOUD_LOGIN_URL: `https://login.up.test:${port}`,
      GENESYSCLOUD_OAUTHCLIENT_ID: 'sandbox',
      GENESYSCLOUD_OAUTHCLIENT_SECRET: 'sandbox',
      ...issuer.env,
      AUTH_JWKS_URL: `https://keys.test:${keysPort}/keys`,
      CA_FILE: fileForTest(`An authority:\n${authority.cert}`),
    },
  };
}

async function answerOf(
  env: Readonly<Record<string, string>>,
  token: string | null,
  log = capturedLog().log,
): Promise<GraphQLAnswer> {
  const gateway = assembleGateway({ config: parseConfig(env), log, ...compileAtHit() });
  onTestFinished(() => gateway.dispose());
  const response = await gateway.fetch(graphqlRequest(USER, {}, token));
  return JSON.parse(await response.text());
}

test('API, login and keys of tokens are reached through the proxy, which may be spoken to by TLS and want credentials', async () => {
  const { env, token, port, keysPort } = await companyNetwork();
  const proxy = await proxyForTest({ certificate: atProxy, credentials: 'us er:p@ss', hosts });
  const through = { ...env, HTTPS_PROXY: withCredentials(proxy, 'us%20er:p%40ss') };
  expect(await answerOf(through, token)).toEqual(found);
  expect(proxy.tunnels).toEqual([`keys.test:${keysPort}`, `login.up.test:${port}`, `api.up.test:${port}`]);
});

test('traces are sent through the proxy, also to a collector behind TLS', async () => {
  const { env, token } = await companyNetwork();
  const proxy = await proxyForTest({ certificate: atProxy, hosts: { ...hosts, 'traces.test': '127.0.0.1' } });
  const collector = await collectorForTest();
  const port = await securedForTest(collector.url, authority.issue('traces.test'));
  const config = parseConfig({
    ...env,
    HTTPS_PROXY: proxy.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: `https://traces.test:${port}`,
  });
  const gateway = assembleGateway({ config, ...compileAtHit() });
  const response = await gateway.fetch(graphqlRequest(USER, {}, token));
  expect(await response.json()).toEqual(found);
  await gateway.dispose();
  expect(collector.spans).not.toEqual([]);
  expect(proxy.tunnels).toContain(`traces.test:${port}`);
});

test('traces that a proxy refuses are told as refused by it', async () => {
  const proxy = await proxyForTest({ behaviour: 'refuse' });
  const { log, others, text } = capturedLog();
  const { query, gateway } = await gatewayForTest({
    env: {
      HTTPS_PROXY: withCredentials(proxy, 'user:hush'),
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://traces.test',
    },
    log,
  });
  expect(await query(USER)).toEqual(found);
  await gateway.dispose();
  expect(others()).toMatchObject([{ msg: 'Traces cannot be sent', detail: 'ERR_PROXY_STATUS_403' }]);
  expect(proxy.tunnels).toContain('traces.test:443');
  expect(text()).not.toContain('hush');
});

describe('a proxy', () => {
  test('is asked for an upstream on loopback as well, unless NO_PROXY names it', async () => {
    const proxy = await proxyForTest();
    const { query } = await gatewayForTest({ env: { HTTP_PROXY: proxy.url } });
    expect(await query(USER)).toEqual(found);
    expect(proxy.tunnels).toHaveLength(1);
    const direct = await gatewayForTest({ env: { HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.0/8' } });
    expect(await direct.query(USER)).toEqual(found);
    expect(proxy.tunnels).toHaveLength(1);
  });

  test('for http is not asked for https addresses', async () => {
    const { env, token } = await companyNetwork();
    const proxy = await proxyForTest({ hosts });
    const { errors } = await answerOf({ ...env, HTTP_PROXY: proxy.url }, token);
    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
    expect(proxy.tunnels).toEqual([]);
  });

  test("by the settings of the vendor's own tools is asked for the API and the login alone", async () => {
    const { env, token, port, keysPort } = await companyNetwork();
    const [general, vendors] = [
      await proxyForTest({ hosts }),
      await proxyForTest({ credentials: 'u:p', hosts }),
    ];
    const answer = await answerOf(
      {
        ...env,
        https_proxy: general.url,
        GENESYSCLOUD_PROXY_HOST: '127.0.0.1',
        GENESYSCLOUD_PROXY_PORT: new URL(vendors.url).port,
        GENESYSCLOUD_PROXY_AUTH_USERNAME: 'u',
        GENESYSCLOUD_PROXY_AUTH_PASSWORD: 'p',
      },
      token,
    );
    expect(answer).toEqual(found);
    expect(vendors.tunnels).toEqual([`login.up.test:${port}`, `api.up.test:${port}`]);
    expect(general.tunnels).toEqual([`keys.test:${keysPort}`]);
  });

  test('that two settings name with other credentials is asked with those of each', async () => {
    const { env, token, port, keysPort } = await companyNetwork();
    const proxy = await proxyForTest({ hosts });
    const answer = await answerOf(
      {
        ...env,
        HTTPS_PROXY: withCredentials(proxy, 'one:1'),
        GENESYSCLOUD_PROXY_HOST: '127.0.0.1',
        GENESYSCLOUD_PROXY_PORT: new URL(proxy.url).port,
        GENESYSCLOUD_PROXY_AUTH_USERNAME: 'other',
        GENESYSCLOUD_PROXY_AUTH_PASSWORD: '2',
      },
      token,
    );
    expect(answer).toEqual(found);
    expect(proxy.tunnels).toEqual([`keys.test:${keysPort}`, `login.up.test:${port}`, `api.up.test:${port}`]);
    expect(proxy.users).toEqual(['one:1', 'other:2', 'other:2']);
  });

  test('is not asked for the embedded sandbox', async () => {
    const proxy = await proxyForTest({ behaviour: 'refuse' });
    const sandbox = await startSandbox({ organisation: supervisorsOrganisation() });
    onTestFinished(() => sandbox.close());
    const gateway = assembleGateway({
      config: parseConfig({
        HTTP_PROXY: proxy.url,
        HTTPS_PROXY: proxy.url,
        GENESYSCLOUD_PROXY_HOST: '127.0.0.1',
      }),
      target: {
        apiUrl: sandbox.url,
        credentials: {
          mode: 'client',
          tokenUrl: `${sandbox.url}/oauth/token`,
          clientId: 'sandbox',
          clientSecret: 'sandbox',
          bearerFirst: true,
        },
      },
      ...compileAtHit(),
    });
    onTestFinished(() => gateway.dispose());
    const response = await gateway.fetch(graphqlRequest(USER, {}, null));
    expect(await response.json()).toEqual(found);
    expect(proxy.tunnels).toEqual([]);
  });
});

describe('a refusal of the proxy', () => {
  test.each([
    [
      'for lack of credentials',
      { credentials: 'user:word' },
      'the upstream could not be reached: the proxy did not accept the user name and password',
      'status 407',
    ],
    [
      'by its rules',
      { behaviour: 'refuse' },
      'the upstream could not be reached: the proxy refused the connection',
      'status 403',
    ],
  ] as const)('%s is told as that of the proxy, and not tried again', async (_why, how, message, detail) => {
    const proxy = await proxyForTest(how);
    const { log, others, text } = capturedLog();
    const { query, sandbox } = await forgetfulGatewayForTest({
      env: { HTTP_PROXY: withCredentials(proxy, 'user:hush') },
      log,
    });
    const { errors } = await query(USER);
    expect(errors).toMatchObject([
      {
        message: `User: ${message}.`,
        extensions: { code: 'UPSTREAM_UNAVAILABLE', affected: { ids: ['user-1'] } },
      },
    ]);
    expect(errors?.[0]?.extensions).not.toHaveProperty('upstreamStatus');
    expect(proxy.tunnels).toHaveLength(1);
    expect(sandbox.requests).toEqual([]);
    expect(others()).toContainEqual(
      expect.objectContaining({ msg: message, resource: 'users', detail: `proxy ${proxy.name}: ${detail}` }),
    );
    expect(text()).not.toContain('hush');
    expect(text()).not.toContain(Buffer.from('user:hush').toString('base64'));
  });

  test('ends when the proxy serves again', async () => {
    const proxy = await proxyForTest({ behaviour: 'refuse' });
    const { query } = await forgetfulGatewayForTest({ env: { HTTP_PROXY: proxy.url } });
    expect(await query(USER)).toHaveProperty('errors');
    proxy.behaviour = 'serve';
    expect(await query(USER)).toEqual(found);
  });
});

test('a call whose proxy never answers ends at UPSTREAM_TIMEOUT_MS, and its connection is free for the next call', async () => {
  const proxy = await proxyForTest({ behaviour: 'hang' });
  const { query, gateway } = await forgetfulGatewayForTest({
    env: { HTTP_PROXY: proxy.url, UPSTREAM_TIMEOUT_MS: '200', UPSTREAM_CONNECTIONS: '8' },
  });
  for (let n = 0; n < 3; n += 1) {
    const { errors } = await query(USER);
    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_TIMEOUT' } }]);
  }
  proxy.behaviour = 'serve';
  // The tunnels that were given up are closed in the time for a connection.
  await expect.poll(() => query(USER), { timeout: 10_000 }).toEqual(found);
  await gateway.dispose();
});

describe('certificates of an authority in CA_FILE', () => {
  test('are trusted without a proxy', async () => {
    const sandbox = await startSandbox({ organisation: supervisorsOrganisation(), tokens: [TOKEN] });
    onTestFinished(() => sandbox.close());
    const port = await securedForTest(sandbox.url, authority.issue('127.0.0.1'));
    const env = { GENESYSCLOUD_API_URL: `https://127.0.0.1:${port}` };
    const untrusting = await answerOf(env, TOKEN);
    expect(untrusting.errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
    expect(await answerOf({ ...env, CA_FILE: fileForTest(authority.cert) }, TOKEN)).toEqual(found);
  });
});
