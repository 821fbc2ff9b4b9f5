import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/fault.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { onlyError } from '../support/answers.ts';
import { forgetfulGatewayForTest, keepingGatewayForTest, TOKEN } from '../support/gateway.ts';
import { CAMPAIGN_ID } from '../support/organisation.ts';
import { clockWithoutPauses, TestClock } from '../support/test-clock.ts';

const USER = '{ user(id: "user-1") { name } }';
const QUEUE = '{ queue(id: "queue-1") { name } }';
const LIST = `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}") { totalCount observedAt } }`;

/** Fault by which users have a limit of their own, in the middle of a quota of which hardly anything is used. */
function ownLimit(times: number, retryAfterSeconds?: number | null): Fault {
  return retryAfterSeconds === undefined
    ? { kind: 'status', status: 429, body: {}, resource: 'users', times }
    : { kind: 'rateLimited', retryAfterSeconds, resource: 'users', times };
}

test('a 429 of the sandbox for one resource reports a quota of which hardly anything is used', async () => {
  const sandbox = await startSandbox({ tokens: [TOKEN], faults: [ownLimit(1, 42)] });
  try {
    const { status, headers } = await fetch(`${sandbox.url}/api/v2/users`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(status).toBe(429);
    expect(headers.get('retry-after')).toBe('42');
    expect(headers.get('inin-ratelimit-count')).toBe('1');
    expect(headers.get('inin-ratelimit-allowed')).toBe('300');
  } finally {
    await sandbox.close();
  }
});

describe('a limit of one resource', () => {
  test('holds that resource for that identity until its time, and nothing else; then one call goes to see', async () => {
    const clock = new TestClock();
    const { query, calls } = await forgetfulGatewayForTest({
      faults: [{ ...ownLimit(Infinity, 42), token: TOKEN }],
      tokens: ['another'],
      clock,
    });
    expect(onlyError(await query(USER)).extensions).toMatchObject({
      code: 'UPSTREAM_RATE_LIMITED',
      upstreamStatus: 429,
      retryAfterSeconds: 42,
    });
    expect(calls()).toEqual({ users: 1 });
    const refused = onlyError(await query(USER));
    expect(refused.message).toContain(
      "the upstream's limit for this resource leaves no call for this in time",
    );
    expect(refused.extensions).toEqual({
      code: 'UPSTREAM_RATE_LIMITED',
      retryAfterSeconds: expect.any(Number),
      affected: { type: 'User', ids: ['user-1'], paths: ['user'] },
    });
    expect(refused.extensions.retryAfterSeconds).toBeGreaterThan(40);
    expect(calls()).toEqual({});
    expect((await query(QUEUE)).errors).toBeUndefined();
    expect((await query(LIST)).errors).toBeUndefined();
    expect((await query(USER, {}, 'another')).errors).toBeUndefined();
    expect(calls()).toEqual({ queues: 1, campaignInteractions: 1, users: 1 });
    await clock.skip(43_000);
    // The upstream refuses that one as well, and the others have not been sent.
    const ids = Array.from({ length: 5 }, (_, n) => `{ user(id: "user-${n}") { name } }`);
    const answers = await Promise.all(ids.map((text) => query(text)));
    expect(answers.every((answer) => onlyError(answer).extensions.code === 'UPSTREAM_RATE_LIMITED')).toBe(
      true,
    );
    expect(calls()).toEqual({ users: 1 });
  });

  test('is over when a call after the hold is answered', async () => {
    const clock = new TestClock();
    const { query, calls } = await forgetfulGatewayForTest({ faults: [ownLimit(1, 42)], clock });
    expect(onlyError(await query(USER)).extensions.retryAfterSeconds).toBe(42);
    await clock.skip(43_000);
    for (let n = 0; n < 3; n += 1) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      expect((await query(USER)).errors).toBeUndefined();
    }
    expect(calls()).toEqual({ users: 4 });
  });

  test.each([
    ['is waited for when its time comes soon enough', ownLimit(1, 1)],
    ['is waited for a second when it names no time', ownLimit(1)],
  ])('%s', async (_what, fault) => {
    const { query, calls } = await forgetfulGatewayForTest({ faults: [fault], clock: clockWithoutPauses() });
    expect((await query(USER)).data).toEqual({ user: { name: 'Name of user-1' } });
    expect(calls()).toEqual({ users: 2 });
  });

  test('holds for longer each time when it names no time, and tells the client for how long', async () => {
    const { query, calls } = await forgetfulGatewayForTest({
      faults: [ownLimit(Infinity)],
      clock: clockWithoutPauses(),
      env: { MAX_UPSTREAM_CALLS: '100' },
    });
    expect(onlyError(await query(USER)).extensions.retryAfterSeconds).toBe(4);
    expect(calls()).toEqual({ users: 3 });
  });

  test('of lists has those that are there shown for as long as they may be', async () => {
    const clock = new TestClock();
    const limited: Fault = { kind: 'rateLimited', retryAfterSeconds: 42, resource: 'campaignInteractions' };
    const { query, calls, sandbox } = await keepingGatewayForTest({ clock });
    const first = (await query(LIST)).data;
    await clock.skip(2_000);
    sandbox.faults.push(limited);
    expect(onlyError(await query(LIST)).extensions.code).toBe('UPSTREAM_RATE_LIMITED');
    expect((await query(LIST)).data).toEqual(first);
    await clock.skip(3_500);
    expect(onlyError(await query(LIST)).extensions.code).toBe('UPSTREAM_RATE_LIMITED');
    expect(calls()).toEqual({ campaignInteractions: 2 });
  });
});
