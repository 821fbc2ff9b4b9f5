import { describe, expect, test } from 'vitest';
import { examineConfig } from '../../../src/config/read-config.ts';

const region = { GENESYSCLOUD_REGION: 'eu-west-1' };
const service = { ...region, GENESYSCLOUD_ACCESS_TOKEN: 'abc' };
const keys = { AUTH_API_KEY_HASHES: 'a'.repeat(64) };
const redis = { REDIS_URL: 'redis://127.0.0.1', REDIS_PEPPER: 'p'.repeat(32) };

async function warningsFor(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { warnings, problems } = await examineConfig({ env, file: null });
  expect(problems).toEqual([]);
  return warnings;
}

describe('settings are warned of', () => {
  test.each([
    ['Redis without the number of replicas', { ...region, ...redis }, /^REDIS_URL is set without REPLICAS: /],
    ['replicas without Redis', { ...region, REPLICAS: '3' }, /^REPLICAS is 3 without REDIS_URL: /],
    [
      'callers that nobody authenticates',
      { ...service, HOST: '0.0.0.0', AUTH_NONE: 'i-know', AUTH_PII_SCOPE: 'x' },
      /^AUTH_NONE is set/,
    ],
    ['personal data for everybody', { ...service, ...keys }, /^AUTH_PII_SCOPE is not set/],
    ['a cache that asks first', { ...region, IDENTITY_PROOF_SECONDS: '0' }, /^IDENTITY_PROOF_SECONDS is 0/],
    [
      'TTLs without a cache',
      { ...region, CACHE_MAX_BYTES: '0', CACHE_TTL_USER_SECONDS: '5' },
      /^CACHE_MAX_BYTES is 0/,
    ],
    ['a reserve for nobody', { ...region, CALLER_RESERVE: '0.1' }, /^CALLER_RESERVE has no effect/],
    [
      'a page of plain http',
      { ...region, CORS_ORIGINS: 'http://app.example' },
      /^CORS_ORIGINS has an origin of plain http/,
    ],
    [
      'certificates that nobody checks',
      { ...region, NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      /^NODE_TLS_REJECT_UNAUTHORIZED is 0/,
    ],
    [
      'a password in clear',
      { ...region, ...redis, REDIS_URL: 'redis://:pass@redis', REPLICAS: '2' },
      /^REDIS_URL has a password/,
    ],
    ['a drain that is cut short', { ...region, DRAIN_SECONDS: '30' }, /^DRAIN_SECONDS is 30/],
    [
      'connections that are closed too soon',
      { ...region, HOST: '0.0.0.0', KEEP_ALIVE_SECONDS: '60' },
      /^KEEP_ALIVE_SECONDS is 60/,
    ],
    [
      'a manifest that is not read',
      { ...region, TRUSTED_DOCUMENTS: 'off', TRUSTED_DOCUMENTS_FILE: 'x.json' },
      /^TRUSTED_DOCUMENTS_FILE is not read/,
    ],
    [
      'reports for everybody',
      { ...region, HOST: '0.0.0.0', UPSTREAM_REPORT: 'on' },
      /^UPSTREAM_REPORT is on/,
    ],
  ])('%s', async (_what, env, warning) => {
    expect(await warningsFor(env)).toEqual([expect.stringMatching(warning)]);
  });

  test.each([
    ['none at all', {}],
    ['a region', region],
    ['a service with keys and a scope', { ...service, ...keys, AUTH_PII_SCOPE: 'pii', HOST: '0.0.0.0' }],
    ['replicas with Redis', { ...region, ...redis, REPLICAS: '2' }],
    ['pages of this machine', { ...region, CORS_ORIGINS: 'http://localhost:5173' }],
  ])('and not of what is usual: %s', async (_what, env) => {
    expect(await warningsFor(env)).toEqual([]);
  });

  test('by the names of options, where a file has them', async () => {
    const { givenSettings } = await import('../../../src/config/given.ts');
    const { givenByOptions, optionOf } = await import('../../../src/config/options.ts');
    const { configOf } = await import('../../../src/config/config.ts');
    const { warningsOf } = await import('../../../src/config/warnings.ts');
    const problems: string[] = [];
    const options = { upstream: { region: 'eu-west-1', replicas: 3 } };
    const given = givenSettings(
      new Map(),
      givenByOptions(options, { file: 'gateway.yaml', lineOf: () => null }, problems),
      optionOf,
    );
    const config = configOf(given, { ofProcess: null }, problems);
    expect(warningsOf(config, given, {})).toEqual([
      expect.stringMatching(/^upstream\.replicas is 3 without redis\.url: /),
    ]);
  });
});
