import { getHeapStatistics } from 'node:v8';
import { describe, expect, test } from 'vitest';
import { ttls } from '../../../src/config/ttls.ts';
import { usualCardinalities } from '../../../src/config/cardinalities.ts';
import { parseConfig } from '../../../src/config/config.ts';
import { ConfigError } from '../../../src/config/config-error.ts';
import { tokenUrlOf } from '../../../src/config/upstream.ts';
import { problemsOf } from './problems-of.ts';

const SECRET = 'hush-this-is-a-secret';
const HASH = '5'.repeat(64);
const tokens = {
  AUTH_JWKS_URL: 'https://issuer.example/keys',
  AUTH_ISSUER: 'https://issuer.example/',
  AUTH_AUDIENCE: 'gateway',
};
const apiKeys = { AUTH_API_KEY_HASHES: HASH };
const client = { GENESYSCLOUD_OAUTHCLIENT_ID: 'a-client', GENESYSCLOUD_OAUTHCLIENT_SECRET: SECRET };

describe('an empty environment', () => {
  test('selects the embedded sandbox on loopback, and the documented limits', () => {
    expect(parseConfig({})).toEqual({
      server: {
        port: 4000,
        host: '127.0.0.1',
        keepAliveSeconds: 75,
        headersTimeoutMs: 10_000,
        bodyTimeoutMs: 30_000,
        sendTimeoutMs: 30_000,
        maxConnections: 4096,
        maxRequestsInFlight: 1024,
        drainSeconds: 20,
        allowedHosts: null,
        corsOrigins: [],
        loopbackOrigins: true,
        maxBodyBytes: 100_000,
        graphiql: true,
      },
      network: {
        httpsProxy: null,
        httpProxy: null,
        upstreamProxy: null,
        noProxy: '',
        authorities: [],
      },
      upstream: {
        target: null,
        timeoutMs: 5000,
        concurrency: 16,
        connections: 252,
        connectionsForLogins: 4,
        replicas: 1,
        callerShares: null,
      },
      loading: {
        batchSize: 100,
        interactionsWindowMs: 1000,
        interactionsMaxAgeMs: 5000,
      },
      cache: {
        maxBytes: 64 * 1024 * 1024,
        ttlSeconds: ttls,
        identityProofSeconds: 60,
        maxListBytes: expect.any(Number),
      },
      operations: {
        limits: { maxDepth: 12, maxAliases: 30, maxTokens: 2000, maxRootFields: 10 },
        requestTimeoutMs: 10_000,
        maxUpstreamCalls: 40,
        maxAnswerFields: 500_000,
        maxAnswerBytes: 32 * 1024 * 1024,
        maxBytesInFlight: Math.floor(getHeapStatistics().heap_size_limit / 3),
        cardinalities: usualCardinalities,
        trustedDocuments: null,
        introspection: true,
        upstreamReport: true,
      },
      auth: {
        authentication: null,
        personalDataScope: null,
      },
      federation: {
        subgraph: false,
      },
      redis: null,
      telemetry: {
        logLevel: 'info',
        metricsPort: null,
        otlpEndpoint: null,
        tracesSampler: 'parentbased_always_on',
        tracesRatio: 1,
      },
    });
  });

  test('is the same as one whose values are empty or blank', () => {
    const blank = {
      PORT: '',
      HOST: '  ',
      GENESYSCLOUD_REGION: '',
      GENESYSCLOUD_API_URL: '',
      GENESYSCLOUD_LOGIN_URL: '\t',
      GENESYSCLOUD_OAUTHCLIENT_ID: '',
      GENESYSCLOUD_OAUTHCLIENT_SECRET: ' ',
      GENESYSCLOUD_ACCESS_TOKEN: '',
      AUTH_JWKS_URL: '',
      AUTH_API_KEY_HASHES: ' ',
      AUTH_NONE: '',
      ALLOWED_HOSTS: '',
      LOG_LEVEL: '',
      DRAIN_SECONDS: '',
      CACHE_MAX_BYTES: ' ',
      UPSTREAM_REPORT: '',
    };
    expect(parseConfig(blank)).toEqual(parseConfig({}));
  });

  test('is the same as one with settings of other programs', () => {
    expect(parseConfig({ PATH: '/bin', HOME: '/root', NODE_ENV: undefined })).toEqual(parseConfig({}));
  });
});

