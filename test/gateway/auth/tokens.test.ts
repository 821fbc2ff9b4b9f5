import { createHmac } from 'node:crypto';
import { CompactSign, exportSPKI, importJWK } from 'jose';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { onlyError } from '../../support/answers.ts';
import type { GraphQLAnswer } from '../../support/gateway.ts';
import {
  AUDIENCE,
  claimsOf,
  ISSUER,
  issuerForTest,
  issuerKey,
  type Parts,
  signed,
} from '../../support/issuer.ts';
import { listeningForTest } from '../../support/listening.ts';
import { bearer, serviceGatewayForTest, type ServiceGateway } from '../../support/service-gateway.ts';
import { TestClock } from '../../support/test-clock.ts';

const USER = '{ __typename user(id: "user-1") { name } }';
const userAnswer = { data: { __typename: 'Query', user: { name: 'Name of user-1' } } };
const MINUTE = 60;
const MINUTE_MS = 60_000;

afterEach(() => {
  vi.useRealTimers();
});

/** Stops the wall clock at `seconds` from now. */
function later(seconds: number): void {
  const now = Date.now();
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(now + seconds * 1000);
}

/** Data of an answer; path, code and upstream status of each error; and the calls made for the answer. */
function outcome({ data, errors }: GraphQLAnswer, calls: ServiceGateway['calls']): unknown {
  const told = errors?.map(({ path, extensions: { code, upstreamStatus } }) => [path, code, upstreamStatus]);
  return { data, told, calls: calls() };
}

const unauthenticated = {
  data: { __typename: 'Query', user: null },
  told: [[['user'], 'UNAUTHENTICATED', undefined]],
  calls: {},
};

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

