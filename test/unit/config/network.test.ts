import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../src/config/config.ts';
import { vendorProxySettings, waysOut } from '../../../src/config/network.ts';
import { certificateAuthority } from '../../support/certificates.ts';
import { fileForTest } from '../../support/secured.ts';
import { problemsOf } from './problems-of.ts';

const SECRET = 'hush-this-is-a-secret';

describe('a proxy', () => {
  test.each([
    ['of another scheme', 'HTTPS_PROXY', `socks5://user:${SECRET}@proxy.example:1080`],
    ['that is no URL', 'HTTP_PROXY', `http://user:${SECRET}@proxy.example:portless`],
    ['with a path', 'HTTPS_PROXY', `http://user:${SECRET}@proxy.example/path`],
    ['with a query', 'HTTPS_PROXY', `http://user:${SECRET}@proxy.example?query`],
    ['whose credentials are not percent-encoded', 'https_proxy', `http://user:%${SECRET}@proxy.example`],
    ['whose password ends the host', 'http_proxy', `http://user:#${SECRET}@proxy.example`],
  ])('%s is refused by the name of its variable, without its value', (_what, name, value) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(
      new RegExp(`^${name} must be an http or https URL of a proxy, .*; it is the value given\\.$`),
    );
    expect(problems[0]).not.toContain(SECRET);
  });

  test('in lower case counts before one in upper case', () => {
    const env = { HTTPS_PROXY: 'http://upper.example', https_proxy: 'http://lower.example' };
    expect(parseConfig(env).network.httpsProxy).toBe('http://lower.example');
  });

  test.each(vendorProxySettings.slice(1))(
    "by settings of the vendor's tools needs its host beside %s",
    (name) => {
      const value = name === 'GENESYSCLOUD_PROXY_PROTOCOL' ? 'https' : '8443';
      expect(problemsOf({ [name]: value })).toEqual([`GENESYSCLOUD_PROXY_HOST must be set with ${name}.`]);
    },
  );

  test("by settings of the vendor's tools is a host alone, which is no URL", () => {
    expect(problemsOf({ GENESYSCLOUD_PROXY_HOST: 'https://proxy.example:8443' })).toEqual([
      'GENESYSCLOUD_PROXY_HOST must be a host name or an address, without scheme and port; it is the value given.',
    ]);
  });

  test.each([
    [{ GENESYSCLOUD_PROXY_HOST: 'p.example' }, 'http://p.example/'],
    [
      {
        GENESYSCLOUD_PROXY_HOST: '::1',
        GENESYSCLOUD_PROXY_PORT: '8443',
        GENESYSCLOUD_PROXY_PROTOCOL: 'https',
      },
      'https://[::1]:8443/',
    ],
  ])("by settings of the vendor's tools, %j, is %s", (env, url) => {
    expect(parseConfig(env).network.upstreamProxy).toBe(url);
  });
});

describe('the way', () => {
  const API = 'https://api.mypurecloud.ie';
  const env = { HTTPS_PROXY: 'http://user:p%40ss@s.example:3128', HTTP_PROXY: 'https://p.example' };
  const names = (settings: Readonly<Record<string, string>>, isEmbedded = false) => {
    const wayTo = waysOut(parseConfig(settings).network, [API], isEmbedded);
    return (origin: string) => wayTo(origin)?.name ?? 'directly';
  };

  test('to https and to http is by a proxy of its own', () => {
    const way = names(env);
    expect([API, 'https://keys.example', 'http://127.0.0.1:4100'].map(way)).toEqual([
      's.example:3128',
      's.example:3128',
      'p.example:443',
    ]);
    const { HTTPS_PROXY, HTTP_PROXY } = env;
    expect(names({ HTTP_PROXY })(API)).toBe('directly');
    expect(names({ HTTPS_PROXY })('http://127.0.0.1:4100')).toBe('directly');
  });

  test("to the upstream is by the proxy of the vendor's tools, where it is set", () => {
    const way = names({ ...env, GENESYSCLOUD_PROXY_HOST: 'v.example', NO_PROXY: 'mypurecloud.de' });
    expect([API, 'https://keys.example', 'https://mypurecloud.de'].map(way)).toEqual([
      'v.example:80',
      's.example:3128',
      'directly',
    ]);
  });

  test('to the embedded sandbox is direct, whatever is set', () => {
    const way = names({ ...env, GENESYSCLOUD_PROXY_HOST: 'v.example' }, true);
    expect([API, 'https://keys.example'].map(way)).toEqual(['directly', 's.example:3128']);
  });

  test('has the credentials decoded, and a name without them', () => {
    const wayTo = waysOut(parseConfig(env).network, [API], false);
    expect(wayTo(API)).toEqual({
      origin: 'http://s.example:3128',
      name: 's.example:3128',
      authorization: `Basic ${Buffer.from('user:p@ss').toString('base64')}`,
    });
    expect(wayTo('http://127.0.0.1')).toHaveProperty('authorization', undefined);
  });
});

describe('CA_FILE', () => {
  test('may hold several certificates, with text between them', () => {
    const [one, other] = [certificateAuthority('one'), certificateAuthority('other')];
    const CA_FILE = fileForTest(`# one\n${one.cert}\n# other\n${other.cert}`);
    expect(parseConfig({ CA_FILE }).network.authorities.map((pem) => `${pem}\n`)).toEqual([
      one.cert,
      other.cert,
    ]);
  });

  test('that is not there, holds no PEM or a broken certificate is refused', () => {
    expect(problemsOf({ CA_FILE: '/nowhere/ca.pem' })).toEqual([
      expect.stringMatching(/^CA_FILE names \/nowhere\/ca\.pem, which cannot be read: ENOENT/),
    ]);
    const der = fileForTest('0\u0082');
    expect(problemsOf({ CA_FILE: der })).toEqual([
      `CA_FILE names ${der}, which holds no certificate in PEM.`,
    ]);
    const broken = fileForTest(
      `${certificateAuthority().cert}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
    );
    expect(problemsOf({ CA_FILE: broken })).toEqual([
      `CA_FILE names ${broken}, whose certificate 2 cannot be read.`,
    ]);
  });
});

test.each(['GENESYSCLOUD_PROXY_HOST', 'GENESYSCLOUD_PROXY_PORT'])(
  'credentials in the place of %s are not shown',
  (name) => {
    const problems = problemsOf({ GENESYSCLOUD_PROXY_HOST: 'proxy', [name]: `us:${SECRET}` });
    expect(problems).toHaveLength(1);
    expect(problems.join()).not.toContain(SECRET);
  },
);