test('settings are read without the blanks around them', () => {
  const env = {
    PORT: ' 0 ',
    HOST: '::1',
    KEEP_ALIVE_SECONDS: '3600',
    HEADERS_TIMEOUT_MS: '20000',
    BODY_TIMEOUT_MS: '60000',
    SEND_TIMEOUT_MS: '90000',
    MAX_CONNECTIONS: '20',
    MAX_REQUESTS_IN_FLIGHT: '10',
    REQUEST_TIMEOUT_MS: '600000',
    UPSTREAM_TIMEOUT_MS: '1',
    UPSTREAM_BATCH_SIZE: '500',
    UPSTREAM_CONCURRENCY: '1',
    MAX_UPSTREAM_CALLS: '10000',
    MAX_ANSWER_FIELDS: '100000000',
    MAX_ANSWER_BYTES: '1',
    MAX_BYTES_IN_FLIGHT: '68719476736',
    PLAN_CARDINALITIES: 'scriptsPerList=25, skillsPerInteraction=3',
    INTERACTIONS_WINDOW_MS: '0',
    INTERACTIONS_MAX_AGE_MS: '600000',
    CACHE_MAX_BYTES: '68719476736',
    CACHE_TTL_USER_SECONDS: '86400',
    CACHE_TTL_ROUTING_STATUS_SECONDS: '0',
    UPSTREAM_REPORT: 'off',
    IDENTITY_PROOF_SECONDS: '0',
    LOG_LEVEL: 'silent',
    ALLOWED_HOSTS: 'Gateway.example, 10.0.0.1',
    DRAIN_SECONDS: '0',
    REDIS_URL: ' rediss://user:password@redis.internal:6380/1 ',
    REDIS_PEPPER: 'pepper of at least 32 characters',
    REPLICAS: '3',
    MAX_DEPTH: '7',
    MAX_ALIASES: '0',
    MAX_TOKENS: '500',
    MAX_ROOT_FIELDS: '1',
    MAX_BODY_BYTES: '1000',
    SUBGRAPH: '1',
    METRICS_PORT: '9464',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
    OTEL_TRACES_SAMPLER: 'traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '.25',
    HTTPS_PROXY: ' https://user:password@proxy.example:3128 ',
    HTTP_PROXY: 'http://not-this-one.example',
    http_proxy: 'other.example:3129',
    NO_PROXY: '.svc, 10.0.0.0/8',
    no_proxy: ' ',
    GENESYSCLOUD_PROXY_HOST: 'vendors.example',
    GENESYSCLOUD_PROXY_PORT: '80',
    GENESYSCLOUD_PROXY_AUTH_USERNAME: 'us@er',
    GENESYSCLOUD_PROXY_AUTH_PASSWORD: 'pass word',
  };
  expect(parseConfig(env)).toEqual({
    server: {
      port: 0,
      host: '::1',
      keepAliveSeconds: 3600,
      headersTimeoutMs: 20_000,
      bodyTimeoutMs: 60_000,
      sendTimeoutMs: 90_000,
      maxConnections: 20,
      maxRequestsInFlight: 10,
      drainSeconds: 0,
      allowedHosts: ['gateway.example', '10.0.0.1'],
      corsOrigins: [],
      loopbackOrigins: true,
      maxBodyBytes: 1000,
      graphiql: true,
    },
    network: {
      httpsProxy: 'https://user:password@proxy.example:3128',
      httpProxy: 'http://other.example:3129',
      upstreamProxy: 'http://us%40er:pass%20word@vendors.example/',
      noProxy: '.svc, 10.0.0.0/8',
      authorities: [],
    },
    upstream: {
      target: null,
      timeoutMs: 1,
      concurrency: 1,
      connections: 252,
      connectionsForLogins: 4,
      replicas: 3,
      callerShares: null,
    },
    loading: {
      batchSize: 500,
      interactionsWindowMs: 0,
      interactionsMaxAgeMs: 600_000,
    },
    cache: {
      maxBytes: 64 * 1024 ** 3,
      ttlSeconds: { ...ttls, USER: 86_400, ROUTING_STATUS: 0 },
      identityProofSeconds: 0,
      maxListBytes: expect.any(Number),
    },
    operations: {
      limits: { maxDepth: 7, maxAliases: 0, maxTokens: 500, maxRootFields: 1 },
      requestTimeoutMs: 600_000,
      maxUpstreamCalls: 10_000,
      maxAnswerFields: 100_000_000,
      maxAnswerBytes: 1,
      maxBytesInFlight: 68_719_476_736,
      cardinalities: { ...usualCardinalities, scriptsPerList: 25, skillsPerInteraction: 3 },
      trustedDocuments: null,
      introspection: true,
      upstreamReport: false,
    },
    auth: {
      authentication: null,
      personalDataScope: null,
    },
    federation: {
      subgraph: true,
    },
    redis: {
      url: 'rediss://user:password@redis.internal:6380/1',
      pepper: 'pepper of at least 32 characters',
    },
    telemetry: {
      logLevel: 'silent',
      metricsPort: 9464,
      otlpEndpoint: 'http://collector:4318',
      tracesSampler: 'traceidratio',
      tracesRatio: 0.25,
    },
  });
});

/** Paths of the objects in a value that are not frozen. */
function thawed(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([name, each]) => thawed(each, `${path}.${name}`));
  return Object.isFrozen(value) ? inner : [path, ...inner];
}

test('a configuration is frozen, down to the last object in it', () => {
  const config = parseConfig({ GENESYSCLOUD_REGION: 'eu-west-1', ...client, ...tokens, ...apiKeys });
  expect(config.upstream.target?.credentials).toMatchObject({ mode: 'client' });
  expect(config.auth.authentication?.apiKeys).not.toEqual([]);
  expect(thawed(config, 'config')).toEqual([]);
});