describe('a token of the issuer', () => {
  test('is verified by its own key when keys of two algorithms have the same id, also in concurrent requests', async () => {
    const keys = [await issuerKey('same', 'RS256'), await issuerKey('same', 'ES256')] as const;
    const { env } = await issuerForTest(...keys);
    const { ask } = await serviceGatewayForTest(env);
    const tokens = await Promise.all(keys.map((key) => signed(key)));
    const asked = Array.from({ length: 20 }, (_, n) => ask(USER, bearer(tokens[n % 2] ?? '')));
    for (const answer of await Promise.all(asked)) expect(answer).toEqual(userAnswer);
  });

  test.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'])(
    'is accepted when it is signed with %s',
    async (alg) => {
      const key = await issuerKey('key-1', alg);
      const { env, reads } = await issuerForTest(key);
      const { ask, calls } = await serviceGatewayForTest(env);
      expect(await ask(USER, bearer(await signed(key)))).toEqual(userAnswer);
      expect(calls()).toEqual({ login: 1, users: 1 });
      expect(reads()).toBe(1);
    },
  );

  const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

  test.each<[string, () => Parts, Parts]>([
    ['for several audiences', () => ({ aud: ['another', AUDIENCE] }), {}],
    ['with the type of access tokens', () => ({}), { typ: 'at+jwt' }],
    ['without a key id, when the issuer has only one key', () => ({}), { kid: undefined }],
    ['for a program instead of a user', () => ({ sub: undefined, client_id: 'a-program' }), {}],
    ['for a program in azp, as in OpenID Connect', () => ({ sub: undefined, azp: 'a-program' }), {}],
    ['from a clock that is some seconds fast', () => ({ nbf: inSeconds(4) }), {}],
    ['from a clock that is some seconds slow', () => ({ exp: inSeconds(-2) }), {}],
  ])('is accepted %s', async (_what, claims, header) => {
    const key = await issuerKey('key-1');
    const { env } = await issuerForTest(key);
    const { ask } = await serviceGatewayForTest(env);
    later(0);
    expect(await ask(USER, bearer(await signed(key, claims(), header)))).toEqual(userAnswer);
  });

  test('is accepted by a listening gateway, where an unknown key causes an error while the keys cannot be read', async () => {
    const key = await issuerKey('key-1');
    const { env, answer } = await issuerForTest(key);
    const clock = new TestClock();
    const { gateway } = await serviceGatewayForTest(env, [], { clock });
    const address = await listeningForTest(gateway.listener);
    const ask = async (token: string) => {
      const headers = { ...bearer(token), 'content-type': 'application/json' };
      const body = JSON.stringify({ query: USER });
      const response = await fetch(`${address}/graphql`, { method: 'POST', headers, body });
      return { status: response.status, told: await response.json() };
    };
    expect(await ask(await signed(key))).toEqual({ status: 200, told: userAnswer });
    answer((response) => response.writeHead(503).end());
    await clock.skip(MINUTE_MS);
    expect(await ask(await signed(key, {}, { kid: 'made-up' }))).toMatchObject({
      status: 200,
      told: { data: unauthenticated.data, errors: [{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }] },
    });
  });

  test('is accepted with the scheme in lower case', async () => {
    const key = await issuerKey('key-1');
    const { env } = await issuerForTest(key);
    const { ask } = await serviceGatewayForTest(env);
    expect(await ask(USER, { authorization: `bearer ${await signed(key)}` })).toEqual(userAnswer);
  });

  test.each<[string, () => Parts]>([
    ['has expired', () => ({ exp: inSeconds(-MINUTE) })],
    ['is not valid yet', () => ({ nbf: inSeconds(MINUTE) })],
    ['never expires', () => ({ exp: undefined })],
    ['has an expiry that is not a number', () => ({ exp: String(inSeconds(MINUTE)) })],
    ['is of another issuer', () => ({ iss: 'https://another.example/' })],
    ['is of an issuer whose name lacks the last character', () => ({ iss: ISSUER.slice(0, -1) })],
    ['names no issuer', () => ({ iss: undefined })],
    ['is for another audience', () => ({ aud: 'another' })],
    ['is for several other audiences', () => ({ aud: ['one', 'two'] })],
    ['names no audience', () => ({ aud: undefined })],
    ['names no subject', () => ({ sub: undefined })],
    ['names its subject by empty strings', () => ({ sub: '', client_id: '', azp: '' })],
    ['names a subject that is not a string', () => ({ sub: 5 })],
  ])('is not accepted when it %s', async (_what, claims) => {
    const key = await issuerKey('key-1');
    const { env } = await issuerForTest(key);
    const { ask, calls } = await serviceGatewayForTest(env);
    expect(outcome(await ask(USER, bearer(await signed(key, claims()))), calls)).toEqual(unauthenticated);
    expect(await ask(USER, bearer(await signed(key)))).toEqual(userAnswer);
  });

  test('is not accepted when it expires at infinity, which JSON can say', async () => {
    const key = await issuerKey('key-1');
    const { env } = await issuerForTest(key);
    const { ask, calls } = await serviceGatewayForTest(env);
    const claims = JSON.stringify(claimsOf({ exp: 0 })).replace('"exp":0', '"exp":1e400');
    const token = await new CompactSign(Buffer.from(claims))
      .setProtectedHeader({ alg: key.jwk.alg, kid: key.jwk.kid, typ: 'JWT' })
      .sign(key.privateKey);
    expect(outcome(await ask(USER, bearer(token)), calls)).toEqual(unauthenticated);
  });

  test('is not accepted, and causes no failure, when its claims are not an object', async () => {
    const key = await issuerKey('key-1');
    const { env } = await issuerForTest(key);
    const { ask, calls } = await serviceGatewayForTest(env);
    for (const claims of ['null', '"text"', '[]', 'no JSON']) {
      const token = await new CompactSign(Buffer.from(claims))
        .setProtectedHeader({ alg: key.jwk.alg, kid: key.jwk.kid, typ: 'JWT' })
        .sign(key.privateKey);
      expect(outcome(await ask(USER, bearer(token)), calls)).toEqual(unauthenticated);
    }
  });

  test('is accepted until it expires, and no longer', async () => {
    const key = await issuerKey('key-1');
    const { env } = await issuerForTest(key);
    const { ask, calls } = await serviceGatewayForTest(env);
    const headers = bearer(await signed(key));
    expect(await ask(USER, headers)).toEqual(userAnswer);
    calls();
    later(61 * MINUTE);
    expect(outcome(await ask(USER, headers), calls)).toEqual(unauthenticated);
  });
});

