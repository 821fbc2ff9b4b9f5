import { describe, expect, test } from 'vitest';

import { emptyOrganisation } from '../../../src/sandbox/organisation.ts';
import { ask, logIn, post, sandboxForTest, TOKEN } from './helpers.ts';

const organisation = emptyOrganisation();

function issuedToken(body: unknown): string {
  return body instanceof Object && 'access_token' in body ? String(body.access_token) : '';
}

describe('a token', () => {
  test.each([
    ['missing', null, 'authentication.required'],
    ['unknown', 'made-up', 'bad.credentials'],
  ])('that is %s is answered with 401', async (_which, token, code) => {
    const sandbox = await sandboxForTest({ organisation });
    const reply = await ask(sandbox, '/api/v2/users', { token });
    expect(reply).toMatchObject({ status: 401, body: { code, status: 401 } });
    expect(sandbox.requests).toMatchObject([{ resource: 'users', token, status: 401 }]);
  });

  test('that was revoked is answered with 401 from then on', async () => {
    const sandbox = await sandboxForTest({ organisation });
    expect((await ask(sandbox, '/api/v2/users')).status).toBe(200);
    sandbox.revoke(TOKEN);
    expect(await ask(sandbox, '/api/v2/users')).toMatchObject({
      status: 401,
      body: { code: 'bad.credentials' },
    });
  });

  test('can be made to expire, and is then answered with 401 and credentials.expired', async () => {
    const sandbox = await sandboxForTest({ organisation });
    const issued = issuedToken((await logIn(sandbox)).body);
    for (const token of [TOKEN, issued]) {
      expect((await ask(sandbox, '/api/v2/users', { token })).status).toBe(200);
      sandbox.expire(token);
      expect(await ask(sandbox, '/api/v2/users', { token })).toMatchObject({
        status: 401,
        body: { code: 'credentials.expired' },
      });
    }
    sandbox.expire('made-up');
    expect((await ask(sandbox, '/api/v2/users', { token: 'made-up' })).body).toMatchObject({
      code: 'bad.credentials',
    });
  });

  test('with ttlSeconds expires after that time, and a token without does not', async () => {
    let nowMs = 1_000;
    const tokens = ['lasting', { token: 'short', ttlSeconds: 60 }, { token: 'plain' }];
    const sandbox = await sandboxForTest({ organisation, now: () => nowMs, tokens });
    const statuses = async () => {
      const asked = ['lasting', 'short', 'plain'].map((token) => ask(sandbox, '/api/v2/users', { token }));
      return (await Promise.all(asked)).map(({ status }) => status);
    };
    nowMs = 60_999;
    expect(await statuses()).toEqual([200, 200, 200]);
    nowMs = 61_000;
    expect(await statuses()).toEqual([200, 401, 200]);
    expect((await ask(sandbox, '/api/v2/users', { token: 'short' })).body).toMatchObject({
      code: 'credentials.expired',
    });
  });

  test('from the login expires after expires_in seconds', async () => {
    let nowMs = 0;
    const sandbox = await sandboxForTest({ organisation, now: () => nowMs, tokenLifetimeSeconds: 300 });
    const login = await logIn(sandbox);
    expect(login.body).toMatchObject({ token_type: 'bearer', expires_in: 300 });
    const token = issuedToken(login.body);
    nowMs = 299_999;
    expect((await ask(sandbox, '/api/v2/users', { token })).status).toBe(200);
    nowMs = 300_000;
    expect(await ask(sandbox, '/api/v2/users', { token })).toMatchObject({
      status: 401,
      body: { code: 'credentials.expired' },
    });
  });
});

describe('the login', () => {
  test.each([
    ['a wrong secret', 'sandbox:wrong', 'grant_type=client_credentials', 'invalid_client'],
    ['another grant', 'sandbox:sandbox', 'grant_type=password', 'unsupported_grant_type'],
    ['no grant', 'sandbox:sandbox', 'other=1', 'invalid_request'],
  ])('answers %s with 400', async (_what, credentials, form, error) => {
    const sandbox = await sandboxForTest({ organisation });
    expect(await logIn(sandbox, credentials, form)).toMatchObject({ status: 400, body: { error } });
  });
});