describe('the upstream', () => {
  test.each([
    ['eu-west-1', 'mypurecloud.ie'],
    ['us-east-1', 'mypurecloud.com'],
    ['ap-southeast-2', 'mypurecloud.com.au'],
    ['eusc-de-east-1', 'edee1.eusc-pure.cloud'],
    ['mypurecloud.de', 'mypurecloud.de'],
    ['a-new-region.pure.cloud', 'a-new-region.pure.cloud'],
  ])('of region %s has its API at api.%s, and its login at the same domain', (region, domain) => {
    const { upstream } = parseConfig({ GENESYSCLOUD_REGION: region, ...client });
    expect(upstream.target).toEqual({
      apiUrl: `https://api.${domain}`,
      credentials: {
        mode: 'client',
        tokenUrl: `https://login.${domain}/oauth/token`,
        clientId: 'a-client',
        clientSecret: SECRET,
        bearerFirst: false,
      },
    });
  });

  test("is called with the callers' own tokens when the gateway has no credential", () => {
    const { upstream } = parseConfig({ GENESYSCLOUD_REGION: 'eu-west-1' });
    expect(upstream.target?.credentials).toEqual({ mode: 'passThrough' });
  });

  test('is called with the access token that is set', () => {
    const { upstream } = parseConfig({
      GENESYSCLOUD_REGION: 'eu-west-1',
      GENESYSCLOUD_ACCESS_TOKEN: SECRET,
    });
    expect(upstream.target?.credentials).toEqual({ mode: 'accessToken', accessToken: SECRET });
  });

  test('has the API URL and the login URL that are set, each of which overrides the region independently', () => {
    const api = parseConfig({
      GENESYSCLOUD_REGION: 'eu-west-1',
      GENESYSCLOUD_API_URL: 'https://proxy.example/genesys',
      ...client,
    });
    expect(api.upstream.target).toMatchObject({
      apiUrl: 'https://proxy.example/genesys',
      credentials: { tokenUrl: 'https://login.mypurecloud.ie/oauth/token' },
    });
    const login = parseConfig({
      GENESYSCLOUD_REGION: 'eu-west-1',
      GENESYSCLOUD_LOGIN_URL: 'https://login.example',
      ...client,
    });
    expect(login.upstream.target).toMatchObject({
      apiUrl: 'https://api.mypurecloud.ie',
      credentials: { tokenUrl: 'https://login.example/oauth/token' },
    });
  });

  test.each(['http://localhost:4100', 'http://127.0.0.1:4100', 'http://127.8.9.10', 'http://[::1]:4100'])(
    'may be called without TLS at %s, which is loopback',
    (url) => {
      expect(problemsOf({ GENESYSCLOUD_API_URL: url })).toEqual([]);
    },
  );

  test.each([
    'http://api.mypurecloud.ie',
    'http://localhost.example',
    'http://127.0.0.1.example',
    'http://10.0.0.1',
    'http://[::2]',
    'ftp://localhost',
    'api.mypurecloud.ie',
    'https://',
    'https://api.mypurecloud.ie?a=b',
    'https://api.mypurecloud.ie#part',
    'https://api.mypurecloud.ie/?',
    'https://api.mypurecloud.ie/#',
    'https://user@api.mypurecloud.ie',
  ])('cannot have the URL %s', (url) => {
    const sentence = expect.stringContaining('must be an https URL (http for loopback only)');
    expect(problemsOf({ GENESYSCLOUD_API_URL: url })).toEqual([sentence]);
    expect(problemsOf({ GENESYSCLOUD_API_URL: 'https://a.example', GENESYSCLOUD_LOGIN_URL: url })).toEqual([
      sentence,
    ]);
  });

  test.each(['eu-west-99', 'localhost', 'https://gateway.example', 'gateway.example/x', 'user@host.example'])(
    'cannot have the region %s',
    (region) => {
      expect(problemsOf({ GENESYSCLOUD_REGION: region })).toEqual([
        expect.stringMatching(/^GENESYSCLOUD_REGION must be a domain, or one of us-east-1, .*ap-northeast-3/),
      ]);
    },
  );
});

const PEPPER = 'p'.repeat(32);

describe('Redis', () => {
  test('needs a pepper of 32 characters, which is not shown', () => {
    expect(problemsOf({ REDIS_URL: 'redis://redis', REDIS_PEPPER: PEPPER.slice(1) })).toEqual([
      'REDIS_PEPPER must have at least 32 characters, all of them random; it is the value given.',
    ]);
  });

  test.each([
    'redis://redis',
    'redis://:password@10.0.0.1:6380/0',
    'rediss://user:p@redis.internal:6379',
    'redis://[::1]:6379/15',
  ])('can have the URL %s', (url) => {
    expect(problemsOf({ REDIS_URL: url, REDIS_PEPPER: PEPPER })).toEqual([]);
  });

  test.each([
    'redis.internal:6379',
    'http://redis',
    'redis:',
    'redis://redis/database',
    'redis://redis?db=1',
  ])('cannot have the URL %s, and the problem hides the URL because it may hold a password', (url) => {
    expect(problemsOf({ REDIS_URL: url, REDIS_PEPPER: PEPPER })).toEqual([
      expect.stringMatching(/^REDIS_URL must be a URL such as redis:.*; it is the value given\.$/),
    ]);
  });

  test.each([{ REDIS_URL: 'redis://redis' }, { REDIS_PEPPER: PEPPER }])(
    'needs both settings, not only %j',
    (env) => {
      expect(problemsOf(env)).toEqual([
        'REDIS_URL and REDIS_PEPPER must be set together: nothing is kept in Redis in clear.',
      ]);
    },
  );

  test.each(['0', '1.5', 'three'])('cannot be shared by %s replicas', (REPLICAS) => {
    expect(problemsOf({ REPLICAS })).toEqual([
      expect.stringContaining('REPLICAS must be a whole number from 1'),
    ]);
  });
});

