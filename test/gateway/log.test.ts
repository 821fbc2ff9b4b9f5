import { request, type ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { redactError } from '../../src/observability/redact-error.ts';
import { yogaLogger } from '../../src/observability/yoga-logger.ts';
import { gatewayForTest } from '../support/gateway.ts';
import { capturedLog } from '../support/captured-log.ts';
import { issuerForTest, issuerKey, signed } from '../support/issuer.ts';
import { listeningForTest } from '../support/listening.ts';
import { bearer, serviceGatewayForTest } from '../support/service-gateway.ts';
import { TestClock } from '../support/test-clock.ts';

const levels = pino.levels.values;
const USER = '{ user(id: "user-1") { name } }';

describe('the log', () => {
  test('states why a token was not accepted, and contains nothing of the token', async () => {
    const { log, entries, requests, text } = capturedLog('debug');
    const key = await issuerKey('key-1');
    const { env } = await issuerForTest(key);
    const { ask } = await serviceGatewayForTest(env, [], { log });
    const expired = await signed(key, { exp: Math.floor(Date.now() / 1000) - 60 });
    const forged = await signed(await issuerKey('key-1'));
    const broken = `${expired.split('.')[0]}.${btoa('{hush')}.AAAA`;
    const unknownKey = await signed(await issuerKey('key-2'));
    const tokens = {
      [expired]: 'token has expired',
      [forged]: 'signature does not match',
      [await signed(key)]: undefined,
      [await signed(key, { nbf: Math.floor(Date.now() / 1000) + 60 })]: 'token is not valid yet',
      [await signed(key, { iss: 'https://other.example/' })]: 'token of another issuer',
      [await signed(key, { aud: 'others' })]: 'token for another audience',
      [await signed(key, { exp: undefined })]: 'token without an expiry time or a subject',
      [unknownKey]: 'token signed with a key that its issuer does not have',
      'not-a-token': 'token of a kind that is not accepted',
      [broken]: 'no bearer',
    };
    for (const token of Object.keys(tokens)) await ask(USER, bearer(token));
    expect(requests().map(({ credentialFault }) => credentialFault)).toEqual(Object.values(tokens));
    // Any client can send such tokens, and so could flood the log with warnings.
    expect(entries().filter(({ level }) => level >= (levels['warn'] ?? 0))).toEqual([]);
    for (const token of [expired, forged, unknownKey]) {
      for (const part of token.split('.')) expect(text()).not.toContain(part);
    }
    expect(text()).not.toContain('not-a-token');
    expect(text()).not.toContain('hush');
    expect(text()).not.toContain('a-user');
  });

  test.each<[what: string, how: (response: ServerResponse) => unknown, type: string, message: string]>([
    [
      'answers with 503',
      (response) => response.writeHead(503).end(),
      'JOSEError',
      'Expected 200 OK from the JSON Web Key Set HTTP response',
    ],
    [
      'sends a page',
      (response) => response.end('<html>'),
      'JOSEError',
      'Failed to parse the JSON Web Key Set HTTP response as JSON',
    ],
    [
      'sends no key set',
      (response) => response.end('{"keys":1}'),
      'JWKSInvalid',
      'JSON Web Key Set malformed',
    ],
    ['does not answer', () => undefined, 'JWKSTimeout', 'request timed out'],
  ])(
    'reports once that the issuer’s keys could not be read, and why: its endpoint %s',
    async (_what, how, type, message) => {
      const { log, others, text } = capturedLog();
      const { env, answer, reads } = await issuerForTest();
      answer(how);
      const clock = new TestClock();
      const { ask } = await serviceGatewayForTest(
        { ...env, AUTH_JWKS_URL: `${env['AUTH_JWKS_URL']}?a=b` },
        [],
        { log, clock },
      );
      const headers = bearer(await signed(await issuerKey('key-1')));
      const asked = [ask(USER, headers), ask(USER, headers)];
      await expect.poll(reads).toBe(1);
      if (type === 'JWKSTimeout') await clock.skip(5_000);
      await Promise.all(asked);
      await ask(USER, headers);
      expect(others()).toEqual([
        expect.objectContaining({
          level: levels['error'],
          msg: "The keys that verify callers' tokens could not be read",
          err: expect.objectContaining({ type, message }),
        }),
      ]);
      expect(text()).not.toContain('a=b');
    },
  );

  test('reports only at level debug a client that disconnects while it sends its request', async () => {
    const { log, entries } = capturedLog('debug');
    const { gateway } = await gatewayForTest({ log });
    let seen = 0;
    const url = await listeningForTest((incoming, response) => {
      seen += 1;
      gateway.listener(incoming, response);
    });
    const headers = { 'content-type': 'application/json' };
    const sent = request(`${url}/graphql`, { method: 'POST', headers });
    sent.on('error', () => undefined).write('{');
    await expect.poll(() => seen).toBe(1);
    sent.destroy();
    const aborted = () => entries().filter(({ err }) => (JSON.stringify(err) ?? '').includes('aborted'));
    await expect.poll(() => aborted().length).toBeGreaterThan(0);
    expect(new Set(aborted().map(({ level }) => level))).toEqual(new Set([levels['debug']]));
  });

  test('contains the texts and errors that Yoga logs, and none of its other arguments', () => {
    const { log, entries, text } = capturedLog('debug');
    const yoga = yogaLogger(log);
    const cause = new TypeError('a defect');
    yoga.debug('Some', 'words', { of: 'a request' });
    yoga.info({ of: 'a request' });
    yoga.warn('It failed: ', cause);
    yoga.error(new GraphQLError('Unexpected', { originalError: cause, path: ['user'] }));
    expect(entries().map(({ level, msg }) => [level, msg])).toEqual([
      [levels['debug'], 'Some words'],
      [levels['info'], 'Error without a message'],
      [levels['warn'], 'It failed'],
      [levels['error'], 'Unexpected'],
    ]);
    expect(entries()[3]?.['err']).toMatchObject({ message: 'Unexpected' });
    expect(text()).not.toContain('a request');
  });

  test('contains type and stack of a defect, and no address, number or quoted text of its message', () => {
    const { log, entries, text } = capturedLog();
    let defect: unknown;
    try {
      JSON.parse('{"email": "ada@lovelace.example" "phone": "+12035550129"}');
    } catch (error) {
      defect = new Error('of +12035550129 and ada@lovelace.example', { cause: error });
    }
    const told = log.child({}, { serializers: { err: redactError } });
    yogaLogger(told, () => 'a-request').error(defect);
    expect(entries()).toMatchObject([
      {
        requestId: 'a-request',
        err: {
          type: 'Error',
          message: 'of … and …',
          stack: expect.stringContaining('log.test.ts'),
          cause: { type: 'SyntaxError' },
        },
      },
    ]);
    for (const quoted of ['email', 'ada', 'lovelace', '2035550129']) expect(text()).not.toContain(quoted);
  });
});
