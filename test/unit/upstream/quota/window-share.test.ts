import { describe, expect, test } from 'vitest';
import { QuotaWindow } from '../../../../src/upstream/quota/window.ts';

const MINUTE_MS = 60_000;

/** Makes a call whose answer reports this quota. */
function answered(quota: QuotaWindow, count: number, allowed: number, atMs: number): void {
  quota.started(atMs);
  quota.learn({ count, allowed, resetSeconds: (MINUTE_MS - atMs) / 1000 }, atMs, atMs);
  quota.accepted(atMs);
  quota.ended(false, atMs);
}

describe('a window of which this process may spend a share', () => {
  test('allows calls up to the share, whatever is left of the whole', () => {
    const quota = new QuotaWindow(() => 1 / 3);
    answered(quota, 1, 30, 0);
    expect(quota.left(0)).toMatchObject({ allowed: 10, used: 1 });
    expect(quota.earliestMs(8, 0)).toBe(0);
    expect(quota.earliestMs(9, 0)).toBe(MINUTE_MS);
  });

  test('allows fewer calls when others have spent more than their share', () => {
    const quota = new QuotaWindow(() => 1 / 3);
    answered(quota, 27, 30, 0);
    expect(quota.left(0)).toMatchObject({ allowed: 10, used: 7 });
    expect(quota.earliestMs(2, 0)).toBe(0);
    expect(quota.earliestMs(3, 0)).toBe(MINUTE_MS);
  });

  test('counts no call that was never sent', () => {
    const quota = new QuotaWindow(() => 1 / 3);
    answered(quota, 1, 30, 0);
    for (let n = 0; n < 20; n += 1) {
      quota.started(1);
      quota.ended(false, 1, false);
    }
    expect(quota.left(1)).toMatchObject({ used: 1 });
  });

  test('allows what the whole has left once the share is 1, and the whole share in the next window', () => {
    let share = 1 / 3;
    const quota = new QuotaWindow(() => share);
    for (let n = 1; n <= 10; n += 1) answered(quota, n, 30, 0);
    expect(quota.earliestMs(0, 0)).toBe(MINUTE_MS);
    share = 1;
    expect(quota.earliestMs(19, 0)).toBe(0);
    share = 1 / 3;
    expect(quota.left(MINUTE_MS)).toMatchObject({ allowed: 10, used: 0 });
  });

  test('allows one call at least', () => {
    const quota = new QuotaWindow(() => 1 / 1000);
    expect(quota.earliestMs(0, 0)).toBe(0);
    answered(quota, 1, 30, 0);
    expect(quota.earliestMs(0, 0)).toBe(MINUTE_MS);
  });
});