describe('problems', () => {
  test('are reported all at once, each with the name of its setting', () => {
    const problems = problemsOf({
      PORT: '65536',
      HOST: 'a host',
      KEEP_ALIVE_SECONDS: '0',
      GENESYSCLOUD_REGION: 'nowhere',
      GENESYSCLOUD_API_URL: 'http://api.example',
      GENESYSCLOUD_LOGIN_URL: 'login',
      GENESYSCLOUD_OAUTHCLIENT_ID: 'a-client',
      AUTH_JWKS_URL: 'http://issuer.example/keys',
      AUTH_API_KEY_HASHES: 'a-key',
      AUTH_PII_SCOPE: 'two scopes',
      AUTH_NONE: 'yes',
      ALLOWED_HOSTS: 'http://gateway.example',
      REQUEST_TIMEOUT_MS: '0',
      UPSTREAM_TIMEOUT_MS: '1.5',
      UPSTREAM_BATCH_SIZE: '501',
      UPSTREAM_CONCURRENCY: '-1',
      MAX_UPSTREAM_CALLS: '0',
      MAX_ANSWER_FIELDS: '0',
      MAX_ANSWER_BYTES: '268435457',
      MAX_BYTES_IN_FLIGHT: '0',
      INTERACTIONS_WINDOW_MS: '600001',
      INTERACTIONS_MAX_AGE_MS: '1d',
      CACHE_MAX_BYTES: '64 MiB',
      CACHE_TTL_USER_SECONDS: '86401',
      CACHE_TTL_USER_SKILLS_SECONDS: '-1',
      IDENTITY_PROOF_SECONDS: '3601',
      UPSTREAM_REPORT: 'yes',
      LOG_LEVEL: 'loud',
      DRAIN_SECONDS: '1e3',
    });
    const named = new Set(problems.map((problem) => problem.slice(0, problem.indexOf(' '))));
    expect([...named].toSorted()).toEqual([
      'ALLOWED_HOSTS',
      'AUTH_API_KEY_HASHES',
      'AUTH_ISSUER',
      'AUTH_JWKS_URL',
      'AUTH_NONE',
      'AUTH_PII_SCOPE',
      'CACHE_MAX_BYTES',
      'CACHE_TTL_USER_SECONDS',
      'CACHE_TTL_USER_SKILLS_SECONDS',
      'DRAIN_SECONDS',
      'Either',
      'GENESYSCLOUD_API_URL',
      'GENESYSCLOUD_LOGIN_URL',
      'GENESYSCLOUD_OAUTHCLIENT_ID',
      'GENESYSCLOUD_REGION',
      'HOST',
      'IDENTITY_PROOF_SECONDS',
      'INTERACTIONS_MAX_AGE_MS',
      'INTERACTIONS_WINDOW_MS',
      'KEEP_ALIVE_SECONDS',
      'LOG_LEVEL',
      'MAX_ANSWER_BYTES',
      'MAX_ANSWER_FIELDS',
      'MAX_BYTES_IN_FLIGHT',
      'MAX_UPSTREAM_CALLS',
      'PORT',
      'REQUEST_TIMEOUT_MS',
      'UPSTREAM_BATCH_SIZE',
      'UPSTREAM_CONCURRENCY',
      'UPSTREAM_REPORT',
      'UPSTREAM_TIMEOUT_MS',
    ]);
  });

  test('of an invalid HOST are only one, even when the gateway has its own credentials', () => {
    expect(
      problemsOf({
        HOST: 'a host',
        GENESYSCLOUD_REGION: 'eu-west-1',
        GENESYSCLOUD_ACCESS_TOKEN: 'token',
      }),
    ).toEqual([expect.stringMatching(/^HOST must be a host name/)]);
  });

  test('name the allowed values and the value given', () => {
    expect(problemsOf({ PORT: 'http' })).toEqual([
      'PORT must be a whole number from 0 to 65535; it is "http".',
    ]);
    expect(problemsOf({ AUTH_NONE: 'yes' })).toEqual(['AUTH_NONE can only be i-know; it is "yes".']);
  });

  test('never show a secret', () => {
    const problems = problemsOf({
      GENESYSCLOUD_REGION: 'eu-west-1',
      GENESYSCLOUD_ACCESS_TOKEN: `${SECRET} broken`,
      GENESYSCLOUD_OAUTHCLIENT_SECRET: SECRET,
      HOST: '0.0.0.0',
      PORT: 'x',
    });
    expect(problems).toContain('GENESYSCLOUD_ACCESS_TOKEN must be a bearer token; it is the value given.');
    expect(problems.join()).not.toContain('hush');
    expect(new ConfigError(problems).message).not.toContain('hush');
  });

  test.each(['GENESYSCLOUD_API_URL', 'GENESYSCLOUD_LOGIN_URL', 'AUTH_JWKS_URL'])(
    'never show a password or a token in the URL of %s',
    (name) => {
      for (const url of [`https://user:${SECRET}@a.example`, `http://a.example?access_token=${SECRET}`]) {
        const env = { GENESYSCLOUD_REGION: 'eu-west-1', ...client, ...tokens, [name]: url };
        const problems = problemsOf(env);
        expect(problems).toEqual([expect.stringMatching(`^${name} must be`)]);
        expect(problems.join()).not.toContain('hush');
      }
    },
  );

  test('never show the value of AUTH_API_KEY_HASHES, which may hold the keys themselves', () => {
    const set = `${HASH}, ${SECRET} ${SECRET}=a`;
    const problems = problemsOf({ GENESYSCLOUD_REGION: 'eu-west-1', ...client, AUTH_API_KEY_HASHES: set });
    expect(problems).toEqual([
      'AUTH_API_KEY_HASHES must be 64 hex digits, alone or with =scope1+scope2, in entries 2, 3; it is the value given.',
    ]);
  });

  test('of combined settings are reported along with those of single settings', () => {
    expect(problemsOf({ PORT: 'x', GENESYSCLOUD_ACCESS_TOKEN: SECRET })).toEqual([
      expect.stringMatching(/^PORT /),
      expect.stringMatching(/^GENESYSCLOUD_REGION or GENESYSCLOUD_API_URL must be set/),
    ]);
    expect(
      problemsOf({ HOST: '0.0.0.0', GENESYSCLOUD_REGION: 'nowhere', GENESYSCLOUD_ACCESS_TOKEN: 'two words' }),
    ).toEqual([
      expect.stringMatching(/^GENESYSCLOUD_REGION /),
      expect.stringMatching(/^GENESYSCLOUD_ACCESS_TOKEN /),
      expect.stringMatching(/^HOST is .*AUTH_NONE=i-know\.$/),
    ]);
  });

  test('of an invalid setting cause no further problems of settings that depend on it', () => {
    expect(problemsOf({ GENESYSCLOUD_REGION: 'nowhere', ...client })).toEqual([
      expect.stringMatching(/^GENESYSCLOUD_REGION /),
    ]);
    expect(
      problemsOf({
        GENESYSCLOUD_API_URL: 'https://api.example',
        GENESYSCLOUD_LOGIN_URL: 'login',
        ...client,
      }),
    ).toEqual([expect.stringMatching(/^GENESYSCLOUD_LOGIN_URL /)]);
    expect(problemsOf({ INTERACTIONS_WINDOW_MS: '9000', INTERACTIONS_MAX_AGE_MS: 'ages' })).toEqual([
      expect.stringMatching(/^INTERACTIONS_MAX_AGE_MS must be a whole number/),
    ]);
  });
});

