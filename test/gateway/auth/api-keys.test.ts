import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findApiKey, parseApiKeys } from '../../../src/identity/api-keys.ts';
import { parseConfig } from '../../../src/config/config.ts';
import { assembleGateway } from '../../../src/gateway.ts';
import { onlyError } from '../../support/answers.ts';
import { compileAtHit, graphqlRequest } from '../../support/gateway.ts';
import { issuerForTest, issuerKey, signed } from '../../support/issuer.ts';
import { listeningForTest } from '../../support/listening.ts';
import { bearer, serviceGatewayForTest } from '../../support/service-gateway.ts';

const USER = '{ user(id: "user-1") { name } }';
const userAnswer = { data: { user: { name: 'Name of user-1' } } };
const KEY = 'q9Jw+an/api~key==';
const OTHER = 'another-api-key';

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

describe('an API key', () => {
  const env = { AUTH_API_KEY_HASHES: `${hashOf(OTHER)}, sha256:${hashOf(KEY).toUpperCase()}` };

  test.each([
    ['in the x-api-key header', { 'x-api-key': KEY }],
    ['as a bearer token', bearer(KEY)],
    ['in the x-api-key header beside another bearer token', { 'x-api-key': KEY, ...bearer('nobody') }],
    ['when its hash is the first of the setting', { 'x-api-key': OTHER }],
  ])('is accepted %s', async (_how, headers) => {
    const { ask, calls } = await serviceGatewayForTest(env);
    expect(await ask(USER, headers)).toEqual(userAnswer);
    expect(calls()).toEqual({ login: 1, users: 1 });
  });

  test.each<[string, Record<string, string>]>([
    ['a request without credentials', {}],
    ['an empty header', { 'x-api-key': '' }],
    ['another key', { 'x-api-key': `${KEY}x` }],
    ['the beginning of the key', { 'x-api-key': KEY.slice(0, -1) }],
    ['the hash instead of the key', { 'x-api-key': hashOf(KEY) }],
    ['the hash as the setting has it', { 'x-api-key': `sha256:${hashOf(KEY).toUpperCase()}` }],
    ['the hash as a bearer token', bearer(hashOf(KEY))],
    ['another key as a bearer token', bearer('nobody')],
    ['the key with another scheme', { authorization: `Basic ${KEY}` }],
    ['a header with two keys', { 'x-api-key': `${KEY}, ${OTHER}` }],
    ['a bearer token beside a wrong key in the header', { 'x-api-key': 'nobody', ...bearer(KEY) }],
    ['the key in a cookie', { cookie: `x-api-key=${KEY}` }],
    ['a key of 100,000 characters', { 'x-api-key': 'x'.repeat(100_000) }],
  ])('is not recognized in %s', async (_what, headers) => {
    const { ask, calls } = await serviceGatewayForTest(env);
    const answer = await ask(USER, headers);
    expect(answer.data).toEqual({ user: null });
    const { message, extensions } = onlyError(answer);
    expect(extensions.code).toBe('UNAUTHENTICATED');
    expect(extensions).not.toHaveProperty('upstreamStatus');
    expect(JSON.stringify(answer)).not.toContain(hashOf(KEY));
    expect(JSON.stringify(answer)).not.toContain('nobody');
    expect(message).toMatch(
      /the gateway does not accept the credential of the request\.$| or an x-api-key header\.$/,
    );
    expect(calls()).toEqual({});
  });

  test('and a token are both accepted when both are configured, and the key decides when both are sent', async () => {
    const key = await issuerKey('key-1');
    const issuer = await issuerForTest(key);
    const { ask, calls } = await serviceGatewayForTest({ ...env, ...issuer.env });
    const token = await signed(key);
    for (const headers of [
      bearer(token),
      bearer(KEY),
      { 'x-api-key': KEY },
      { 'x-api-key': KEY, ...bearer(token) },
    ]) {
      expect(await ask(USER, headers)).toEqual(userAnswer);
    }
    calls();
    const mixed = await ask(USER, { 'x-api-key': 'nobody', ...bearer(token) });
    expect(onlyError(mixed).extensions.code).toBe('UNAUTHENTICATED');
    expect(calls()).toEqual({});
    expect(onlyError(await ask(USER)).message).toBe(
      'User: send an Authorization header with a token or an API key for the gateway as the bearer, or an x-api-key header.',
    );
  });

  test('is not read from the x-api-key header when no keys are configured', async () => {
    const key = await issuerKey('key-1');
    const issuer = await issuerForTest(key);
    const { ask } = await serviceGatewayForTest(issuer.env);
    expect(await ask(USER, { 'x-api-key': KEY, ...bearer(await signed(key)) })).toEqual(userAnswer);
  });

  test('is accepted without reading the issuer’s keys', async () => {
    const issuer = await issuerForTest();
    issuer.answer((response) => response.writeHead(503).end());
    const { ask } = await serviceGatewayForTest({ ...env, ...issuer.env });
    expect(await ask(USER, bearer(KEY))).toEqual(userAnswer);
    expect(issuer.reads()).toBe(0);
  });
});

