import { describe, expect, test } from 'vitest';
import type { Fault } from '../../../src/sandbox/fault.ts';
import { clockForTest } from '../../property/identities-clock.ts';
import { everyDetail } from '../../support/answers.ts';
import { NOTHING_KEPT } from '../../support/gateway.ts';
import { meteredGatewayForTest } from '../../support/scrape.ts';

const CALLS = 'gateway_upstream_calls_total';
const USER = '{ user(id: "user-1") { email } }';

describe('upstream calls', () => {
  test('are counted and timed by resource, with the number of their ids', async () => {
    const { query, calls, scrape } = await meteredGatewayForTest();
    await query(everyDetail);
    const metrics = await scrape();
    for (const [resource, count] of Object.entries(calls())) {
      expect(metrics.value(CALLS, { resource, outcome: 'ok' }), resource).toBe(count);
      expect(metrics.value('gateway_upstream_call_duration_seconds_count', { resource })).toBe(count);
      expect(metrics.value('gateway_upstream_call_ids_count', { resource })).toBe(count);
    }
    expect(metrics.value('gateway_upstream_call_ids_sum', { resource: 'users' })).toBe(20);
    expect(metrics.value('gateway_upstream_call_ids_sum', { resource: 'contacts' })).toBe(100);
    expect(metrics.value('gateway_upstream_call_duration_seconds_sum')).toBeGreaterThan(0);
  });

  test.each<[outcome: string, fault: Fault]>([
    ['unauthenticated', { kind: 'status', status: 401 }],
    ['forbidden', { kind: 'status', status: 403 }],
    ['rate_limited', { kind: 'rateLimited', retryAfterSeconds: 60 }],
    ['timeout', { kind: 'hang' }],
    ['unavailable', { kind: 'status', status: 500 }],
    ['unavailable', { kind: 'reset' }],
    ['bad_response', { kind: 'html', status: 200 }],
  ])('are counted by their outcome: %s', async (outcome, fault) => {
    const { query, scrape } = await meteredGatewayForTest({
      faults: [{ ...fault, times: 1 }],
      env: { UPSTREAM_TIMEOUT_MS: '200', MAX_UPSTREAM_CALLS: '1' },
    });
    await query(USER);
    const metrics = await scrape();
    expect(metrics.value(CALLS, { resource: 'users', outcome })).toBe(1);
    expect(metrics.value(CALLS)).toBe(1);
  });

  test('for an unknown entity are counted as not_found, not as failures', async () => {
    const { query, scrape } = await meteredGatewayForTest();
    await query('{ script(id: "script-of-nobody") { name } }');
    expect((await scrape()).value(CALLS, { resource: 'scripts', outcome: 'not_found' })).toBe(1);
  });

  test('that no request waits for any more are counted as given_up, not as failures', async () => {
    const { query, scrape } = await meteredGatewayForTest({
      faults: [{ kind: 'hang' }],
      env: { REQUEST_TIMEOUT_MS: '200' },
    });
    await query(USER);
    await expect
      .poll(async () => (await scrape()).value(CALLS, { resource: 'users', outcome: 'given_up' }))
      .toBe(1);
  });

  test('that are retried are counted as retries, and each attempt by its outcome', async () => {
    const { query, scrape } = await meteredGatewayForTest({
      faults: [{ kind: 'status', status: 503, times: 1 }],
    });
    await query(USER);
    const metrics = await scrape();
    expect(metrics.value('gateway_upstream_retries_total', { resource: 'users' })).toBe(1);
    expect(metrics.value(CALLS, { resource: 'users', outcome: 'unavailable' })).toBe(1);
    expect(metrics.value(CALLS, { resource: 'users', outcome: 'ok' })).toBe(1);
  });
});

describe('circuits', () => {
  test('are counted while they are open or half open, and not when they are closed', async () => {
    const clock = clockForTest();
    const { query, scrape, sandbox } = await meteredGatewayForTest({
      faults: [{ kind: 'status', status: 500, resource: 'users' }],
      env: NOTHING_KEPT,
    });
    const states = async () => {
      const metrics = await scrape();
      return ['open', 'half_open'].map((state) =>
        metrics.value('gateway_upstream_circuits', { resource: 'users', state }),
      );
    };
    await query(USER);
    expect(await states()).toEqual([0, 0]);
    for (let n = 0; n < 10; n += 1) await query(USER);
    expect(await states()).toEqual([1, 0]);
    expect((await scrape()).value('gateway_upstream_withheld_calls_total')).toBe(1);
    await query(USER);
    const metrics = await scrape();
    expect(
      metrics.value('gateway_upstream_withheld_calls_total', { resource: 'users', reason: 'circuit' }),
    ).toBe(2);
    expect(metrics.value(CALLS, { resource: 'users' })).toBe(10);
    clock.skip(6_000);
    expect(await states()).toEqual([0, 1]);
    sandbox.faults.length = 0;
    await query(USER);
    expect(await states()).toEqual([0, 0]);
  });
});