describe('the time of a call', () => {
  test('is not above that of its request, to which the default is lowered', () => {
    expect(problemsOf({ UPSTREAM_TIMEOUT_MS: '10001' })).toEqual([
      'UPSTREAM_TIMEOUT_MS must not be above REQUEST_TIMEOUT_MS, which is 10000; it is 10001.',
    ]);
    expect(parseConfig({ REQUEST_TIMEOUT_MS: '300' }).upstream.timeoutMs).toBe(300);
    const same = { REQUEST_TIMEOUT_MS: '300', UPSTREAM_TIMEOUT_MS: '300' };
    expect(parseConfig(same).upstream.timeoutMs).toBe(300);
    expect(problemsOf({ REQUEST_TIMEOUT_MS: '1', UPSTREAM_TIMEOUT_MS: 'long' })).toEqual([
      expect.stringMatching(/^UPSTREAM_TIMEOUT_MS must be a whole number/),
    ]);
  });
});

test('metrics have a port of their own', () => {
  expect(problemsOf({ PORT: '9464', METRICS_PORT: '9464' })).toEqual([
    'METRICS_PORT must not be PORT, which is 9464: metrics have a port of their own.',
  ]);
  expect(problemsOf({ METRICS_PORT: '4000' })).toHaveLength(1);
  // Any free port, for each of them.
  expect(problemsOf({ PORT: '0', METRICS_PORT: '0' })).toEqual([]);
});

describe('lists of interactions', () => {
  test('may have a maximum age equal to their window, but not below it', () => {
    const same = { INTERACTIONS_WINDOW_MS: '2000', INTERACTIONS_MAX_AGE_MS: '2000' };
    expect(parseConfig(same).loading).toMatchObject({
      interactionsWindowMs: 2000,
      interactionsMaxAgeMs: 2000,
    });
    expect(problemsOf({ ...same, INTERACTIONS_MAX_AGE_MS: '1999' })).toEqual([
      'INTERACTIONS_MAX_AGE_MS must be at least INTERACTIONS_WINDOW_MS, which is 2000; it is 1999.',
    ]);
    expect(problemsOf({ INTERACTIONS_WINDOW_MS: '5001' })).toEqual([
      'INTERACTIONS_MAX_AGE_MS must be at least INTERACTIONS_WINDOW_MS, which is 5001; it is 5000.',
    ]);
  });
});

describe('reports of upstream calls', () => {
  test('are on with the embedded sandbox and off with a real upstream, unless UPSTREAM_REPORT is set', () => {
    const real = { GENESYSCLOUD_REGION: 'eu-west-1' };
    const told = [{}, { UPSTREAM_REPORT: 'off' }, real, { ...real, UPSTREAM_REPORT: 'on' }];
    expect(told.map((env) => parseConfig(env).operations.upstreamReport)).toEqual([true, false, false, true]);
    expect(problemsOf({ UPSTREAM_REPORT: 'yes' })).toEqual([
      'UPSTREAM_REPORT must be on or off (true or false, 1 or 0); it is "yes".',
    ]);
  });
});

