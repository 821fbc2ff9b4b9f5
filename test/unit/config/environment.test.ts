import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../../../src/config/config.ts';
import { unusedVendorVariables } from '../../../src/config/environment.ts';
import { secretSettings, settingNames } from '../../../src/config/settings.ts';
import { developersShell, podsEnvironment } from './environments.ts';
import { problemsOf } from './problems-of.ts';

describe('the environment of other programs', () => {
  test('in a pod changes nothing, whatever the services of the cluster are called', () => {
    expect(Object.keys(podsEnvironment).length).toBeGreaterThan(80);
    expect(parseConfig(podsEnvironment)).toEqual(
      parseConfig({ GENESYSCLOUD_REGION: 'eu-west-1', HOST: '0.0.0.0', PORT: '4000' }),
    );
  });

  test('in a shell changes nothing', () => {
    expect(Object.keys(developersShell).length).toBeGreaterThan(60);
    expect(parseConfig(developersShell)).toEqual(parseConfig({}));
  });

  test.each(['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'http_proxy', 'no_proxy', 'GENESYSCLOUD_PROXY_HOST'])(
    'may have %s, which is of the way out',
    (name) => {
      expect(problemsOf({ [name]: 'localhost' }).filter((each) => each.includes('is no setting'))).toEqual(
        [],
      );
    },
  );

  test.each(settingNames)('leaves %s alone, which is a setting, and so no misspelt other one', (name) => {
    const told = problemsOf({ ...podsEnvironment, [name]: 'a value' });
    expect(told.filter((problem) => problem.includes('is no setting'))).toEqual([]);
  });
});

describe('a variable that is not a setting', () => {
  test.each([
    ['GENESYSCLOUD_REGON', 'GENESYSCLOUD_REGION'],
    ['GENESYSCLOUD_REIGON', 'GENESYSCLOUD_REGION'],
    ['GENESYS_CLOUD_REGION', 'GENESYSCLOUD_REGION'],
    ['genesyscloud_region', 'GENESYSCLOUD_REGION'],
    ['GENESYSCLOUD_ENVIRONMENT', 'GENESYSCLOUD_REGION'],
    ['GENESYSCLOUD_CLIENT_ID', 'GENESYSCLOUD_OAUTHCLIENT_ID'],
    ['GENESYSCLOUD_CLIENT_SECRET', 'GENESYSCLOUD_OAUTHCLIENT_SECRET'],
    ['GENESYSCLOUD_OAUTHCLIENT_SECRET_FLIE', 'GENESYSCLOUD_OAUTHCLIENT_SECRET_FILE'],
    ['GENESYSCLOUD_GATEWAY_HOTS', 'GENESYSCLOUD_GATEWAY_HOST'],
    ['CACHE_TTL_USR_SECONDS', 'CACHE_TTL_USER_SECONDS'],
    ['CACHE_TTL_USERS_SECONDS', 'CACHE_TTL_USER_SECONDS'],
    ['CACHE_TTL_USER_SKILL_SECONDS', 'CACHE_TTL_USER_SKILLS_SECONDS'],
    ['CACHE_TTL_WRAPUPCODE_SECONDS', 'CACHE_TTL_WRAP_UP_CODE_SECONDS'],
    ['UPSTREAM_TIMEOUT', 'UPSTREAM_TIMEOUT_MS'],
    ['INTERACTIONS_MAX_AGE', 'INTERACTIONS_MAX_AGE_MS'],
    ['TRUSTED_DOCUMENTS_FIEL', 'TRUSTED_DOCUMENTS_FILE'],
    ['METRIC_PORT', 'METRICS_PORT'],
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['ALLOWED_HOST', 'ALLOWED_HOSTS'],
    ['REDIS_URI', 'REDIS_URL'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['RELPICAS', 'REPLICAS'],
    ['AUTH_API_KEYS_HASHES', 'AUTH_API_KEY_HASHES'],
  ])('%s is refused, and %s named', (name, likely) => {
    expect(problemsOf({ [name]: 'x' })).toEqual([`${name} is not a setting: ${likely} is probably meant.`]);
  });

  test('has both names that it may stand for', () => {
    expect(problemsOf({ CACHE_TTL_USER: '5' })).toEqual([
      'CACHE_TTL_USER is not a setting: CACHE_TTL_USER_SECONDS or CACHE_TTL_USER_SKILLS_SECONDS is probably meant.',
    ]);
  });

  test('is refused without a name when it is near to none', () => {
    expect(problemsOf({ UPSTREAM_X: '5' })).toEqual(['UPSTREAM_X is not a setting.']);
  });

  test('is left alone when it is empty, or when its name is only near to a short one', () => {
    expect(
      problemsOf({ GENESYSCLOUD_REGON: ' ', POST: '1', HOSTS: 'a', PORTS: '2', SANDBOXES: '3' }),
    ).toEqual([]);
  });

  test('is left alone when it is another name for a setting that is set', () => {
    const env = { GENESYSCLOUD_REGION: 'eu-west-1', GENESYSCLOUD_ENVIRONMENT: 'mypurecloud.ie' };
    expect(problemsOf(env)).toEqual([]);
  });

  test('is reported along with everything else', () => {
    expect(problemsOf({ PORT: 'x', UPSTREAM_CONCURENCY: '4', CACHE_MAX_BYTE: '1' })).toEqual([
      'UPSTREAM_CONCURENCY is not a setting: UPSTREAM_CONCURRENCY is probably meant.',
      'CACHE_MAX_BYTE is not a setting: CACHE_MAX_BYTES is probably meant.',
      expect.stringMatching(/^PORT must be/),
    ]);
  });

  test('never has its value shown', () => {
    expect(problemsOf({ GENESYSCLOUD_ACESS_TOKEN: 'hush' }).join()).not.toContain('hush');
  });
});

describe('a secret in a file', () => {
  /** Path of a file with this text, removed with the test. */
  function fileForTest(text: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'secret');
    writeFileSync(path, text);
    return path;
  }

  const values: Readonly<Record<string, string>> = {
    GENESYSCLOUD_API_URL: 'https://api.example',
    GENESYSCLOUD_LOGIN_URL: 'https://login.example',
    GENESYSCLOUD_OAUTHCLIENT_SECRET: 'hush',
    GENESYSCLOUD_ACCESS_TOKEN: 'hush-token',
    AUTH_JWKS_URL: 'https://issuer.example/keys',
    AUTH_API_KEY_HASHES: '5'.repeat(64),
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
    REDIS_URL: 'redis://:hush@redis:6379',
    REDIS_PEPPER: 'p'.repeat(32),
    HTTPS_PROXY: 'http://me:hush@proxy.example:3128',
    HTTP_PROXY: 'http://me:hush@proxy.example:3128',
    GENESYSCLOUD_PROXY_AUTH_USERNAME: 'me',
    GENESYSCLOUD_PROXY_AUTH_PASSWORD: 'hush',
  };
  const along: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    GENESYSCLOUD_OAUTHCLIENT_SECRET: { GENESYSCLOUD_OAUTHCLIENT_ID: 'a-client' },
    AUTH_JWKS_URL: { AUTH_ISSUER: 'https://issuer.example/', AUTH_AUDIENCE: 'gateway' },
    REDIS_URL: { REDIS_PEPPER: 'p'.repeat(32) },
    REDIS_PEPPER: { REDIS_URL: 'redis://redis' },
    GENESYSCLOUD_PROXY_AUTH_USERNAME: { GENESYSCLOUD_PROXY_HOST: 'proxy.example' },
    GENESYSCLOUD_PROXY_AUTH_PASSWORD: {
      GENESYSCLOUD_PROXY_HOST: 'proxy.example',
      GENESYSCLOUD_PROXY_AUTH_USERNAME: 'me',
    },
  };
  const upstream = (name: string) =>
    name.endsWith('_API_URL') ||
    name.startsWith('OTEL_') ||
    name.startsWith('REDIS_') ||
    name.startsWith('AUTH_')
      ? {}
      : { GENESYSCLOUD_REGION: 'eu-west-1' };

  test.each(secretSettings)('is read for %s, without the line break at its end', (name) => {
    const value = values[name] ?? '';
    expect(value).not.toBe('');
    const env = { ...upstream(name), ...along[name] };
    expect(parseConfig({ ...env, [`${name}_FILE`]: fileForTest(`${value}\n`) })).toEqual(
      parseConfig({ ...env, [name]: value }),
    );
  });

  test('is refused when it cannot be read or is empty, and is the only problem then', () => {
    const GENESYSCLOUD_REGION = 'eu-west-1';
    const empty = fileForTest('\n');
    expect(problemsOf({ GENESYSCLOUD_REGION, GENESYSCLOUD_ACCESS_TOKEN_FILE: '/nowhere/token' })).toEqual([
      expect.stringMatching(
        /^GENESYSCLOUD_ACCESS_TOKEN_FILE names \/nowhere\/token, which cannot be read: ENOENT/,
      ),
    ]);
    expect(problemsOf({ GENESYSCLOUD_REGION, GENESYSCLOUD_ACCESS_TOKEN_FILE: tmpdir() })).toEqual([
      expect.stringMatching(/which cannot be read: EISDIR/),
    ]);
    expect(problemsOf({ REDIS_URL: 'redis://redis', REDIS_PEPPER_FILE: empty })).toEqual([
      `REDIS_PEPPER_FILE names ${empty}, which is empty.`,
    ]);
  });

  test('is refused along with the variable itself', () => {
    expect(
      problemsOf({
        GENESYSCLOUD_REGION: 'eu-west-1',
        GENESYSCLOUD_ACCESS_TOKEN: 'a-token',
        GENESYSCLOUD_ACCESS_TOKEN_FILE: fileForTest('a-token'),
      }),
    ).toEqual(['Either GENESYSCLOUD_ACCESS_TOKEN or GENESYSCLOUD_ACCESS_TOKEN_FILE can be set, not both.']);
  });

  test('is checked like any other value, and not shown', () => {
    const problems = problemsOf({ REDIS_URL_FILE: fileForTest('hush'), REDIS_PEPPER: 'p'.repeat(32) });
    expect(problems).toEqual([
      expect.stringMatching(/^REDIS_URL must be a URL .*; it is the value given\.$/),
    ]);
  });

  test.each(['AUTH_ISSUER', 'GENESYSCLOUD_REGION', 'PORT'])(
    'is not to be had for %s, which is no secret',
    (name) => {
      expect(problemsOf({ [`${name}_FILE`]: fileForTest('x') })).toEqual([
        `${name}_FILE is not a setting: only secrets are read from files, so set ${name}.`,
      ]);
    },
  );
});