test('circuits of forgotten credentials are no longer exported', async () => {
  const clock = clockForTest();
  const others = Array.from({ length: 70 }, (_, n) => `token-of-${n}`);
  const { query, scrape, sandbox } = await meteredGatewayForTest({
    faults: [{ kind: 'status', status: 500, resource: 'users' }],
    tokens: others,
    env: NOTHING_KEPT,
  });
  for (let n = 0; n < 10; n += 1) await query(USER);
  expect((await scrape()).value('gateway_upstream_circuits', { state: 'open' })).toBe(1);
  sandbox.faults.length = 0;
  clock.skip(120_000);
  for (const token of others) await query('{ queue(id: "queue-1") { memberCount } }', {}, token);
  expect((await scrape()).value('gateway_upstream_circuits', { resource: 'users' })).toBeUndefined();
});

describe('the quota', () => {
  test('is exported as the fewest calls that any credential has left', async () => {
    const { query, scrape } = await meteredGatewayForTest({
      rateLimit: { allowed: 50, windowSeconds: 60 },
      tokens: ['another'],
      env: NOTHING_KEPT,
    });
    const before = await scrape();
    expect(before.value('gateway_quota_left_calls')).toBeUndefined();
    expect(before.value('gateway_quota_identities')).toBe(0);
    for (let n = 0; n < 3; n += 1) await query(USER);
    await query(USER, {}, 'another');
    const after = await scrape();
    expect(after.value('gateway_quota_left_calls')).toBe(47);
    expect(after.value('gateway_quota_identities')).toBe(2);
    expect(after.value('gateway_quota_wait_seconds_count')).toBe(4);
  });

  test('of one resource alone is exported as withheld calls of that resource', async () => {
    const { query, scrape } = await meteredGatewayForTest({
      env: NOTHING_KEPT,
      faults: [{ kind: 'rateLimited', retryAfterSeconds: 42, resource: 'users', times: 1 }],
    });
    await query(USER);
    await query(USER);
    const metrics = await scrape();
    expect(
      metrics.value('gateway_upstream_withheld_calls_total', { resource: 'users', reason: 'hold' }),
    ).toBe(1);
  });

  test('that leaves no call in time is exported as withheld calls', async () => {
    const { query, scrape } = await meteredGatewayForTest({
      rateLimit: { allowed: 2, windowSeconds: 60 },
      env: { ...NOTHING_KEPT, REQUEST_TIMEOUT_MS: '1000' },
    });
    for (let n = 0; n < 4; n += 1) await query(USER);
    const metrics = await scrape();
    expect(metrics.value('gateway_quota_left_calls')).toBe(0);
    expect(
      metrics.value('gateway_upstream_withheld_calls_total', { resource: 'users', reason: 'quota' }),
    ).toBe(2);
    expect(metrics.value(CALLS)).toBe(2);
  });

  test('is exported with the number of calls that wait for it and the time that they waited', async () => {
    const { query, scrape, sandbox } = await meteredGatewayForTest({
      faults: [{ kind: 'delay', ms: 300 }],
      env: { UPSTREAM_CONCURRENCY: '1' },
    });
    const answers = Promise.all([1, 2, 3].map((n) => query(`{ script(id: "script-of-${n}") { name } }`)));
    await expect.poll(() => sandbox.requests.length).toBe(1);
    expect((await scrape()).value('gateway_quota_waiting_calls')).toBe(2);
    await answers;
    const metrics = await scrape();
    expect(metrics.value('gateway_quota_waiting_calls')).toBe(0);
    expect(metrics.value('gateway_quota_wait_seconds_count')).toBe(3);
    expect(metrics.value('gateway_quota_wait_seconds_sum')).toBeGreaterThan(0.3);
  });
});

describe('the cache', () => {
  test('is exported by type, with its hits, stale hits and misses', async () => {
    const clock = clockForTest();
    const { query, scrape, sandbox } = await meteredGatewayForTest({
      env: { IDENTITY_PROOF_SECONDS: '3600' },
    });
    const lookups = async () => {
      const metrics = await scrape();
      return ['hit', 'stale', 'miss'].map((result) =>
        metrics.value('gateway_cache_lookups_total', { type: 'User', result }),
      );
    };
    await query(USER);
    expect(await lookups()).toEqual([0, 0, 1]);
    await query('{ a: user(id: "user-1") { email } b: user(id: "user-2") { email } }');
    expect(await lookups()).toEqual([1, 0, 2]);
    clock.skip(61_000);
    await query(USER);
    expect(await lookups()).toEqual([1, 1, 2]);
    // A revalidation in the background is no miss.
    await expect.poll(() => sandbox.requests.length).toBe(3);
    expect(await lookups()).toEqual([1, 1, 2]);
  });

  test('is exported with its size in bytes, for entities and for lists', async () => {
    const { query, scrape } = await meteredGatewayForTest();
    const bytes = async (kind: string) => (await scrape()).value('gateway_cache_bytes', { kind });
    expect([await bytes('entities'), await bytes('lists')]).toEqual([0, 0]);
    await query(everyDetail);
    expect(await bytes('entities')).toBeGreaterThan(10_000);
    expect(await bytes('lists')).toBeGreaterThan(10_000);
  });
});