describe('credentials of the gateway itself', () => {
  test.each([{ GENESYSCLOUD_OAUTHCLIENT_ID: 'a-client' }, { GENESYSCLOUD_OAUTHCLIENT_SECRET: SECRET }])(
    'are rejected when only half of a client is set: %o',
    (half) => {
      expect(problemsOf({ GENESYSCLOUD_REGION: 'eu-west-1', ...half })).toEqual([
        'GENESYSCLOUD_OAUTHCLIENT_ID and GENESYSCLOUD_OAUTHCLIENT_SECRET must be set together.',
      ]);
    },
  );

  test('are either a token or a client, not both', () => {
    expect(
      problemsOf({ GENESYSCLOUD_REGION: 'eu-west-1', GENESYSCLOUD_ACCESS_TOKEN: SECRET, ...client }),
    ).toEqual(['Either GENESYSCLOUD_ACCESS_TOKEN or GENESYSCLOUD_OAUTHCLIENT_ID can be set, not both.']);
  });

  test('need a login URL when an API URL is set without a region', () => {
    const api = { GENESYSCLOUD_API_URL: 'https://api.example', ...client };
    expect(problemsOf(api)).toEqual([expect.stringMatching(/^GENESYSCLOUD_LOGIN_URL must be set/)]);
    expect(problemsOf({ ...api, GENESYSCLOUD_LOGIN_URL: 'https://login.example' })).toEqual([]);
  });

  test('cannot be set for the embedded sandbox', () => {
    const sentence = expect.stringMatching(/^GENESYSCLOUD_REGION or GENESYSCLOUD_API_URL must be set/);
    expect(problemsOf({ GENESYSCLOUD_ACCESS_TOKEN: SECRET })).toEqual([sentence]);
    expect(problemsOf(client)).toEqual([sentence]);
    expect(problemsOf({ GENESYSCLOUD_LOGIN_URL: 'https://login.example' })).toEqual([sentence]);
    expect(problemsOf({ GENESYSCLOUD_LOGIN_URL: 'https://login.example', ...client })).toEqual([sentence]);
  });

  test.each(['0.0.0.0', '::', '192.168.0.7', 'gateway.example'])(
    'need authentication of callers or AUTH_NONE=i-know when the host is %s',
    (host) => {
      for (const credential of [client, { GENESYSCLOUD_ACCESS_TOKEN: SECRET }]) {
        const env = { GENESYSCLOUD_REGION: 'eu-west-1', HOST: host, ...credential };
        expect(problemsOf(env)).toEqual([expect.stringMatching(/^HOST is .*AUTH_NONE=i-know\.$/)]);
        expect(problemsOf({ ...env, AUTH_PII_SCOPE: 'pii', ALLOWED_HOSTS: 'a.example' })).toHaveLength(1);
        for (const meant of [{ AUTH_NONE: 'i-know' }, tokens, apiKeys]) {
          expect(problemsOf({ ...env, ...meant })).toEqual([]);
        }
      }
    },
  );

  test.each(['localhost', '127.0.0.1', '127.1.2.3', '::1'])(
    'need no authentication of callers when the host is %s',
    (host) => {
      expect(problemsOf({ GENESYSCLOUD_REGION: 'eu-west-1', HOST: host, ...client })).toEqual([]);
    },
  );

  test('do not exist in pass-through or with the sandbox, which may listen on any host', () => {
    expect(problemsOf({ GENESYSCLOUD_REGION: 'eu-west-1', HOST: '0.0.0.0' })).toEqual([]);
    expect(problemsOf({ SANDBOX: '1', HOST: '0.0.0.0' })).toEqual([]);
  });
});

describe('the embedded sandbox', () => {
  const beyond: readonly Record<string, string>[] = [
    { HOST: '0.0.0.0' },
    { HOST: '::' },
    { HOST: 'gateway.example' },
    { NODE_ENV: 'production' },
    { NODE_ENV: ' production ', HOST: '0.0.0.0' },
  ];

  test('is the upstream by itself on loopback, and elsewhere or in production with SANDBOX=1', () => {
    for (const env of [{}, { HOST: '::1' }, { NODE_ENV: 'development' }]) {
      expect(parseConfig(env).upstream.target).toBeNull();
      expect(parseConfig({ ...env, SANDBOX: '1' }).upstream.target).toBeNull();
    }
    for (const env of beyond) {
      expect(problemsOf(env)).toEqual([
        expect.stringMatching(/^GENESYSCLOUD_REGION or GENESYSCLOUD_API_URL must be set, or SANDBOX=1 /),
      ]);
      expect(parseConfig({ ...env, SANDBOX: '1' }).upstream.target).toBeNull();
      expect(parseConfig({ ...env, GENESYSCLOUD_REGION: 'eu-west-1' }).upstream.target).not.toBeNull();
    }
  });

  test('is not the upstream of a pod whose region is misspelt', () => {
    for (const env of beyond) {
      expect(problemsOf({ ...env, GENESYSCLOUD_REGON: 'eu-west-1' })).toContain(
        'GENESYSCLOUD_REGON is not a setting: GENESYSCLOUD_REGION is probably meant.',
      );
    }
  });

  test.each([
    [{ GENESYSCLOUD_REGION: 'eu-west-1' }, 'GENESYSCLOUD_REGION'],
    [{ GENESYSCLOUD_API_URL: 'https://api.example' }, 'GENESYSCLOUD_API_URL'],
    [{ GENESYSCLOUD_GATEWAY_HOST: 'gateway.example' }, 'GENESYSCLOUD_API_URL'],
  ])('cannot be asked for along with an upstream: %j', (env, named) => {
    expect(problemsOf({ ...env, SANDBOX: '1' })).toEqual([
      `SANDBOX cannot be set with ${named}: it asks for the embedded sandbox as upstream.`,
    ]);
  });

  test.each(['1', 'on', 'true', 'TRUE'])('can be asked for by SANDBOX=%s', (SANDBOX) => {
    expect(parseConfig({ SANDBOX, HOST: '0.0.0.0' }).upstream.target).toBeNull();
  });

  test.each(['0', 'off', 'false'])('is not asked for by SANDBOX=%s', (SANDBOX) => {
    expect(problemsOf({ SANDBOX, HOST: '0.0.0.0' })).toEqual([expect.stringContaining('SANDBOX=1')]);
    expect(problemsOf({ SANDBOX, GENESYSCLOUD_REGION: 'eu-west-1' })).toEqual([]);
  });

  test('cannot be asked for by SANDBOX=yes, which is one problem', () => {
    expect(problemsOf({ SANDBOX: 'yes', HOST: '0.0.0.0' })).toEqual([
      'SANDBOX must be on or off (true or false, 1 or 0); it is "yes".',
    ]);
  });
});