describe('a forged or misplaced token', () => {
  /** Gateway whose issuer has one key, and the parts of a valid token to forge others from. */
  async function forging() {
    const key = await issuerKey('key-1', 'RS256');
    const issuer = await issuerForTest(key);
    const { ask, calls } = await serviceGatewayForTest(issuer.env);
    const token = await signed(key);
    const [header = '', payload = '', signature = ''] = token.split('.');
    // The gateway knows the key from here on.
    expect(await ask(USER, bearer(token))).toEqual(userAnswer);
    calls();
    issuer.reads();
    return { key, ask, calls, reads: issuer.reads, header, payload, signature };
  }

  test('is not accepted with the algorithm none, with or without a signature', async () => {
    const { ask, calls, payload, signature } = await forging();
    for (const alg of ['none', 'None', 'NONE', '']) {
      for (const end of ['', signature]) {
        const token = `${base64url({ alg, kid: 'key-1' })}.${payload}.${end}`;
        expect(outcome(await ask(USER, bearer(token)), calls)).toEqual(unauthenticated);
      }
    }
  });

  test('is not accepted when it is signed with the public key as an HMAC secret', async () => {
    const { key, ask, calls, payload } = await forging();
    const publicKey = await importJWK(key.jwk, 'RS256', { extractable: true });
    if (publicKey instanceof Uint8Array) throw new TypeError('The key is no secret.');
    const pem = await exportSPKI(publicKey);
    for (const secret of [pem, `${pem}\n`, pem.trim(), JSON.stringify(key.jwk)]) {
      const content = `${base64url({ alg: 'HS256', kid: 'key-1' })}.${payload}`;
      const signature = createHmac('sha256', secret).update(content).digest('base64url');
      expect(outcome(await ask(USER, bearer(`${content}.${signature}`)), calls)).toEqual(unauthenticated);
    }
  });

  test('is not accepted with claims other than the signed ones', async () => {
    const { ask, calls, header, signature } = await forging();
    const claims = base64url(claimsOf({ sub: 'the-administrator' }));
    expect(outcome(await ask(USER, bearer(`${header}.${claims}.${signature}`)), calls)).toEqual(
      unauthenticated,
    );
  });

  test('is not accepted when a foreign key signed it under the id of the issuer’s key', async () => {
    const { ask, calls } = await forging();
    const other = await issuerKey('key-1', 'RS256');
    expect(outcome(await ask(USER, bearer(await signed(other))), calls)).toEqual(unauthenticated);
  });

  test('is not accepted when it contains its own key or the URL of a key', async () => {
    const { ask, calls, reads } = await forging();
    const other = await issuerKey('key-2', 'RS256');
    const elsewhere = await issuerForTest(other);
    for (const extra of [{ jwk: other.jwk }, { jku: elsewhere.env['AUTH_JWKS_URL'] }]) {
      for (const kid of ['key-1', 'key-2', undefined]) {
        expect(outcome(await ask(USER, bearer(await signed(other, {}, { kid, ...extra }))), calls)).toEqual(
          unauthenticated,
        );
      }
    }
    expect(elsewhere.reads()).toBe(0);
    expect(reads()).toBe(0);
  });

  test('is not accepted when it requires an extension that is not supported', async () => {
    const { key, ask, calls } = await forging();
    const token = await signed(key, {}, { crit: ['b64'], b64: true });
    expect(outcome(await ask(USER, bearer(token)), calls)).toEqual(unauthenticated);
  });

  test('is not accepted with an algorithm that the key is not for', async () => {
    const { key, ask, calls } = await forging();
    for (const alg of ['PS256', 'RS384', 'ES256', 'EdDSA']) {
      const other = await issuerKey('key-1', alg);
      expect(outcome(await ask(USER, bearer(await signed(other, {}, { alg }))), calls)).toEqual(
        unauthenticated,
      );
    }
    expect(await ask(USER, bearer(await signed(key)))).toEqual(userAnswer);
  });

  test.each<[string, (parts: { header: string; payload: string; signature: string }) => string]>([
    ['plain text', () => 'not-a-token'],
    ['three empty parts', () => '..'],
    ['two parts', ({ header, payload }) => `${header}.${payload}`],
    ['four parts', ({ header, payload, signature }) => `${header}.${payload}.${signature}.${signature}`],
    ['a header that is not JSON', ({ payload, signature }) => `bm9wZQ.${payload}.${signature}`],
    ['a header that is a list', ({ payload, signature }) => `${base64url([])}.${payload}.${signature}`],
    ['claims that are not JSON', ({ header, signature }) => `${header}.bm9wZQ.${signature}`],
    ['claims that are null', ({ header, signature }) => `${header}.${base64url(null)}.${signature}`],
    [
      'a key id that is an object',
      ({ payload, signature }) =>
        `${base64url({ alg: 'RS256', kid: { toString: 1 } })}.${payload}.${signature}`,
    ],
    [
      'a key id of 9,000 characters',
      ({ payload, signature }) =>
        `${base64url({ alg: 'RS256', kid: 'x'.repeat(9000) })}.${payload}.${signature}`,
    ],
    ['8,193 characters of text', () => 'x'.repeat(8193)],
  ])('is not accepted, and causes no failure, when it is malformed: %s', async (_what, forge) => {
    const { ask, calls, header, payload, signature } = await forging();
    expect(outcome(await ask(USER, bearer(forge({ header, payload, signature }))), calls)).toEqual(
      unauthenticated,
    );
  });

  test('is not accepted outside the Authorization header or with another scheme than Bearer', async () => {
    const { key, ask, calls } = await forging();
    const token = await signed(key);
    const password = Buffer.from(`user:${token}`).toString('base64');
    for (const headers of [
      { authorization: token },
      { authorization: `Basic ${password}` },
      { authorization: `Token ${token}` },
      { cookie: `authorization=Bearer ${token}` },
      { 'x-api-key': token },
    ]) {
      expect(outcome(await ask(USER, headers), calls)).toEqual(unauthenticated);
    }
  });
});