describe('the API gateway of the vendor’s tools', () => {
  const client = { GENESYSCLOUD_OAUTHCLIENT_ID: 'a-client', GENESYSCLOUD_OAUTHCLIENT_SECRET: 'a-secret' };
  const HOST = { GENESYSCLOUD_GATEWAY_HOST: 'gateway.example' };
  const addressesOf = (env: Readonly<Record<string, string>>) => {
    const { target } = parseConfig({ ...client, ...env }).upstream;
    return [target?.apiUrl, target?.credentials.mode === 'client' ? target.credentials.tokenUrl : null];
  };

  test.each([
    [{}, 'https://gateway.example', 'https://gateway.example/oauth/token'],
    [
      { GENESYSCLOUD_REGION: 'eu-west-1', GENESYSCLOUD_GATEWAY_PORT: '8443' },
      'https://gateway.example:8443',
      'https://gateway.example:8443/oauth/token',
    ],
    [
      { GENESYSCLOUD_GATEWAY_PATH_NAME: 'api', GENESYSCLOUD_GATEWAY_PATH_VALUE: '/genesys' },
      'https://gateway.example/genesys',
      'https://gateway.example/oauth/token',
    ],
    [
      { GENESYSCLOUD_GATEWAY_PATH_NAME: 'login', GENESYSCLOUD_GATEWAY_PATH_VALUE: 'genesys' },
      'https://gateway.example',
      'https://gateway.example/genesys/oauth/token',
    ],
    [
      { GENESYSCLOUD_LOGIN_URL: 'https://login.example' },
      'https://gateway.example',
      'https://login.example/oauth/token',
    ],
    [
      { GENESYSCLOUD_API_URL: 'https://api.example', GENESYSCLOUD_LOGIN_URL: 'https://login.example' },
      'https://api.example',
      'https://login.example/oauth/token',
    ],
  ])('with %j is called at %s', (env, apiUrl, tokenUrl) => {
    expect(addressesOf({ ...HOST, ...env })).toEqual([apiUrl, tokenUrl]);
  });

  test('may be called without TLS on loopback only', () => {
    const plain = { GENESYSCLOUD_GATEWAY_PROTOCOL: 'http', GENESYSCLOUD_GATEWAY_PORT: '80' };
    expect(parseConfig({ ...plain, GENESYSCLOUD_GATEWAY_HOST: 'localhost' }).upstream.target?.apiUrl).toBe(
      'http://localhost',
    );
    expect(problemsOf({ ...plain, ...HOST })).toEqual([
      expect.stringMatching(/^GENESYSCLOUD_GATEWAY_HOST must be a host name, and make an https URL/),
    ]);
    expect(problemsOf({ ...client, GENESYSCLOUD_GATEWAY_HOST: 'user:hush@gateway.example' })).toEqual([
      expect.not.stringContaining('hush'),
    ]);
  });

  test('is left alone, and told of in the log, where its path is for something else', () => {
    const env = {
      ...HOST,
      GENESYSCLOUD_REGION: 'eu-west-1',
      GENESYSCLOUD_GATEWAY_PATH_NAME: 'other',
      GENESYSCLOUD_SDK_DEBUG: 'true',
      GENESYSCLOUD_PROXY_HOST: 'proxy.example',
    };
    expect(addressesOf(env)[0]).toBe('https://api.mypurecloud.ie');
    expect(unusedVendorVariables(env)).toEqual([
      'GENESYSCLOUD_GATEWAY_HOST',
      'GENESYSCLOUD_GATEWAY_PATH_NAME',
      'GENESYSCLOUD_SDK_DEBUG',
    ]);
    expect(unusedVendorVariables({ ...HOST, GENESYSCLOUD_GATEWAY_AUTH_USERNAME: 'a' })).toEqual([
      'GENESYSCLOUD_GATEWAY_AUTH_USERNAME',
    ]);
  });
});