describe('callers', () => {
  const service = { GENESYSCLOUD_REGION: 'eu-west-1', ...client };
  const scoped = { AUTH_API_KEY_HASHES: `sha256:${HASH.toUpperCase()}=a+b`, AUTH_PII_SCOPE: 'a' };

  test.each<[string, Record<string, string>]>([
    ['client credentials', service],
    ['an access token', { GENESYSCLOUD_REGION: 'eu-west-1', GENESYSCLOUD_ACCESS_TOKEN: SECRET }],
    ['the embedded sandbox', {}],
  ])('are authenticated by the tokens and API keys that are set, with %s', (_what, upstream) => {
    expect(parseConfig({ ...upstream, ...tokens, ...scoped }).auth).toMatchObject({
      authentication: {
        apiKeys: [{ hash: HASH, scopes: ['a', 'b'] }],
        tokens: {
          jwksUrl: 'https://issuer.example/keys',
          issuer: 'https://issuer.example/',
          audience: 'gateway',
        },
      },
      personalDataScope: 'a',
    });
    expect(parseConfig({ ...upstream, ...tokens }).auth.authentication?.apiKeys).toEqual([]);
    expect(parseConfig({ ...upstream, ...apiKeys }).auth.authentication?.tokens).toBeNull();
  });

  test('are not authenticated when nothing is set, on loopback or with AUTH_NONE=i-know', () => {
    expect(parseConfig(service).auth.authentication).toBeNull();
    expect(parseConfig({ ...service, HOST: '0.0.0.0', AUTH_NONE: 'i-know' }).auth.authentication).toBeNull();
    expect(parseConfig({ ...service, AUTH_PII_SCOPE: 'a' }).auth).toMatchObject({
      authentication: null,
      personalDataScope: 'a',
    });
  });

  test.each(['AUTH_JWKS_URL', 'AUTH_ISSUER', 'AUTH_AUDIENCE'] as const)(
    'cannot be authenticated by tokens when %s is missing, or is the only one set',
    (name) => {
      const { [name]: alone, ...others } = tokens;
      const belong = 'AUTH_JWKS_URL, AUTH_ISSUER and AUTH_AUDIENCE belong together.';
      expect(problemsOf({ ...service, ...others })).toEqual([`${name} must be set as well: ${belong}`]);
      expect(problemsOf({ ...service, [name]: alone })).toEqual([
        `${Object.keys(others).join(' and ')} must be set as well: ${belong}`,
      ]);
    },
  );

  test.each(['http://issuer.example/keys', 'https://', 'issuer.example', 'ftp://localhost/keys'])(
    'cannot be authenticated by keys from %s: without https anybody could change the keys on the way',
    (url) => {
      expect(problemsOf({ ...service, ...tokens, AUTH_JWKS_URL: url })).toEqual([
        'AUTH_JWKS_URL must be an https URL (http for loopback only) without credentials; it is the value given.',
      ]);
    },
  );

  test('may be authenticated by keys from loopback, and from an https URL with a query', () => {
    for (const url of [
      'http://127.0.0.1:9000/keys',
      'http://localhost/keys',
      'https://a.example/keys?app=1',
    ]) {
      expect(
        parseConfig({ ...service, ...tokens, AUTH_JWKS_URL: url }).auth.authentication?.tokens?.jwksUrl,
      ).toBe(url);
    }
  });

  test('cannot be both authenticated and exempt by AUTH_NONE', () => {
    for (const by of [tokens, apiKeys]) {
      expect(problemsOf({ ...service, ...by, AUTH_NONE: 'i-know' })).toEqual([
        `Either AUTH_NONE or ${Object.keys(by).join(' and ')} can be set, not both.`,
      ]);
    }
  });

  test('are authenticated by the upstream in pass-through, where authentication settings are rejected', () => {
    const meant: readonly Record<string, string>[] = [tokens, apiKeys, { AUTH_PII_SCOPE: 'a' }];
    for (const upstream of [
      { GENESYSCLOUD_REGION: 'eu-west-1' },
      { GENESYSCLOUD_API_URL: 'https://api.example' },
    ]) {
      for (const set of meant) {
        expect(problemsOf({ ...upstream, ...set })).toEqual([
          expect.stringMatching(
            new RegExp(`^${Object.keys(set).join(' and ')} must not be set without a credential`),
          ),
        ]);
      }
    }
    // An incomplete credential is the only problem reported.
    const half = { GENESYSCLOUD_REGION: 'eu-west-1', GENESYSCLOUD_OAUTHCLIENT_ID: 'a-client' };
    expect(problemsOf({ ...half, ...tokens })).toEqual([expect.stringMatching(/must be set together\.$/)]);
  });

  test('in pass-through may be combined with AUTH_NONE', () => {
    expect(problemsOf({ GENESYSCLOUD_REGION: 'eu-west-1', AUTH_NONE: 'i-know' })).toEqual([]);
  });

  test.each(['two scopes', 'a"b', 'ä', 'a\\b'])('cannot need the scope %s', (scope) => {
    expect(problemsOf({ ...service, AUTH_PII_SCOPE: scope })).toEqual([
      expect.stringMatching(/^AUTH_PII_SCOPE must be one scope/),
    ]);
  });

  test.each(['gateway.example:443', 'https://gateway.example', 'a/b', '*.example', ',', '::1'])(
    'cannot be allowed the host %s',
    (name) => {
      expect(problemsOf({ ALLOWED_HOSTS: name })).toEqual([
        expect.stringMatching(/^ALLOWED_HOSTS must be host names or addresses/),
      ]);
    },
  );
});

test('the token endpoint is /oauth/token below the login URL, unless that URL already ends so', () => {
  expect(tokenUrlOf('https://login.example')).toBe('https://login.example/oauth/token');
  expect(tokenUrlOf('https://login.example//')).toBe('https://login.example/oauth/token');
  expect(tokenUrlOf('https://proxy.example/login/')).toBe('https://proxy.example/login/oauth/token');
  expect(tokenUrlOf('https://login.example/oauth/token')).toBe('https://login.example/oauth/token');
  expect(tokenUrlOf('https://login.example/oauth/token/')).toBe('https://login.example/oauth/token');
});