describe('a caller’s credential', () => {
  test('is never sent to the upstream, nor is any other header of the request', async () => {
    const seen: IncomingMessage[] = [];
    const url = await listeningForTest((request, response) => {
      seen.push(request);
      response.end('{"entities":[]}');
    });
    const key = await issuerKey('key-1');
    const issuer = await issuerForTest(key);
    const config = parseConfig({
      GENESYSCLOUD_API_URL: url,
      GENESYSCLOUD_ACCESS_TOKEN: 'the-token-of-the-gateway',
      AUTH_API_KEY_HASHES: hashOf(KEY),
      ...issuer.env,
    });
    const gateway = assembleGateway({ config, ...compileAtHit() });
    onTestFinished(() => gateway.dispose());
    const token = await signed(key);
    const ways = [bearer(token), bearer(KEY), { 'x-api-key': KEY }];
    for (const headers of ways) {
      const request = graphqlRequest(USER, {}, null);
      for (const [name, value] of Object.entries({ cookie: 'session=1', ...headers })) {
        request.headers.set(name, value);
      }
      expect(JSON.parse(await (await gateway.fetch(request)).text())).toEqual({ data: { user: null } });
    }
    expect(seen.length).toBeGreaterThan(0);
    for (const { headers } of seen) {
      expect(headers).toEqual({
        accept: 'application/json',
        'accept-encoding': 'identity',
        authorization: 'Bearer the-token-of-the-gateway',
        connection: 'keep-alive',
        host: new URL(url).host,
      });
    }
  });
});

describe('hashes of API keys', () => {
  const [one, two] = [hashOf('one'), hashOf('two')];

  test('are separated by commas, blanks or line breaks, each with its own scopes', () => {
    expect(parseApiKeys(`${one},sha256:${two.toUpperCase()}=read+pii:read\n${hashOf('three')}=a=b `)).toEqual(
      {
        apiKeys: [
          { hash: one, scopes: [] },
          { hash: two, scopes: ['read', 'pii:read'] },
          { hash: hashOf('three'), scopes: ['a=b'] },
        ],
        problems: [],
      },
    );
  });

  test.each([
    ['a key instead of its hash', KEY],
    ['63 digits', one.slice(1)],
    ['65 digits', `${one}0`],
    ['a character that is not a hex digit', `g${one.slice(1)}`],
    ['a hash of another algorithm', `sha512:${one}`],
    ['no scope after the equals sign', `${one}=`],
    ['an empty scope', `${one}=a++b`],
    ['a scope in quotes', `${one}="a"`],
  ])('that are malformed are reported by their position, never by their text: %s', (_what, entry) => {
    const { problems } = parseApiKeys(`${two} ${entry}`);
    expect(problems).toEqual(['must be 64 hex digits, alone or with =scope1+scope2, in entry 2']);
  });

  test('that are malformed or repeated are all reported, and so is an empty setting', () => {
    const { problems } = parseApiKeys(`x,${one},y,${one}=pii,z`);
    expect(problems).toEqual([
      'must be 64 hex digits, alone or with =scope1+scope2, in entries 1, 3, 5',
      'must not repeat an earlier hash in entry 4',
    ]);
    expect(parseApiKeys(' , ')).toEqual({ apiKeys: [], problems: ['must hold a hash'] });
  });

  test('identify their keys at any position of the list', () => {
    const apiKeys = [one, two].map((hash) => ({ hash, scopes: [] }));
    expect(findApiKey(apiKeys, 'one')?.hash).toBe(one);
    expect(findApiKey(apiKeys, 'two')?.hash).toBe(two);
    expect(findApiKey(apiKeys, 'three')).toBeNull();
    expect(findApiKey([], 'one')).toBeNull();
  });
});