describe('the rate limit', () => {
  test('is announced in the headers of every answer, and calls beyond it are refused, for each token separately', async () => {
    let nowMs = 1_000;
    const sandbox = await sandboxForTest({
      organisation,
      now: () => nowMs,
      tokens: ['one', 'two'],
      rateLimit: { allowed: 2, windowSeconds: 60 },
    });
    const first = await ask(sandbox, '/api/v2/users', { token: 'one' });
    expect(first.headers.get('inin-ratelimit-count')).toBe('1');
    expect(first.headers.get('inin-ratelimit-allowed')).toBe('2');
    expect(first.headers.get('inin-ratelimit-reset')).toBe('60');
    nowMs += 18_000;
    const missing = await ask(sandbox, '/api/v2/scripts/none', { token: 'one' });
    expect(missing.status).toBe(404);
    expect(missing.headers.get('inin-ratelimit-count')).toBe('2');

    const refused = await ask(sandbox, '/api/v2/users', { token: 'one' });
    expect(refused).toMatchObject({
      status: 429,
      body: {
        message: 'Rate limit exceeded the maximum. Retry the request in [42] seconds',
        code: 'too.many.requests.retry.after',
        status: 429,
        details: [],
        errors: [],
      },
    });
    expect(refused.headers.get('retry-after')).toBe('42');
    expect((await ask(sandbox, '/api/v2/users', { token: 'two' })).status).toBe(200);
    nowMs += 42_000;
    expect((await ask(sandbox, '/api/v2/users', { token: 'one' })).status).toBe(200);
  });

  test('has a window for each token, which begins with the first call of the token', async () => {
    let nowMs = 0;
    const sandbox = await sandboxForTest({
      organisation,
      now: () => nowMs,
      tokens: ['one', 'two', 'three'],
      rateLimit: { allowed: 1, windowSeconds: 60 },
    });
    const status = async (token: string) => (await ask(sandbox, '/api/v2/users', { token })).status;
    expect(await status('one')).toBe(200);
    nowMs = 30_000;
    expect(await status('two')).toBe(200);
    nowMs = 60_000;
    expect(await status('three')).toBe(200);
    expect(await status('two')).toBe(429);
    expect(await status('one')).toBe(200);
    expect(await status('three')).toBe(429);
    nowMs = 90_000;
    expect(await status('two')).toBe(200);
    expect(await status('one')).toBe(429);
  });

  test('can be lower than the limit announced in the headers', async () => {
    const rateLimit = { allowed: 0, windowSeconds: 60, announced: 300 };
    const sandbox = await sandboxForTest({ organisation, rateLimit });
    const refused = await ask(sandbox, '/api/v2/users');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('inin-ratelimit-allowed')).toBe('300');
  });
});

describe('the answers of a sandbox', () => {
  test('are counted by status even when no request is recorded', async () => {
    const sandbox = await sandboxForTest({
      organisation,
      recordedRequests: 0,
      rateLimit: { allowed: 3, windowSeconds: 60 },
      faults: [{ kind: 'reset', resource: 'queues', times: 1 }],
    });
    await logIn(sandbox);
    await expect(ask(sandbox, '/api/v2/routing/queues')).rejects.toThrow(TypeError);
    await ask(sandbox, '/api/v2/users', { token: null });
    for (let count = 0; count < 4; count += 1) await ask(sandbox, '/api/v2/users');
    await ask(sandbox, '/elsewhere');
    expect(sandbox.requests).toEqual([]);
    expect(Object.fromEntries(sandbox.answered)).toEqual({ 200: 3, 401: 1, 429: 2 });
  });
});

describe('an error', () => {
  test('has the same correlation id in header and body, different from that of other answers', async () => {
    const sandbox = await sandboxForTest({ organisation });
    const { headers, body } = await ask(sandbox, '/api/v2/outbound/campaigns/none/interactions');
    expect(body).toMatchObject({
      status: 404,
      code: 'not.found',
      contextId: headers.get('inin-correlation-id'),
    });
    const fine = await ask(sandbox, '/api/v2/users');
    expect(fine.headers.get('inin-correlation-id')).not.toBe(headers.get('inin-correlation-id'));
  });

  test.each([
    ['GET', '/api/v2/nothing/here', 404],
    ['GET', '/api/v2/users/%E0%A4%A', 404],
    ['DELETE', '/api/v2/users', 405],
    ['GET', '/elsewhere', 404],
  ])('is the answer to %s %s, with status %i', async (method, path, status) => {
    const sandbox = await sandboxForTest({ organisation });
    expect((await ask(sandbox, path, { method })).status).toBe(status);
    expect(sandbox.requests.map(({ resource }) => resource)).toEqual(
      path === '/elsewhere' ? [] : ['unknown'],
    );
  });

  test.each([
    ['that is not JSON', '["a"'],
    ['that is not an array', { id: 'a' }],
    ['with an array of values other than ids', [1, null]],
    ['that is empty', ''],
  ])('is the answer to a body %s', async (_what, body) => {
    const sandbox = await sandboxForTest({ organisation });
    const reply = await post(sandbox, '/api/v2/outbound/campaigns/progress', body);
    expect(reply).toMatchObject({ status: 400, body: { code: 'bad.request' } });
  });

  test('is the answer to a body of more than a megabyte, and to more than 50 campaign ids for performance', async () => {
    const sandbox = await sandboxForTest({ organisation });
    const large = await post(sandbox, '/api/v2/outbound/campaigns/progress', ['x'.repeat(1_000_001)]);
    expect(large.status).toBe(413);
    const ids = Array.from({ length: 51 }, (_, index) => `campaign-${index}`);
    const path = '/api/v2/outbound/campaigns/performance/query';
    expect(await post(sandbox, path, ids)).toMatchObject({ status: 400, body: { code: 'bad.request' } });
    expect((await post(sandbox, path, ids.slice(1))).body).toEqual({ entities: [] });
  });
});
