import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../src/config/config.ts';
import { ConfigError } from '../../../src/config/config-error.ts';
import { regions, readRegion } from '../../../src/config/regions.ts';

const client = { GENESYSCLOUD_OAUTHCLIENT_ID: 'a-client', GENESYSCLOUD_OAUTHCLIENT_SECRET: 'a-secret' };

/** Base of the API and token endpoint that an environment leads to. */
function addressesOf(env: Readonly<Record<string, string>>) {
  const { target } = parseConfig({ ...client, ...env }).upstream;
  return [target?.apiUrl, target?.credentials.mode === 'client' ? target.credentials.tokenUrl : null];
}

/** The only problem of an environment. */
function problemOf(env: Readonly<Record<string, string>>): string {
  try {
    parseConfig(env);
  } catch (error) {
    if (error instanceof ConfigError && error.problems.length === 1) return error.problems[0] ?? '';
    throw error;
  }
  return '';
}

describe('a region', () => {
  test.each([...regions])(
    '%s is the same by its name and by its domain, in each way of writing them',
    (name, domain) => {
      const ways = [
        name,
        name.toUpperCase(),
        name.replaceAll('-', '_'),
        name.replaceAll('-', ' '),
        name.replaceAll('-', '.'),
        ` ${name}/ `,
        `${name}.`,
        domain,
        `${domain.toUpperCase()}.`,
        `apps.${domain}`,
        `login.${domain}`,
        `api.${domain}`,
        `developer.${domain}:443`,
        `https://apps.${domain}/`,
        `http://apps.${domain}`,
        `https://apps.${domain}/directory/#/engage/admin/campaigns`,
        `https://login.${domain}/#/authenticate-adv/org/ours?rid=1`,
        `https://api.${domain}/api/v2/`,
      ];
      for (const GENESYSCLOUD_REGION of ways) {
        expect(addressesOf({ GENESYSCLOUD_REGION }), GENESYSCLOUD_REGION).toEqual([
          `https://api.${domain}`,
          `https://login.${domain}/oauth/token`,
        ]);
      }
    },
  );

  test.each([
    ['a-new-region.example', 'a-new-region.example'],
    ['apne4.pure.cloud', 'apne4.pure.cloud'],
    ['apps.apne4.pure.cloud', 'apne4.pure.cloud'],
    ['mypurecloud.fr', 'mypurecloud.fr'],
    ['api.gateway.example', 'gateway.example'],
  ])('%s may be a new one', (GENESYSCLOUD_REGION, domain) => {
    expect(addressesOf({ GENESYSCLOUD_REGION })[0]).toBe(`https://api.${domain}`);
  });

  test.each([
    ['eu-west-99', 'eu-west-1 or eu-west-2'],
    ['eu-west', 'eu-west-1 or eu-west-2'],
    ['eu-wset-1', 'eu-west-1'],
    ['eu-west-1a', 'eu-west-1'],
    ['euwest2', 'eu-west-2'],
    ['euw2', 'eu-west-2'],
    ['usw2', 'us-west-2'],
    ['mypureclod.ie', 'mypurecloud.ie'],
    ['usw2.purecloud', 'usw2.pure.cloud'],
    ['our-org.mypurecloud.com.au', 'mypurecloud.com.au'],
    ['https://our-org.euw2.pure.cloud/x', 'euw2.pure.cloud'],
  ])('%s is refused, and %s named', (GENESYSCLOUD_REGION, likely) => {
    const problem = problemOf({ GENESYSCLOUD_REGION });
    expect(problem).toMatch(/^GENESYSCLOUD_REGION must be a domain, or one of us-east-1, .*ap-northeast-3, /);
    expect(problem).toContain(`ap-northeast-3, probably ${likely}; it is "${GENESYSCLOUD_REGION}".`);
  });

  test.each(['pure.cloud', 'login.pure.cloud', 'us-gov-pure.cloud', 'localhost', 'nowhere', 'mypurecloud'])(
    '%s is refused without a guess',
    (GENESYSCLOUD_REGION) => {
      expect(problemOf({ GENESYSCLOUD_REGION })).toMatch(/ap-northeast-3; it is "/);
    },
  );

  test('that is a URL of another host is refused, and the setting for it named', () => {
    expect(problemOf({ GENESYSCLOUD_REGION: 'https://gateway.example/genesys' })).toContain(
      'a URL is for GENESYSCLOUD_API_URL; it is "https://gateway.example/genesys".',
    );
  });

  test.each(['https://user:hush@apps.mypurecloud.ie', 'https://a.example?access_token=hush'])(
    'that is the URL %s is not shown',
    (GENESYSCLOUD_REGION) => {
      expect(problemOf({ GENESYSCLOUD_REGION })).toMatch(/it is the value given\.$/);
    },
  );
});

describe('the URL of the API', () => {
  test.each([
    ['https://api.mypurecloud.ie', 'https://api.mypurecloud.ie'],
    ['https://api.mypurecloud.ie/', 'https://api.mypurecloud.ie'],
    ['https://API.mypurecloud.ie:443/api/v2', 'https://api.mypurecloud.ie'],
    ['https://api.mypurecloud.ie//api/v2//', 'https://api.mypurecloud.ie'],
    ['https://gateway.example/genesys', 'https://gateway.example/genesys'],
    ['https://gateway.example/genesys/', 'https://gateway.example/genesys'],
    ['https://gateway.example/genesys/api/v2', 'https://gateway.example/genesys'],
    ['https://gateway.example:8443/api/v2/', 'https://gateway.example:8443'],
    ['https://gateway.example/api/v20', 'https://gateway.example/api/v20'],
    ['https://vpce-1.mypurecloud.ie', 'https://vpce-1.mypurecloud.ie'],
    ['http://localhost:4100/api/v2', 'http://localhost:4100'],
  ])('%s means %s', (GENESYSCLOUD_API_URL, apiUrl) => {
    expect(parseConfig({ GENESYSCLOUD_API_URL }).upstream.target?.apiUrl).toBe(apiUrl);
  });

  test.each([
    'https://apps.mypurecloud.ie',
    'https://login.mypurecloud.ie/',
    'https://developer.mypurecloud.ie',
    'https://mypurecloud.ie',
    'https://apps.mypurecloud.ie/api/v2',
    'https://api.mypurecloud.ie/api/v2/users',
    'https://api.mypurecloud.ie./',
  ])('%s is refused, and that of its region named', (GENESYSCLOUD_API_URL) => {
    expect(problemOf({ GENESYSCLOUD_API_URL })).toBe(
      'GENESYSCLOUD_API_URL must be the base of the REST API, probably https://api.mypurecloud.ie; it is the value given.',
    );
  });

  test.each([
    'eu-west-1',
    'EU_WEST_1',
    'mypurecloud.ie',
    'api.mypurecloud.ie',
    'http://api.mypurecloud.ie',
    'https://apps.mypurecloud.ie/#/x',
  ])('%s is refused, and that of its region named', (GENESYSCLOUD_API_URL) => {
    expect(problemOf({ GENESYSCLOUD_API_URL })).toMatch(
      / and query, probably https:\/\/api\.mypurecloud\.ie; it is /,
    );
  });
});

describe('the URL of the login', () => {
  const api = { GENESYSCLOUD_API_URL: 'https://gateway.example', ...client };

  test.each([
    'https://login.mypurecloud.ie',
    'https://login.mypurecloud.ie/',
    'https://login.mypurecloud.ie/oauth/token',
  ])('%s is understood', (GENESYSCLOUD_LOGIN_URL) => {
    expect(addressesOf({ ...api, GENESYSCLOUD_LOGIN_URL })[1]).toBe(
      'https://login.mypurecloud.ie/oauth/token',
    );
  });

  test.each([
    'https://api.mypurecloud.ie',
    'https://apps.mypurecloud.ie/',
    'https://mypurecloud.ie',
    'https://login.mypurecloud.ie/oauth/authorize',
    'https://login.mypurecloud.ie/#/authenticate',
    'login.mypurecloud.ie',
    'eu-west-1',
  ])('%s is refused, and that of its region named', (GENESYSCLOUD_LOGIN_URL) => {
    expect(problemOf({ ...api, GENESYSCLOUD_LOGIN_URL })).toMatch(
      /^GENESYSCLOUD_LOGIN_URL must be .*, probably https:\/\/login\.mypurecloud\.ie; it is the value given\.$/,
    );
  });
});

test.each(['mypurecloud.co', 'mypurecloud.comm', 'login.mypurecloud.com.a', 'https://apps.mypurecloud.i/'])(
  'a domain with a letter too few or too many is no new region: %s',
  (text) => {
    expect(readRegion(text)).toHaveProperty('likely');
  },
);

test('a domain with another letter may be a new region', () => {
  expect(readRegion('mypurecloud.fr')).toEqual({ domain: 'mypurecloud.fr' });
});