describe('callers share the quota', () => {
  const own = { GENESYSCLOUD_REGION: 'eu-west-1', ...client };
  const sharesWith = (env: NodeJS.ProcessEnv) => parseConfig({ ...own, ...env }).upstream.callerShares;
  const two = `${HASH},${HASH.replace(/^../, '00')}`;

  test('where there are two API keys or more', () => {
    expect(sharesWith({ AUTH_API_KEY_HASHES: two })).toEqual({ reserve: 0.2, mostCallers: 2 });
    expect(sharesWith({ AUTH_API_KEY_HASHES: HASH })).toBeNull();
  });

  test('where there are tokens, of anybody', () => {
    expect(sharesWith({ ...tokens, CALLER_RESERVE: '0.5' })).toEqual({ reserve: 0.5, mostCallers: null });
    expect(sharesWith({ ...tokens, ...apiKeys })).toEqual({ reserve: 0.2, mostCallers: null });
  });

  test('of the gateway’s own credential alone', () => {
    expect(parseConfig({ GENESYSCLOUD_REGION: 'eu-west-1' }).upstream.callerShares).toBeNull();
    expect(sharesWith({ AUTH_NONE: 'i-know' })).toBeNull();
  });
});

describe('introspection and GraphiQL', () => {
  test('are on unless they are switched off or only trusted documents are accepted', () => {
    const shown = (env: Readonly<Record<string, string>>) => {
      const { operations, server } = parseConfig(env);
      return { introspection: operations.introspection, graphiql: server.graphiql };
    };
    expect(shown({})).toEqual({ introspection: true, graphiql: true });
    expect(shown({ GRAPHIQL: 'off' })).toEqual({ introspection: true, graphiql: false });
    expect(shown({ INTROSPECTION: 'off' })).toEqual({ introspection: false, graphiql: false });
    const trusted = { TRUSTED_DOCUMENTS_FILE: 'documents.json' };
    expect(shown({ ...trusted, TRUSTED_DOCUMENTS: 'only' })).toEqual({
      introspection: false,
      graphiql: false,
    });
    expect(shown({ ...trusted, TRUSTED_DOCUMENTS: 'prefer' })).toEqual({
      introspection: true,
      graphiql: true,
    });
  });

  test('are rejected when GraphiQL is on and introspection is off', () => {
    expect(problemsOf({ INTROSPECTION: 'off', GRAPHIQL: 'on' })).toEqual([
      'GRAPHIQL cannot be on without introspection, which INTROSPECTION=off switches off.',
    ]);
  });
});

describe('trusted documents', () => {
  test('are read from a file unless they are switched off', () => {
    const env = { TRUSTED_DOCUMENTS: 'only', TRUSTED_DOCUMENTS_FILE: 'documents.json' };
    expect(parseConfig(env).operations.trustedDocuments).toEqual({ mode: 'only', file: 'documents.json' });
    expect(parseConfig({ ...env, TRUSTED_DOCUMENTS: 'off' }).operations.trustedDocuments).toBeNull();
  });

  test('need a file, and a file needs a mode', () => {
    expect(problemsOf({ TRUSTED_DOCUMENTS: 'prefer' })).toEqual([
      'TRUSTED_DOCUMENTS_FILE must be set with TRUSTED_DOCUMENTS=prefer.',
    ]);
    expect(problemsOf({ TRUSTED_DOCUMENTS_FILE: 'documents.json' })).toEqual([
      'TRUSTED_DOCUMENTS must be set with TRUSTED_DOCUMENTS_FILE: to prefer, only or off.',
    ]);
  });
});

test('CORS_ORIGINS takes origins of web pages, and nothing else', () => {
  const env = { CORS_ORIGINS: 'https://app.example.com, http://localhost:3000' };
  expect(parseConfig(env).server.corsOrigins).toEqual(['https://app.example.com', 'http://localhost:3000']);
  for (const wrong of ['*', 'https://app.example.com/', 'app.example.com', 'null', 'ftp://app.example.com']) {
    expect(problemsOf({ CORS_ORIGINS: wrong })).toEqual([
      `CORS_ORIGINS must be origins such as https://app.example.com, without a path, apart by commas; a star is none; it is "${wrong}".`,
    ]);
  }
});

test('cardinalities are set by name, and a problem names the wrong entry', () => {
  const wrong = (text: string) => problemsOf({ PLAN_CARDINALITIES: text })[0];
  expect(
    parseConfig({ PLAN_CARDINALITIES: 'scriptsPerList=0' }).operations.cardinalities.scriptsPerList,
  ).toBe(0);
  for (const entry of [
    'scripts=3',
    'scriptsPerList',
    'scriptsPerList=-1',
    'scriptsPerList=many',
    '__proto__=1',
  ]) {
    expect(wrong(entry)).toContain(`scriptsPerList, skillsPerInteraction`);
    expect(wrong(entry)).toContain(`"${entry}" is not`);
  }
  expect(wrong('scriptsPerList=1 scriptsPerList=2')).toContain('must not set scriptsPerList twice');
});

test.each([
  ['the embedded sandbox', {}, true],
  ['the embedded sandbox beyond loopback', { HOST: '0.0.0.0', SANDBOX: '1' }, true],
  ['the embedded sandbox and CORS_ORIGINS', { CORS_ORIGINS: 'https://app.example.com' }, false],
  ['an upstream', { GENESYSCLOUD_REGION: 'eu-west-1' }, false],
  ['an upstream on loopback', { GENESYSCLOUD_API_URL: 'http://localhost:4100' }, false],
])('with %s, pages of this machine may read answers, or not', (_what, env: NodeJS.ProcessEnv, isAllowed) => {
  expect(parseConfig(env).server.loopbackOrigins).toBe(isAllowed);
});
