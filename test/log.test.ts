import { request } from 'node:http';
import { GraphQLError } from 'graphql';
import { pino, type Logger } from 'pino';
import { describe, expect, test } from 'vitest';
import { yogaLogger } from '../src/yoga-logger.ts';
import { gatewayForTest } from './support/gateway.ts';
import { issuerForTest, issuerKey, signed } from './support/issuer.ts';
import { listeningForTest } from './support/listening.ts';
import { bearer, serviceGatewayForTest } from './support/service-gateway.ts';

interface Entry {
  readonly level: number;
  readonly msg: string;
  readonly err?: { readonly type: string; readonly message: string };
}

/** A log whose entries can be read. */
function logForTest(level: string): { log: Logger; entries: () => Entry[]; text: () => string } {
  const lines: string[] = [];
  return {
    log: pino({ level }, { write: (line: string) => lines.push(line) }),
    entries: () => lines.map((line) => JSON.parse(line)),
    text: () => lines.join(''),
  };
}

const levels = pino.levels.values;
const USER = '{ user(id: "user-1") { name } }';

describe('the log', () => {
  test('tells why a token was not accepted, and nothing of the token', async () => {
    const { log, entries, text } = logForTest('debug');
    const key = await issuerKey('key-1');
    const { env } = await issuerForTest(key);
    const { ask } = await serviceGatewayForTest(env, [], log);
    const expired = await signed(key, { exp: Math.floor(Date.now() / 1000) - 60 });
    const forged = await signed(await issuerKey('key-1'));
    const broken = `${expired.split('.')[0]}.${btoa('{hush')}.AAAA`;
    for (const token of [expired, forged, await signed(key), 'not-a-token', broken]) {
      await ask(USER, bearer(token));
    }
    expect(entries().filter(({ level }) => level === levels['warn'])).toEqual([
      expect.objectContaining({ err: expect.objectContaining({ message: 'jwt expired' }) }),
      expect.objectContaining({ err: expect.objectContaining({ message: 'invalid signature' }) }),
    ]);
    for (const token of [expired, forged]) {
      for (const part of token.split('.')) expect(text()).not.toContain(part);
    }
    expect(text()).not.toContain('not-a-token');
    expect(text()).not.toContain('hush');
    expect(text()).not.toContain('a-user');
  });

  test('tells once that the issuer’s keys could not be read, and why', async () => {
    const { log, entries, text } = logForTest('info');
    const { env, answer } = await issuerForTest();
    answer((response) => response.writeHead(503).end());
    const { ask } = await serviceGatewayForTest(
      { ...env, AUTH_JWKS_URL: `${env['AUTH_JWKS_URL']}?a=b` },
      [],
      log,
    );
    const headers = bearer(await signed(await issuerKey('key-1')));
    await Promise.all([ask(USER, headers), ask(USER, headers)]);
    await ask(USER, headers);
    expect(entries()).toEqual([
      expect.objectContaining({
        level: levels['error'],
        msg: "The keys that callers' tokens are signed with could not be read",
        err: expect.objectContaining({ message: expect.stringContaining('200') }),
      }),
    ]);
    expect(text()).not.toContain('a=b');
  });

  test('has nothing of requests that are answered as they should be', async () => {
    const { log, entries } = logForTest('info');
    const { ask } = await serviceGatewayForTest({}, [], log);
    await ask(USER);
    expect(entries()).toEqual([]);
  });

  test('has nothing of clients that go away in the middle of what they send, but for who looks for defects', async () => {
    const { log, entries } = logForTest('debug');
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
    const aborted = () => entries().filter(({ err }) => err?.message === 'aborted');
    await expect.poll(() => aborted().length).toBeGreaterThan(0);
    expect(new Set(aborted().map(({ level }) => level))).toEqual(new Set([levels['debug']]));
  });

  test('takes from Yoga its words and errors, and nothing else', () => {
    const { log, entries, text } = logForTest('debug');
    const yoga = yogaLogger(log);
    const cause = new TypeError('a defect');
    yoga.debug('Some', 'words', { of: 'a request' });
    yoga.info({ of: 'a request' });
    yoga.warn('It failed: ', cause);
    yoga.error(new GraphQLError('Unexpected', { originalError: cause, path: ['user'] }));
    expect(entries().map(({ level, msg }) => [level, msg])).toEqual([
      [levels['debug'], 'Some words'],
      [levels['info'], 'Something without words'],
      [levels['warn'], 'It failed'],
      [levels['error'], 'Unexpected'],
    ]);
    expect(entries()[3]?.err).toMatchObject({ message: 'Unexpected' });
    expect(text()).not.toContain('a request');
  });
});