describe('a request without an accepted credential', () => {
  test('gets an error for each root field that needs the upstream, and can still read the schema', async () => {
    const { env, reads } = await issuerForTest(await issuerKey('key-1'));
    const { ask, calls } = await serviceGatewayForTest(env);
    for (const headers of [{}, bearer('nobody'), { authorization: 'Basic YTpi' }]) {
      const { data, errors } = await ask(
        '{ __typename __type(name: "User") { kind } user(id: "a") { id } campaigns { totalCount } }',
        headers,
      );
      expect(data).toEqual({ __typename: 'Query', __type: { kind: 'OBJECT' }, user: null, campaigns: null });
      expect(errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([
        [['user'], 'UNAUTHENTICATED'],
        [['campaigns'], 'UNAUTHENTICATED'],
      ]);
      expect(JSON.stringify(errors)).not.toContain('nobody');
    }
    expect(calls()).toEqual({});
    expect(reads()).toBe(0);
  });

  test('gets an error that says which credential to send when it sent none', async () => {
    const { env } = await issuerForTest(await issuerKey('key-1'));
    const { ask } = await serviceGatewayForTest(env);
    expect(onlyError(await ask(USER)).message).toBe(
      'User: send an Authorization header with a token for the gateway as the bearer.',
    );
  });
});

describe('the issuer’s keys', () => {
  test('are read once for all requests, also for concurrent ones', async () => {
    const key = await issuerKey('key-1');
    const { env, reads } = await issuerForTest(key);
    const { ask } = await serviceGatewayForTest(env);
    const headers = bearer(await signed(key));
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(USER, headers)));
    expect(answers).toEqual(Array.from({ length: 20 }, () => userAnswer));
    expect(await ask(USER, headers)).toEqual(userAnswer);
    expect(reads()).toBe(1);
  });

  test('are selected by id, and by algorithm when a token names no id', async () => {
    const keys = [await issuerKey('a'), await issuerKey('b'), await issuerKey('c', 'RS256')] as const;
    const { env } = await issuerForTest(...keys);
    const { ask, calls } = await serviceGatewayForTest(env);
    for (const key of keys) expect(await ask(USER, bearer(await signed(key)))).toEqual(userAnswer);
    expect(await ask(USER, bearer(await signed(keys[2], {}, { kid: undefined })))).toEqual(userAnswer);
    calls();
    // Two keys fit the algorithm; neither is tried.
    expect(outcome(await ask(USER, bearer(await signed(keys[0], {}, { kid: undefined }))), calls)).toEqual(
      unauthenticated,
    );
  });

  test('can be changed by the issuer: a new key is read when a token first names it, and an old key is dropped', async () => {
    const [old, next] = [await issuerKey('old'), await issuerKey('next')];
    const { env, publish, reads } = await issuerForTest(old);
    const clock = new TestClock();
    const { ask, calls } = await serviceGatewayForTest(env, [], { clock });
    expect(await ask(USER, bearer(await signed(old)))).toEqual(userAnswer);
    publish(next);
    await clock.skip(MINUTE_MS);
    expect(await ask(USER, bearer(await signed(next)))).toEqual(userAnswer);
    expect(reads()).toBe(2);
    calls();
    expect(outcome(await ask(USER, bearer(await signed(old))), calls)).toEqual(unauthenticated);
    expect(reads()).toBe(0);
  });

  test('are read again after ten minutes, so that a withdrawn key is not trusted for longer', async () => {
    const [withdrawn, kept] = [await issuerKey('withdrawn'), await issuerKey('kept')];
    const { env, publish, reads } = await issuerForTest(withdrawn, kept);
    const clock = new TestClock();
    const { ask, calls } = await serviceGatewayForTest(env, [], { clock });
    const headers = bearer(await signed(withdrawn));
    expect(await ask(USER, headers)).toEqual(userAnswer);
    publish(kept);
    await clock.skip(9 * MINUTE_MS);
    expect(await ask(USER, headers)).toEqual(userAnswer);
    expect(reads()).toBe(1);
    await clock.skip(2 * MINUTE_MS);
    calls();
    expect(outcome(await ask(USER, headers), calls)).toEqual(unauthenticated);
    expect(await ask(USER, bearer(await signed(kept)))).toEqual(userAnswer);
    expect(reads()).toBe(1);
  });

  test('are not read for each of many made-up ids, which block neither known keys nor new ones', async () => {
    const [key, next] = [await issuerKey('key-1'), await issuerKey('next')];
    const forger = await issuerKey('forger');
    const { env, publish, reads } = await issuerForTest(key);
    const clock = new TestClock();
    const { ask, calls } = await serviceGatewayForTest(env, [], { clock });
    const headers = bearer(await signed(key));
    const flood = async () => {
      const tokens = await Promise.all(
        Array.from({ length: 50 }, (_, n) => signed(forger, {}, { kid: `made-up-${n}` })),
      );
      for (const answer of await Promise.all(tokens.map((token) => ask(USER, bearer(token))))) {
        expect(outcome(answer, calls)).toEqual(unauthenticated);
      }
    };
    await flood();
    expect(reads()).toBe(1);
    expect(await ask(USER, headers)).toEqual(userAnswer);
    calls();
    await flood();
    expect(reads()).toBe(0);
    publish(key, next);
    await clock.skip(31_000);
    await flood();
    expect(reads()).toBe(1);
    expect(await ask(USER, bearer(await signed(next)))).toEqual(userAnswer);
    expect(await ask(USER, headers)).toEqual(userAnswer);
    expect(reads()).toBe(0);
  });

  test('are not read for a token of an algorithm that none of them can have', async () => {
    const { env, reads } = await issuerForTest(await issuerKey('key-1'));
    const { ask, calls } = await serviceGatewayForTest(env);
    for (const alg of ['none', 'HS256', 'EdDSA', 'RS1', 5, undefined]) {
      const token = `${base64url({ alg, kid: 'key-1' })}.${base64url(claimsOf())}.AAAA`;
      expect(outcome(await ask(USER, bearer(token)), calls)).toEqual(unauthenticated);
    }
    expect(reads()).toBe(0);
  });

  test('are not read from another endpoint that theirs redirects to', async () => {
    const key = await issuerKey('key-1');
    const elsewhere = await issuerForTest(key);
    const { env, answer, reads } = await issuerForTest();
    answer((response) => response.writeHead(302, { location: elsewhere.env['AUTH_JWKS_URL'] }).end());
    const { ask } = await serviceGatewayForTest(env);
    const { extensions } = onlyError(await ask(USER, bearer(await signed(key))));
    expect(extensions.code).toBe('UPSTREAM_UNAVAILABLE');
    expect(reads()).toBe(1);
    expect(elsewhere.reads()).toBe(0);
  });

  test('are read without any header of the client’s request', async () => {
    const seen: unknown[] = [];
    const key = await issuerKey('key-1');
    const { env, answer } = await issuerForTest();
    answer((response) => {
      seen.push(response.req.headers);
      response.end(JSON.stringify({ keys: [key.jwk] }));
    });
    const { ask } = await serviceGatewayForTest(env);
    const headers = { ...bearer(await signed(key)), cookie: 'session=1', 'user-agent': 'a browser' };
    expect(await ask(USER, headers)).toEqual(userAnswer);
    expect(seen).toEqual([
      {
        accept: 'application/json, application/jwk-set+json',
        'accept-encoding': 'identity',
        connection: 'keep-alive',
        host: new URL(env['AUTH_JWKS_URL'] ?? '').host,
        'user-agent': 'campaign-interaction-gateway',
      },
    ]);
  });
});

