import { beforeEach, describe, expect, test } from 'vitest';
import { type QuotaReport, QuotaWindow } from '../../../../src/upstream/quota/window.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

let quota: QuotaWindow;
beforeEach(() => {
  quota = new QuotaWindow();
});

/** Makes a call that the upstream accepts. The report is null when the answer reports no quota. */
function answered(report: QuotaReport | null, startedAtMs: number, nowMs = startedAtMs): void {
  quota.started(startedAtMs);
  if (report !== null) quota.learn(report, startedAtMs, nowMs);
  quota.accepted(startedAtMs);
  quota.ended(report === null, startedAtMs);
}

describe('the quota of a token', () => {
  test('has no known limit before an answer reports one', () => {
    expect(quota.earliestMs(1_000_000, 5)).toBe(5);
    answered(null, 5);
    expect(quota.earliestMs(1_000_000, 6)).toBe(6);
    expect(quota.pacedMs(6)).toBe(6);
  });

  test('lets the calls left in the window start at once, and puts others into the windows that follow', () => {
    answered({ count: 8, allowed: 10, resetSeconds: 60 }, 0);
    expect([0, 1, 2, 11, 12, 21, 22].map((ahead) => quota.earliestMs(ahead, 0))).toEqual([
      0,
      0,
      MINUTE_MS,
      MINUTE_MS,
      2 * MINUTE_MS,
      2 * MINUTE_MS,
      3 * MINUTE_MS,
    ]);
  });

  test('has windows as long as the longest reset reported', () => {
    answered({ count: 8, allowed: 10, resetSeconds: 60 }, 0);
    answered({ count: 10, allowed: 10, resetSeconds: 5 }, 55_000);
    expect(quota.earliestMs(10, 55_000)).toBe(2 * MINUTE_MS);
  });

  test('is spent by calls in flight as well', () => {
    answered({ count: 7, allowed: 10, resetSeconds: 60 }, 0);
    quota.started(1);
    quota.started(1);
    expect(quota.earliestMs(0, 1)).toBe(1);
    expect(quota.earliestMs(1, 1)).toBe(MINUTE_MS);
  });

  test('is spent by calls without a report as well', () => {
    answered({ count: 8, allowed: 10, resetSeconds: 60 }, 0);
    answered(null, 1);
    answered(null, 2);
    expect(quota.earliestMs(0, 3)).toBe(MINUTE_MS);
  });

  test('loses nothing of the next window to calls counted beyond the limit', () => {
    answered({ count: 25, allowed: 10, resetSeconds: 60 }, 0);
    expect(quota.earliestMs(0, 0)).toBe(MINUTE_MS);
    expect(quota.earliestMs(9, 0)).toBe(MINUTE_MS);
    expect(quota.earliestMs(10, 0)).toBe(2 * MINUTE_MS);
  });

  test('is one call per window when the upstream allows none', () => {
    answered({ count: 0, allowed: 0, resetSeconds: 60 }, 0);
    expect(quota.earliestMs(0, 0)).toBe(0);
    expect(quota.earliestMs(1, 0)).toBe(MINUTE_MS);
  });

  test('changes when the upstream changes it', () => {
    answered({ count: 8, allowed: 10, resetSeconds: 60 }, 0);
    answered({ count: 9, allowed: 20, resetSeconds: 60 }, 1);
    expect(quota.earliestMs(10, 1)).toBe(1);
    answered({ count: 10, allowed: 5, resetSeconds: 60 }, 2);
    expect(quota.earliestMs(0, 2)).toBeGreaterThan(2);
  });

  test('is whole again when the window has ended; the next window is unknown before an answer', () => {
    answered({ count: 10, allowed: 10, resetSeconds: 60 }, 0);
    expect(quota.earliestMs(0, MINUTE_MS - 1)).toBe(MINUTE_MS);
    expect(quota.earliestMs(9, MINUTE_MS)).toBe(MINUTE_MS);
    expect(quota.earliestMs(10, MINUTE_MS)).toBe(2 * MINUTE_MS);
    // The next window begins with the next call, or has begun with a call of others.
    answered({ count: 4, allowed: 10, resetSeconds: 20 }, MINUTE_MS + 5);
    expect(quota.earliestMs(5, MINUTE_MS + 5)).toBe(MINUTE_MS + 5);
    expect(quota.earliestMs(6, MINUTE_MS + 5)).toBe(MINUTE_MS + 20_005);
  });

  test('is whole again a window length later when no answer reports the window that began', () => {
    answered({ count: 1, allowed: 10, resetSeconds: 60 }, 0);
    for (let n = 0; n < 10; n += 1) answered(null, MINUTE_MS + n);
    expect(quota.earliestMs(0, MINUTE_MS + 10)).toBe(2 * MINUTE_MS);
    expect(quota.earliestMs(9, 2 * MINUTE_MS)).toBe(2 * MINUTE_MS);
    for (let n = 0; n < 10; n += 1) answered(null, 2 * MINUTE_MS + n);
    expect(quota.earliestMs(0, 2 * MINUTE_MS + 10)).toBe(3 * MINUTE_MS);
  });

  test('is whole again after the clock has jumped', () => {
    answered({ count: 10, allowed: 10, resetSeconds: 60 }, 0);
    expect(quota.earliestMs(9, DAY_MS)).toBe(DAY_MS);
    expect(quota.pacedMs(DAY_MS)).toBe(DAY_MS);
  });

  test('is never spent for long when windows end at once', () => {
    answered({ count: 10, allowed: 10, resetSeconds: 0 }, 0);
    expect(quota.earliestMs(0, 0)).toBe(0);
    answered({ count: 11, allowed: 10, resetSeconds: 0 }, 0);
    expect(quota.earliestMs(100, 0)).toBe(0);
    expect(quota.pacedMs(0)).toBe(0);
  });
});

