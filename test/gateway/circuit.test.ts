import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/fault.ts';
import { onlyError } from '../support/answers.ts';
import { forgetfulGatewayForTest, TOKEN, type TestGateway } from '../support/gateway.ts';
import { TestClock, clockWithoutPacing } from '../support/test-clock.ts';

/** Number of failed calls that opens a circuit. */
const ENOUGH = 10;
const QUEUE = '{ queue(id: "queue-1") { name } }';

/** Error codes of queries for `count` users, one after the other; `none` where there is no error. */
async function askTimes(count: number, { query }: TestGateway, token = TOKEN): Promise<string[]> {
  const codes: string[] = [];
  for (let n = 0; n < count; n += 1) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- each query must come after the outcome of the one before
    const { errors = [] } = await query(`{ user(id: "user-${n}") { name } }`, {}, token);
    codes.push(errors[0]?.extensions.code ?? 'none');
  }
  return codes;
}

const status = (code: number): Fault => ({ kind: 'status', status: code, resource: 'users' });

describe('a resource that keeps failing', () => {
  test('is not called any more, and requests for it fail at once, with the time to retry', async () => {
    const gateway = await forgetfulGatewayForTest({ faults: [status(500)] });
    await askTimes(ENOUGH, gateway);
    expect(gateway.calls()).toEqual({ users: ENOUGH });
    const { extensions } = onlyError(await gateway.query('{ user(id: "user-1") { name } }'));
    expect(extensions).toEqual({
      code: 'UPSTREAM_UNAVAILABLE',
      retryAfterSeconds: expect.any(Number),
      affected: { type: 'User', ids: ['user-1'], paths: ['user'] },
    });
    expect(gateway.calls()).toEqual({});
  });

  test('does not block other resources or other credentials', async () => {
    const gateway = await forgetfulGatewayForTest({ faults: [status(500)], tokens: ['another'] });
    await askTimes(ENOUGH, gateway);
    gateway.sandbox.faults.splice(0);
    expect(await gateway.query(QUEUE)).toEqual({ data: { queue: { name: 'Name of queue-1' } } });
    expect(await askTimes(1, gateway, 'another')).toEqual(['none']);
    expect(await askTimes(1, gateway)).toEqual(['UPSTREAM_UNAVAILABLE']);
  });

  test.each<[string, Fault, Readonly<Record<string, string>>]>([
    ['broken connections', { kind: 'reset', resource: 'users' }, { MAX_UPSTREAM_CALLS: '1' }],
    ['answers with 503', status(503), { MAX_UPSTREAM_CALLS: '1' }],
  ])('is not called any more after %s too', async (_what, fault, env) => {
    const gateway = await forgetfulGatewayForTest({ faults: [fault], env });
    await askTimes(ENOUGH, gateway);
    expect(gateway.calls()).toEqual({ users: ENOUGH });
    expect(await askTimes(1, gateway)).toEqual(['UPSTREAM_UNAVAILABLE']);
    expect(gateway.calls()).toEqual({});
  });

  test('is not called any more after timeouts too', async () => {
    const clock = new TestClock();
    const gateway = await forgetfulGatewayForTest({
      faults: [{ kind: 'hang', resource: 'users' }],
      env: { UPSTREAM_TIMEOUT_MS: '400' },
      clock,
    });
    for (let n = 1; n <= ENOUGH; n += 1) {
      const asked = askTimes(1, gateway);
      await expect.poll(() => gateway.sandbox.requests.length, { interval: 5 }).toBe(n);
      await clock.skip(400);
      expect(await asked).toEqual(['UPSTREAM_TIMEOUT']);
    }
    expect(gateway.calls()).toEqual({ users: ENOUGH });
    expect(await askTimes(1, gateway)).toEqual(['UPSTREAM_UNAVAILABLE']);
    expect(gateway.calls()).toEqual({});
  });

  test.each<[string, Fault]>([
    ['answers with 400', status(400)],
    ['answers with 403', status(403)],
    ['answers with 401', status(401)],
    ['sends unreadable answers', { kind: 'truncate', resource: 'users' }],
    ['answers with 404', status(404)],
  ])('is still called when it only %s', async (_what, fault) => {
    const gateway = await forgetfulGatewayForTest({ faults: [fault] });
    await askTimes(2 * ENOUGH, gateway);
    expect(gateway.calls()).toEqual({ users: 2 * ENOUGH });
    gateway.sandbox.faults.splice(0);
    expect(await askTimes(1, gateway)).toEqual(['none']);
  });

  test('is still called when only a few of many calls fail', async () => {
    const gateway = await forgetfulGatewayForTest({
      faults: [{ ...status(500), burst: { length: 2, every: 5 } }],
    });
    await askTimes(4 * ENOUGH, gateway);
    expect(gateway.calls()).toEqual({ users: 4 * ENOUGH });
  });

  test('costs no quota for calls that waited and were never sent', async () => {
    const { query, sandbox } = await forgetfulGatewayForTest({
      faults: [{ kind: 'status', status: 500, resource: 'scripts' }],
      rateLimit: { allowed: 40, windowSeconds: 60 },
      env: { UPSTREAM_CONCURRENCY: '1' },
      clock: clockWithoutPacing(),
    });
    expect((await query(QUEUE)).errors).toBeUndefined();
    // Each script and each conversation is a call of its own.
    await Promise.all(
      Array.from({ length: 35 }, (_, n) => query(`{ script(id: "script-of-${n}") { name } }`)),
    );
    expect(sandbox.requests).toHaveLength(1 + ENOUGH);
    const rest = await Promise.all(
      Array.from({ length: 29 }, (_, n) => query(`{ conversation(id: "conversation-of-${n}") { id } }`)),
    );
    expect(rest.filter(({ errors }) => errors !== undefined)).toEqual([]);
    expect(sandbox.answered.get(429)).toBeUndefined();
  });
});
