import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { configOfOptions, parseConfig } from '../../../src/config/config.ts';
import { ConfigError } from '../../../src/config/config-error.ts';
import { reportOf } from '../../../src/config/config-report.ts';
import { configSchema } from '../../../src/config/json-schema.ts';
import { examineConfig } from '../../../src/config/read-config.ts';
import { secretSettings, settingNames, settingOf } from '../../../src/config/settings.ts';

/** File with this text in a folder of its own, which goes with the test. */
function fileForTest(text: string, others: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(others)) writeFileSync(join(folder, name), content);
  const path = join(folder, 'gateway.yaml');
  writeFileSync(path, text);
  return path;
}

function examine(text: string, env: Readonly<Record<string, string>> = {}, others = {}) {
  return examineConfig({ env, file: fileForTest(text, others) });
}

function problemsOfOptions(options: unknown): readonly string[] {
  try {
    configOfOptions(options);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** Valid value of each setting, other than its default, as the environment has it and as an option. */
const examples: Readonly<Record<string, readonly [text: string, option: unknown]>> = {
  'server.allowedHosts': ['a.example,b.example', ['a.example', 'b.example']],
  'server.corsOrigins': ['https://a.example', ['https://a.example']],
  'operations.cardinalities': ['usersPerList=7,queuesPerList=3', { usersPerList: 7, queuesPerList: 3 }],
  'operations.introspection': ['off', false],
  'server.graphiql': ['off', false],
  'operations.upstreamReport': ['on', true],
  'federation.subgraph': ['1', true],
  'operations.requestTimeoutMs': ['20s', 20_000],
  'upstream.timeoutMs': ['7000', '7s'],
  'cache.identityProofSeconds': ['120', '2m'],
  'cache.maxBytes': ['1000', 1000],
  'operations.limits.maxDepth': ['5', 5],
  'telemetry.tracesRatio': ['0.0000001', 1e-7],
  'telemetry.tracesSampler': ['always_off', 'always_off'],
  'network.noProxy': ['a.example,10.0.0.0/8', ['a.example', '10.0.0.0/8']],
  'network.httpsProxy': ['http://proxy.example:3128', 'http://proxy.example:3128'],
  'loading.batchSize': ['50', 50],
};

describe('an option', () => {
  test('has one path, below a slice, and no other setting has it', () => {
    const paths = settingNames.map((name) => settingOf(name).option);
    expect(new Set(paths).size).toBe(paths.length);
    for (const path of paths) expect(path).toMatch(/^[a-z]+(\.[a-z][A-Za-z]+)+$/);
  });

  test.each(Object.entries(examples))('%s means what its setting means', (path, [text, value]) => {
    const name = settingNames.find((each) => settingOf(each).option === path) ?? '';
    const options = nested(path, value);
    const { upstream = {}, ...others } = options;
    const region = { region: 'eu-west-1', ...upstream };
    // A library listens on no loopback of its own, and is not open to web pages of this machine.
    expect(configOfOptions({ ...others, upstream: region })).toEqual(
      parseConfig({ GENESYSCLOUD_REGION: 'eu-west-1', [name]: text }),
    );
  });

  test.each([
    [
      { upstream: { region: 12 } },
      ['upstream.region must be a text, in quotes where it looks like a number; it is a number.'],
    ],
    [{ upstream: 'eu-west-1' }, [/^upstream must be a group of options\./, /^upstream\.region or/]],
    [
      { upstream: { region: 'eu-west-1' }, cache: { maxBytes: '64 MiB' } },
      [/^cache\.maxBytes must be a whole number/],
    ],
    [
      { upstream: { region: 'eu-west-1' }, cache: { maxBytes: Number.NaN } },
      [/^cache\.maxBytes must be a whole number/],
    ],
    [
      { upstream: { region: 'eu-west-1' }, cache: { maxByte: 1 } },
      ['cache.maxByte is no option: maxBytes is probably meant.'],
    ],
    [
      { upstream: { region: 'eu-west-1' }, timeoutMs: 1 },
      ['timeoutMs is no option: upstream.timeoutMs is probably meant.'],
    ],
    [
      { upstream: { region: 'eu-west-1' }, MAX_DEPTH: 1 },
      ['MAX_DEPTH is no option: operations.limits.maxDepth is the option of that setting.'],
    ],
    [
      { upstream: { region: 'eu-west-1', timeoutMs: '1d' } },
      [
        /^upstream\.timeoutMs must be a whole number of milliseconds .* or a duration such as 5s or 250ms; it is "1d"\.$/,
      ],
    ],
    [{ upstream: { region: 'eu-west-1', timeoutMs: '1500us' } }, [/^upstream\.timeoutMs must/]],
    [
      { upstream: { region: 'eu-west-1' }, cache: { identityProofSeconds: '1500ms' } },
      [/^cache\.identityProofSeconds must/],
    ],
    [
      { upstream: { region: 'eu-west-1' }, server: { graphiql: 'yes' } },
      [/^server\.graphiql must be on or off/],
    ],
    [
      { upstream: { region: 'eu-west-1' }, server: { corsOrigins: [1] } },
      ['server.corsOrigins must be a list of texts without commas; it is a list.'],
    ],
    [
      { upstream: { region: 'eu-west-1' }, server: { port: 4000 } },
      [/^server\.port is an option of the command only/],
    ],
    [
      { upstream: { region: 'eu-west-1' }, operations: { cardinalities: { users: 1 } } },
      [/^operations\.cardinalities must be name=number/],
    ],
    [
      { upstream: { region: 'eu-west-1' }, operations: { cardinalities: 'usersPerList=1' } },
      ['operations.cardinalities must be numbers by name; it is a text.'],
    ],
    [
      { upstream: { region: 'eu-west-1' }, operations: { trustedDocuments: { mode: 'only' } } },
      ['operations.trustedDocuments.file must be set with operations.trustedDocuments.mode=only.'],
    ],
    [
      { upstream: { region: 'eu-west-1' }, operations: { introspection: false }, server: { graphiql: true } },
      [
        'server.graphiql cannot be on without introspection, which operations.introspection=off switches off.',
      ],
    ],
    [
      { upstream: { region: 'eu-west-1' }, redis: { url: 'redis://redis' } },
      ['redis.url and redis.pepper must be set together: nothing is kept in Redis in clear.'],
    ],
    [
      {
        upstream: { apiUrl: 'https://api.example', clientId: 'a', clientSecret: 'b' },
        auth: { none: 'i-know' },
      },
      ['upstream.loginUrl must be set with upstream.apiUrl to log in as an OAuth client.'],
    ],
    [
      { upstream: { region: 'eu-west-1', accessToken: 'abc' } },
      [
        /^upstream\.accessToken cannot be set for anybody who reaches your app: authenticate callers by auth\.jwksUrl/,
      ],
    ],
    [
      { upstream: { region: 'eu-west-1' }, auth: { issuer: 'x' } },
      [/^auth\.issuer must not be set without a credential of the gateway's own/],
    ],
    [
      { upstream: { region: 'eu-west-1', accessToken: () => 'abc' } },
      [/^upstream\.accessToken must be a text/, /^upstream\.accessToken cannot be set for/],
    ],
    [
      { upstream: { region: 'https://x.example' } },
      [/^upstream\.region must be .*; a URL is for upstream\.apiUrl; it is/],
    ],
    [
      { upstream: { region: 'eu-west-1' }, server: { allowedHosts: ['a.example,b.example'] } },
      ['server.allowedHosts must be a list of texts without commas; it is a list.'],
    ],
    [
      { upstream: { region: 'eu-west-1' }, operations: { cardinalities: { usersPerList: {} } } },
      ['operations.cardinalities must be numbers by name; it is an object.'],
    ],
    [
      { upstream: { region: 'eu-west-1' }, cache: new Map([['maxBytes', 0]]) },
      ['cache must be a group of options.'],
    ],
    ['text', [/^What is given must be an object of options\./, /^upstream\.region or/]],
    [
      {},
      [
        /^upstream\.region or upstream\.apiUrl must be set\. For tests, startSandbox of campaign-interaction-gateway\/sandbox/,
      ],
    ],
  ])('of a wrong form is named: %j', (options, expected) => {
    const problems = problemsOfOptions(options);
    expect(problems).toHaveLength(expected.length);
    for (const [index, each] of expected.entries()) {
      const pattern = typeof each === 'string' ? new RegExp(`^${RegExp.escape(each)}$`) : each;
      expect(problems[index]).toMatch(pattern);
    }
  });

  test('is never read from the environment', () => {
    const before = process.env['MAX_DEPTH'];
    process.env['MAX_DEPTH'] = '3';
    onTestFinished(() => {
      if (before === undefined) delete process.env['MAX_DEPTH'];
      else process.env['MAX_DEPTH'] = before;
    });
    expect(configOfOptions({ upstream: { region: 'eu-west-1' } }).operations.limits.maxDepth).toBe(12);
  });

  test('that is undefined, null or empty is not set', () => {
    const options = {
      upstream: { region: 'eu-west-1', timeoutMs: undefined, loginUrl: '' },
      redis: null,
      cache: undefined,
    };
    expect(configOfOptions(options)).toEqual(configOfOptions({ upstream: { region: 'eu-west-1' } }));
  });
});

describe('a file of settings', () => {
  test('gives what the environment does not', async () => {
    const { config, problems } = await examine(
      'upstream:\n  region: eu-west-1\n  timeoutMs: 4s\noperations:\n  limits: { maxDepth: 10 }\n',
      { MAX_DEPTH: '8' },
    );
    expect(problems).toEqual([]);
    expect(config?.operations.limits.maxDepth).toBe(8);
    expect(config?.upstream.timeoutMs).toBe(4000);
  });

  test('can be JSON, and can be empty', async () => {
    const { config } = await examine('{ "upstream": { "region": "eu-west-1" } }');
    expect(config?.upstream.target?.apiUrl).toBe('https://api.mypurecloud.ie');
    expect(await examine('')).toMatchObject({ problems: [] });
  });

  test.each([
    [
      'accessToken: abc',
      { GENESYSCLOUD_OAUTHCLIENT_ID: 'a', GENESYSCLOUD_OAUTHCLIENT_SECRET: 'b' },
      'client',
    ],
    ['clientId: a\n  clientSecret: b', { GENESYSCLOUD_ACCESS_TOKEN: 'abc' }, 'accessToken'],
  ])('does not contradict a credential of the environment: %s', async (credential, env, mode) => {
    const { config, problems } = await examine(`upstream:\n  region: eu-west-1\n  ${credential}\n`, env);
    expect(problems).toEqual([]);
    expect(config?.upstream.target?.credentials.mode).toBe(mode);
  });

  test('does not contradict the upstream of the environment, nor its sandbox', async () => {
    const file = 'upstream:\n  apiUrl: https://api.example\n  loginUrl: https://login.example\n';
    const ofRegion = await examine(file, { GENESYSCLOUD_REGION: 'eu-west-1' });
    expect(ofRegion.config?.upstream.target?.apiUrl).toBe('https://api.mypurecloud.ie');
    const ofSandbox = await examine(file, { SANDBOX: '1' });
    expect(ofSandbox.problems).toEqual([]);
    expect(ofSandbox.config?.upstream.target).toBeNull();
  });

  test('does not contradict how the environment authenticates callers', async () => {
    const file = 'upstream: { region: eu-west-1, accessToken: abc }\nauth: { none: i-know }\n';
    const hash = 'a'.repeat(64);
    const { config, problems } = await examine(file, { AUTH_API_KEY_HASHES: hash });
    expect(problems).toEqual([]);
    expect(config?.auth.authentication?.apiKeys).toEqual([{ hash, scopes: [] }]);
  });

  test.each(['off', '0', 'false'])(
    'keeps its upstream when the environment has SANDBOX=%s: nobody asks for invented data',
    async (SANDBOX) => {
      const { config, problems } = await examine('upstream: { region: eu-west-1 }\n', { SANDBOX });
      expect(problems).toEqual([]);
      expect(config?.upstream.target?.apiUrl).toBe('https://api.mypurecloud.ie');
    },
  );

  test.each([`apiKeyHashes: [${'a'.repeat(64)}]`, 'jwksUrl: https://a.example, issuer: a, audience: b'])(
    'keeps its authentication beside AUTH_NONE of the environment, which is a problem: %s',
    async (auth) => {
      const file = `upstream: { region: eu-west-1, accessToken: abc }\nserver: { host: 0.0.0.0 }\nauth: { ${auth} }\n`;
      const { config, problems } = await examine(file, { AUTH_NONE: 'i-know' });
      expect(config).toBeNull();
      expect(problems).toEqual([
        expect.stringMatching(/^Either AUTH_NONE or auth\.\S.* can be set, not both\.$/),
      ]);
    },
  );

  test('is warned of for each setting that the environment replaces', async () => {
    const file = 'upstream: { apiUrl: https://api.example, clientId: a, clientSecret: b }\n';
    const env = { GENESYSCLOUD_REGION: 'eu-west-1', GENESYSCLOUD_ACCESS_TOKEN: 'abc', MAX_DEPTH: '3' };
    const { warnings } = await examine(file, env);
    expect(warnings.filter((warning) => warning.includes('is not used'))).toEqual([
      'upstream.apiUrl of the file is not used: GENESYSCLOUD_REGION of the environment replaces it.',
      'upstream.clientId of the file is not used: GENESYSCLOUD_ACCESS_TOKEN of the environment replaces it.',
      'upstream.clientSecret of the file is not used: GENESYSCLOUD_ACCESS_TOKEN of the environment replaces it.',
    ]);
  });

  test('has paths that are relative to its folder, and secrets in files of their own', async () => {
    const file = `
upstream: { region: eu-west-1, clientId: a, clientSecretFile: secret }
operations: { trustedDocuments: { mode: prefer, file: documents.json } }
`;
    const { config, given, problems } = await examine(file, {}, { secret: 'b\n' });
    expect(problems).toEqual([]);
    expect(config?.upstream.target?.credentials).toMatchObject({ clientSecret: 'b' });
    expect(config?.operations.trustedDocuments?.file).toMatch(/gateway-config-[^/]+\/documents\.json$/);
    expect(given.originOf('GENESYSCLOUD_OAUTHCLIENT_SECRET')).toMatchObject({ kind: 'file', line: 2 });
  });

  test.each([
    ['upstream: [', [/gateway\.yaml, line 1: /]],
    [
      'upstream:\n  region: eu-west-1\n  region: us-east-1\n',
      [/gateway\.yaml, line 3: Map keys must be unique\./],
    ],
    ['upstream: {}\n---\nserver: {}\n', [/gateway\.yaml, line 2: a file of settings has one document\.$/]],
    ['- a\n', [/^What is given must be an object of options\.$/]],
    [
      'upstream:\n  clientSecret: a\n  clientSecretFile: b\n',
      [
        /^Either upstream\.clientSecret or upstream\.clientSecretFile can be set/,
        /^upstream\.region|^GENESYSCLOUD/,
        /./,
      ],
    ],
    [
      'upstream:\n  region: eu-west-1\n  clientId: 0123\n  clientSecret: b\n',
      [/^upstream\.clientId must be a text, in quotes/],
    ],
    [
      'upstream:\n  region: eu-west-1\n  accessTokenFile: nowhere\n',
      [/^upstream\.accessToken(File)? names .*nowhere, which cannot be read/],
    ],
    [
      'a: &a [x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c, *c]\n',
      [/cannot be read: Excessive alias count/],
    ],
    [`# ${'x'.repeat(1024 * 1024)}`, [/has more than 1048576 bytes/]],
  ])('that is wrong is told by place: %j', async (text, expected) => {
    const { problems, config } = await examine(text);
    expect(config).toBeNull();
    for (const [index, each] of expected.entries()) expect(problems[index]).toMatch(each);
  });

  test('that is not there, or a folder, is told by name', async () => {
    for (const file of ['/nowhere/gateway.yaml', tmpdir()]) {
      const { problems } = await examineConfig({ env: {}, file });
      expect(problems[0]).toMatch(new RegExp(`^--config names ${file}, which cannot be read: `));
    }
  });

  test.each([
    'upstream: { region: eu-west-1 }',
    'server: { port: 4001, graphiql: true, corsOrigins: [https://a.example] }',
    'server: { port: "4001", graphiql: on }',
    'cache: { maxBytes: 0, ttlSeconds: { user: 5s, queue: 10 } }',
    'operations: { cardinalities: { usersPerList: 3 } }',
    'server: { port: 70000 }',
    'server: { prot: 4000 }',
    'cache: { maxBytes: 1.5 }',
    'cache: { ttlSeconds: { user: 5d } }',
    'server: { graphiql: perhaps }',
    'telemetry: { logLevel: loud }',
    'telemetry: { tracesRatio: 2 }',
    'upstream: { region: 5 }',
    'operations: { cardinalities: { users: 3 } }',
    'redis:',
  ])('is judged by the JSON Schema as by the gateway: %s', async (text) => {
    const { parse } = await import('yaml');
    const validate = new Ajv2020({ strict: false }).compile(configSchema());
    const { problems } = await examine(text);
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(problems.length === 0);
  });
});

describe('the report of settings', () => {
  test('has each setting with its value, where it comes from and its default', async () => {
    const { given, config } = await examine('operations:\n  limits:\n    maxDepth: 10\n', {
      MAX_ALIASES: '5',
    });
    const report = new Map(reportOf(given, config).map((each) => [each.name, each]));
    expect([...report.keys()]).toEqual(settingNames);
    expect(report.get('MAX_DEPTH')).toMatchObject({
      value: '10',
      origin: expect.stringMatching(/gateway\.yaml:3$/),
      default: '12',
    });
    expect(report.get('MAX_ALIASES')).toMatchObject({ value: '5', origin: 'environment: MAX_ALIASES' });
    expect(report.get('GRAPHIQL')).toMatchObject({ value: 'on', origin: 'derived', default: null });
    expect(report.get('UPSTREAM_TIMEOUT_MS')).toMatchObject({ value: '5000', unit: 'ms' });
  });

  test('never has a secret, wherever it comes from', async () => {
    const secret = 'a-secret-that-nobody-may-see-0123456789';
    const env = Object.fromEntries(secretSettings.map((name) => [name, `http://${secret}`]));
    const { given, config, problems } = await examineConfig({ env, file: null });
    expect(JSON.stringify([reportOf(given, config), problems])).not.toContain(secret);
  });
});

function nested(path: string, value: unknown): Record<string, object> {
  const [slice = '', ...rest] = path.split('.');
  const inner = rest.reduceRight<unknown>((innermost, key) => ({ [key]: innermost }), value);
  return { [slice]: Object(inner) };
}