describe('the pace', () => {
  test('delays no call until half of the window is spent', () => {
    answered({ count: 4, allowed: 10, resetSeconds: 60 }, 0);
    expect(quota.pacedMs(0)).toBe(0);
  });

  test('spreads the calls that are left evenly over the rest of the window', () => {
    answered({ count: 5, allowed: 10, resetSeconds: 60 }, 0);
    expect(quota.pacedMs(0)).toBe(MINUTE_MS / 5);
    answered({ count: 6, allowed: 10, resetSeconds: 48 }, 12_000);
    expect(quota.pacedMs(12_000)).toBe(12_000 + 48_000 / 4);
    // A call after a pause may start at once.
    expect(quota.pacedMs(36_000)).toBe(36_000);
  });

  test('lets the last call start before the window ends', () => {
    answered({ count: 9, allowed: 10, resetSeconds: 60 }, 0);
    expect(quota.pacedMs(30_000)).toBe(30_000);
  });

  test('does not matter when no call is left', () => {
    answered({ count: 10, allowed: 10, resetSeconds: 60 }, 0);
    expect(quota.pacedMs(0)).toBe(quota.earliestMs(0, 0));
  });
});

describe('the state of a quota', () => {
  test('is idle when no call is in flight, the window has ended, and no hold applies', () => {
    expect(quota.isIdle(0)).toBe(true);
    quota.started(0);
    expect(quota.isIdle(0)).toBe(false);
    quota.learn({ count: 1, allowed: 10, resetSeconds: 60 }, 0, 0);
    quota.ended(false, 0);
    expect(quota.isIdle(MINUTE_MS - 1)).toBe(false);
    expect(quota.isIdle(MINUTE_MS)).toBe(true);
    quota.started(MINUTE_MS);
    quota.refused(90, MINUTE_MS, MINUTE_MS);
    quota.ended(true, MINUTE_MS);
    expect(quota.isIdle(MINUTE_MS + 89_999)).toBe(false);
    expect(quota.isIdle(MINUTE_MS + 90_000)).toBe(true);
  });
});