describe('keys of the issuer that cannot be read', () => {
  const unreadable: [string, Parameters<Awaited<ReturnType<typeof issuerForTest>>['answer']>[0]][] = [
    ['answers 503', (response) => response.writeHead(503).end()],
    ['cuts the connection', (response) => response.destroy()],
    ['sends a page', (response) => response.end('<html>')],
    ['sends no key set', (response) => response.end('{"keys":1}')],
    ['does not answer', () => undefined],
  ];

  test.each(unreadable)(
    'cause one UPSTREAM_UNAVAILABLE error and no call when the endpoint %s',
    async (_what, how) => {
      const key = await issuerKey('key-1');
      const { env, answer } = await issuerForTest();
      answer(how);
      const { ask, calls } = await serviceGatewayForTest({ ...env, UPSTREAM_TIMEOUT_MS: '200' });
      const told = await ask(
        '{ __typename user(id: "a") { id } campaigns { totalCount } }',
        bearer(await signed(key)),
      );
      expect(told.data).toEqual({ __typename: 'Query', user: null, campaigns: null });
      const { message, path, extensions } = onlyError(told);
      expect(path).toEqual(['user']);
      expect(message).toContain('callers cannot be authenticated at the moment');
      expect(extensions).toEqual({
        code: 'UPSTREAM_UNAVAILABLE',
        retryAfterSeconds: expect.any(Number),
        affected: expect.objectContaining({ type: 'User', paths: ['user', 'campaigns'] }),
      });
      expect(JSON.stringify(told)).not.toContain(new URL(env['AUTH_JWKS_URL'] ?? '').host);
      expect(calls()).toEqual({});
      // A request with no credential, or with one that cannot be a token, is rejected without keys.
      expect(onlyError(await ask(USER)).extensions.code).toBe('UNAUTHENTICATED');
      expect(onlyError(await ask(USER, bearer('nobody'))).extensions.code).toBe('UNAUTHENTICATED');
    },
  );

  test('are read again after a pause, not for every token, and then tokens are accepted', async () => {
    const key = await issuerKey('key-1');
    const { env, answer, publish, reads } = await issuerForTest();
    answer((response) => response.writeHead(503).end());
    const clock = new TestClock();
    const { ask, calls } = await serviceGatewayForTest(env, [], { clock });
    const headers = bearer(await signed(key));
    for (let n = 0; n < 5; n += 1) {
      expect(onlyError(await ask(USER, headers)).extensions).toMatchObject({
        code: 'UPSTREAM_UNAVAILABLE',
        retryAfterSeconds: 5,
      });
    }
    expect(reads()).toBe(1);
    publish(key);
    await clock.skip(6_000);
    expect(await ask(USER, headers)).toEqual(userAnswer);
    expect(reads()).toBe(1);
    // A token of an unknown key is rejected again, which is no failure.
    calls();
    const madeUp = await signed(key, {}, { kid: 'made-up' });
    expect(outcome(await ask(USER, bearer(madeUp)), calls)).toEqual(unauthenticated);
  });

  test('leave the known keys valid, and a token of another key gets UPSTREAM_UNAVAILABLE', async () => {
    const [known, next] = [await issuerKey('known'), await issuerKey('next')];
    const { env, answer, publish, reads } = await issuerForTest(known);
    const clock = new TestClock();
    const { ask, calls } = await serviceGatewayForTest(env, [], { clock });
    const headers = bearer(await signed(known));
    expect(await ask(USER, headers)).toEqual(userAnswer);
    answer((response) => response.writeHead(503).end());
    reads();
    await clock.skip(60 * MINUTE_MS);
    for (let n = 0; n < 5; n += 1) expect(await ask(USER, headers)).toEqual(userAnswer);
    calls();
    expect(onlyError(await ask(USER, bearer(await signed(next)))).extensions.code).toBe(
      'UPSTREAM_UNAVAILABLE',
    );
    expect(calls()).toEqual({});
    expect(reads()).toBe(1);
    publish(known, next);
    await clock.skip(6_000);
    expect(await ask(USER, bearer(await signed(next)))).toEqual(userAnswer);
    expect(reads()).toBe(1);
  });

  test('do not make a token of a known key wait for a silent endpoint once a read has failed', async () => {
    const key = await issuerKey('key-1');
    const { env, answer, reads } = await issuerForTest(key);
    // Timeouts so long that a wait for the endpoint would exceed the time of the test.
    const patient = { REQUEST_TIMEOUT_MS: '600000', UPSTREAM_TIMEOUT_MS: '600000' };
    const clock = new TestClock();
    const { ask } = await serviceGatewayForTest({ ...env, ...patient }, [], { clock });
    const headers = bearer(await signed(key));
    expect(await ask(USER, headers)).toEqual(userAnswer);
    answer((response) => response.writeHead(503).end());
    await clock.skip(20 * MINUTE_MS);
    expect(await ask(USER, headers)).toEqual(userAnswer);
    answer(() => undefined);
    await clock.skip(6_000);
    reads();
    expect(await ask(USER, headers)).toEqual(userAnswer);
    await expect.poll(reads).toBe(1);
  });
});
