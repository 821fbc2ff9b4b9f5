import { createServer } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../../src/lib/clock.ts';
import { proxyAddressOf } from '../../../../src/lib/proxy-address.ts';
import { Cancellation } from '../../../../src/lib/signal.ts';
import { trusting } from '../../../../src/lib/trusted-authorities.ts';
import { Turns } from '../../../../src/lib/turns.ts';
import { Http } from '../../../../src/upstream/http/http.ts';
import { ProxyError } from '../../../../src/upstream/http/proxy-pool.ts';
import { type Obstacle, reachFailureOf } from '../../../../src/upstream/http/reach.ts';
import { certificateAuthority } from '../../../support/certificates.ts';
import { listeningForTest } from '../../../support/listening.ts';
import { proxyForTest, withCredentials } from '../../../support/proxy.ts';
import { securedForTest } from '../../../support/secured.ts';

function failed(code: string): Error {
  return Object.assign(new Error('with an address: 10.0.0.1'), { code });
}

test.each<[string, Obstacle]>([
  ['ENOTFOUND', 'name'],
  ['EAI_AGAIN', 'name'],
  ['ECONNREFUSED', 'refused'],
  ['EHOSTUNREACH', 'route'],
  ['ENETUNREACH', 'route'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'untrusted'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'untrusted'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'untrusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'untrusted'],
  ['CERT_HAS_EXPIRED', 'expired'],
  ['CERT_NOT_YET_VALID', 'expired'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'otherName'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'noTls'],
  ['EPROTO', 'noTls'],
  ['ETIMEDOUT', 'time'],
  ['UND_ERR_CONNECT_TIMEOUT', 'time'],
  ['ECONNRESET', 'broken'],
  ['UND_ERR_SOCKET', 'broken'],
])(
  'a connection that fails with %s has the obstacle %s, and at a proxy one of the proxy',
  (code, obstacle) => {
    expect(reachFailureOf(failed(code))).toEqual({ obstacle, code });
    const atProxy = reachFailureOf(new ProxyError('p.example:3128', null, { cause: failed(code) }));
    expect(atProxy.obstacle).toMatch(/^proxy/);
    expect(atProxy.code).toBe(code);
  },
);

test('a code that is none, or has an address, is left out', () => {
  for (const code of ['10.0.0.1', 'lower', 7]) {
    expect(reachFailureOf(Object.assign(new Error('no'), { code }))).toEqual({
      obstacle: 'broken',
      code: null,
    });
  }
});

test.each([
  [407, 'proxyCredentials'],
  [403, 'proxyRefusal'],
  [502, 'proxyRefusal'],
])('a proxy that answers with %i has the obstacle %s', (status, obstacle) => {
  expect(reachFailureOf(new ProxyError('p.example:3128', status))).toEqual({
    obstacle,
    code: `status ${status}`,
  });
});

describe('a real connection', () => {
  const authority = certificateAuthority();

  async function outcomeOf(url: string, settings: { proxy?: string; ca?: string } = {}): Promise<unknown> {
    const seen: unknown[] = [];
    const http = new Http(5_000, new Turns(systemClock), 4, {
      wayTo: () => (settings.proxy === undefined ? null : proxyAddressOf(settings.proxy)),
      secureContext: trusting(settings.ca === undefined ? [] : [settings.ca]),
      observer: {
        failed: (host, proxy, { obstacle }) => seen.push([host, proxy, obstacle]),
        reached: (host, proxy) => seen.push([host, proxy, 'reached']),
      },
    });
    onTestFinished(() => http.dispose());
    await http.exchange(new URL(url), { method: 'GET', headers: {} }, new Cancellation()).catch(() => null);
    expect(seen).toHaveLength(1);
    return seen[0];
  }

  test('to a name that nobody has', async () => {
    expect(await outcomeOf('https://nobody.invalid')).toEqual(['nobody.invalid', null, 'name']);
  });

  test('to a port on which nobody listens', async () => {
    expect(await outcomeOf('http://127.0.0.1:1')).toEqual(['127.0.0.1:1', null, 'refused']);
  });

  test('to a server that speaks no TLS', async () => {
    const { host } = new URL(await listeningForTest(createServer()));
    expect(await outcomeOf(`https://${host}`)).toEqual([host, null, 'noTls']);
  });

  test('to a certificate that is not trusted, that is for another name, and that is right', async () => {
    const url = await listeningForTest((_request, response) => response.end());
    const host = `127.0.0.1:${await securedForTest(url, authority.issue('127.0.0.1'))}`;
    const other = `127.0.0.1:${await securedForTest(url, authority.issue('other.example'))}`;
    expect(await outcomeOf(`https://${host}`)).toEqual([host, null, 'untrusted']);
    expect(await outcomeOf(`https://${other}`, { ca: authority.cert })).toEqual([other, null, 'otherName']);
    expect(await outcomeOf(`https://${host}`, { ca: authority.cert })).toEqual([host, null, 'reached']);
  });

  test('through a proxy that refuses, is not trusted, is not there, has no name, and serves', async () => {
    const { host } = new URL(await listeningForTest((_request, response) => response.end()));
    const url = `http://${host}`;
    const refusing = await proxyForTest({ behaviour: 'refuse' });
    expect(await outcomeOf(url, { proxy: refusing.url })).toEqual([host, refusing.name, 'proxyRefusal']);
    const strict = await proxyForTest({ credentials: 'u:p' });
    expect(await outcomeOf(url, { proxy: strict.url })).toEqual([host, strict.name, 'proxyCredentials']);
    expect(await outcomeOf(url, { proxy: withCredentials(strict, 'u:p') })).toEqual([
      host,
      strict.name,
      'reached',
    ]);
    const secure = await proxyForTest({ certificate: authority.issue('127.0.0.1') });
    expect(await outcomeOf(url, { proxy: secure.url })).toEqual([host, secure.name, 'proxyUntrusted']);
    expect(await outcomeOf(url, { proxy: 'http://127.0.0.1:1' })).toEqual([host, '127.0.0.1:1', 'proxyAway']);
    expect(await outcomeOf(url, { proxy: 'http://nobody.invalid' })).toEqual([
      host,
      'nobody.invalid:80',
      'proxyName',
    ]);
  });
});
