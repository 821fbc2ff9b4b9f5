import { beforeEach, describe, expect, test } from 'vitest';
import { QuotaWindow } from '../../../../src/upstream/quota/window.ts';

const MINUTE_MS = 60_000;

let quota: QuotaWindow;
beforeEach(() => {
  quota = new QuotaWindow();
});

interface Said {
  /** Calls counted, of 300 announced; null when the answer reports no quota. */
  readonly count: number | null;
  readonly resetSeconds?: number;
  readonly startedAtMs?: number;
}

function answer({ count, resetSeconds = 60, startedAtMs }: Said, nowMs: number, verdict: () => void): void {
  const sentAtMs = startedAtMs ?? nowMs;
  if (startedAtMs === undefined) quota.started(sentAtMs);
  if (count !== null) quota.learn({ count, allowed: 300, resetSeconds }, sentAtMs, nowMs);
  verdict();
  quota.ended(count === null, sentAtMs);
}

/** Accepts a call that starts now, or that is in flight since `startedAtMs`. */
function accepted(said: Said, nowMs: number): void {
  answer(said, nowMs, () => quota.accepted(said.startedAtMs ?? nowMs));
}

function refused(said: Said & { readonly retryAfterSeconds?: number }, nowMs: number): void {
  answer(said, nowMs, () => quota.refused(said.retryAfterSeconds, said.startedAtMs ?? nowMs, nowMs));
}

/** Number of calls that may start at once. */
function left(nowMs: number): number {
  let ahead = 0;
  while (quota.earliestMs(ahead, nowMs) <= nowMs) ahead += 1;
  return ahead;
}

describe('a 429', () => {
  test('stops all calls until the time that it names', () => {
    refused({ count: null, retryAfterSeconds: 42 }, 0);
    expect(quota.earliestMs(0, 0)).toBe(42_000);
    expect(quota.pacedMs(41_999)).toBe(42_000);
    expect(left(42_000 - 1)).toBe(0);
    expect(quota.earliestMs(1_000, 42_000)).toBe(42_000);
  });

  test('stops all calls until the time that it names even if the window ends before', () => {
    refused({ count: 10, resetSeconds: 5, retryAfterSeconds: 42 }, 0);
    expect(quota.earliestMs(0, 0)).toBe(42_000);
    expect(quota.earliestMs(0, 6_000)).toBe(42_000);
  });

  test('that follows another can make the hold longer, never shorter', () => {
    refused({ count: null, retryAfterSeconds: 42 }, 0);
    refused({ count: null, retryAfterSeconds: 1 }, 1_000);
    expect(quota.earliestMs(0, 1_000)).toBe(42_000);
    refused({ count: null, retryAfterSeconds: 60 }, 2_000);
    expect(quota.earliestMs(0, 2_000)).toBe(62_000);
  });

  test('that names no time holds for a second, doubled each time up to half a minute, until a call is accepted', () => {
    let nowMs = 0;
    const holdsMs: number[] = [];
    for (let n = 0; n < 7; n += 1) {
      refused({ count: null }, nowMs);
      holdsMs.push(quota.earliestMs(0, nowMs) - nowMs);
      nowMs = quota.earliestMs(0, nowMs);
    }
    expect(holdsMs).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    accepted({ count: null }, nowMs);
    refused({ count: null }, nowMs + 1);
    expect(quota.earliestMs(0, nowMs + 1)).toBe(nowMs + 1_001);
  });

  test('that names no time counts once for all calls that were in flight together', () => {
    for (let n = 0; n < 10; n += 1) quota.started(n);
    for (let n = 0; n < 10; n += 1) refused({ count: null, startedAtMs: n }, 100 + n);
    // The hold ends a second after the last 429, and does not double with each.
    expect(quota.earliestMs(0, 110)).toBe(1_109);
  });

  test('that names zero seconds holds like one that names no time, twice as long each time', () => {
    refused({ count: null, retryAfterSeconds: 0 }, 10);
    expect(quota.earliestMs(0, 10)).toBe(1_010);
    refused({ count: null, retryAfterSeconds: 0 }, 1_010);
    expect(quota.earliestMs(0, 1_010)).toBe(3_010);
  });
});

describe('a limit lower than announced', () => {
  test('is learned from a 429 that comes below the announced limit', () => {
    accepted({ count: 190 }, 0);
    refused({ count: 201, retryAfterSeconds: 60 }, 1);
    // The next window has 200 calls, the one after it the rest.
    expect(quota.earliestMs(199, 1)).toBe(60_001);
    expect(quota.earliestMs(200, 1)).toBe(120_001);
  });

  test('is learned as half the limit at least, because one 429 may have another reason', () => {
    refused({ count: 3, retryAfterSeconds: 1 }, 0);
    expect(left(1_000)).toBe(147);
    refused({ count: 4, retryAfterSeconds: 1, resetSeconds: 59 }, 1_000);
    expect(left(2_000)).toBe(71);
  });

  test('is learned once from calls that were in flight and refused together', () => {
    for (let n = 0; n < 10; n += 1) quota.started(n);
    for (let n = 0; n < 10; n += 1) {
      refused({ count: 20 + n, retryAfterSeconds: 1, startedAtMs: n }, 100 + n);
    }
    expect(left(1_110)).toBe(150 - 29);
  });

  test('is never less than one call', () => {
    for (let n = 0; n < 20; n += 1) {
      refused({ count: 0, retryAfterSeconds: 1, resetSeconds: 60 - n }, n * 1_000);
    }
    expect(left(20_000)).toBe(1);
  });

  test('is not raised by a later 429 with a higher count', () => {
    accepted({ count: 190 }, 0);
    refused({ count: 201, retryAfterSeconds: 0 }, 1);
    refused({ count: 209, retryAfterSeconds: 0 }, 2);
    expect(quota.earliestMs(199, 2)).toBe(MINUTE_MS);
    expect(quota.earliestMs(200, 2)).toBe(2 * MINUTE_MS);
  });

  test('is not learned when the announced limit was reached', () => {
    refused({ count: 301, retryAfterSeconds: 60 }, 0);
    expect(quota.earliestMs(299, 0)).toBe(MINUTE_MS);
    expect(quota.earliestMs(300, 0)).toBe(2 * MINUTE_MS);
  });

  test('is not learned from a call of the last window, which the count of this one does not cover', () => {
    accepted({ count: 140 }, 0);
    quota.started(59_000);
    refused({ count: null, retryAfterSeconds: 1, startedAtMs: 59_000 }, 61_000);
    expect(quota.earliestMs(0, 61_000)).toBe(62_000);
    expect(left(62_000)).toBe(300);
  });

  test('is not learned from a call of the last window when the upstream began a window early', () => {
    accepted({ count: 140 }, 0);
    quota.started(4_000);
    accepted({ count: 1 }, 5_000);
    refused({ count: null, retryAfterSeconds: 1, startedAtMs: 4_000 }, 5_500);
    expect(left(7_000)).toBe(299);
  });

  test('grows by a tenth of the announced limit in each window without a 429, up to that limit', () => {
    refused({ count: 101, retryAfterSeconds: 60 }, 0);
    const limits: number[] = [];
    for (let n = 1; n <= 8; n += 1) {
      accepted({ count: 1 }, n * MINUTE_MS);
      limits.push(left(n * MINUTE_MS) + 1);
    }
    expect(limits).toEqual([150, 180, 210, 240, 270, 300, 300, 300]);
  });
});

describe('the limit on calls in flight', () => {
  test('is three before the upstream has accepted a call', () => {
    expect(quota.maxInFlight(0)).toBe(3);
    quota.started(0);
    quota.ended(true, 0);
    expect(quota.maxInFlight(1)).toBe(3);
    accepted({ count: 1 }, 2);
    expect(quota.maxInFlight(2)).toBe(Infinity);
  });

  test('is two after a 429, until the upstream has accepted one of the two', () => {
    accepted({ count: 1 }, 0);
    quota.started(1);
    refused({ count: null, retryAfterSeconds: 5, startedAtMs: 1 }, 2);
    expect(quota.maxInFlight(5_001)).toBe(2);
    accepted({ count: 2 }, 5_002);
    expect(quota.maxInFlight(5_002)).toBe(Infinity);
  });

  test('is two at the start of a window when half of the last one was spent, because its end may be a little off', () => {
    accepted({ count: 150 }, 0);
    expect(quota.maxInFlight(MINUTE_MS - 1)).toBe(Infinity);
    expect(quota.maxInFlight(MINUTE_MS)).toBe(2);
    accepted({ count: 149 }, MINUTE_MS + 1);
    expect(quota.maxInFlight(MINUTE_MS + 1)).toBe(Infinity);
    expect(quota.maxInFlight(2 * MINUTE_MS + 1)).toBe(Infinity);
  });

  test('ignores calls from before a 429, which do not show whether calls are accepted again', () => {
    accepted({ count: 1 }, 0);
    for (const startedAtMs of [1, 2, 3]) quota.started(startedAtMs);
    refused({ count: null, retryAfterSeconds: 5, startedAtMs: 1 }, 10);
    // Calls from before the 429 take no place from the two probes, and do not show that calls are accepted again.
    expect(quota.maxInFlight(5_010)).toBe(2 + 2);
    accepted({ count: 3, startedAtMs: 2 }, 5_011);
    expect(quota.maxInFlight(5_011)).toBe(1 + 2);
    refused({ count: null, retryAfterSeconds: 0, startedAtMs: 3 }, 5_012);
    expect(quota.maxInFlight(5_012)).toBe(2);
    accepted({ count: 4 }, 5_013);
    expect(quota.maxInFlight(5_013)).toBe(Infinity);
  });
});

test('holds and windows last ten minutes at most, whatever the upstream says', () => {
  const tenMinutesMs = 600_000;
  refused({ count: null, retryAfterSeconds: 999_999 }, 0);
  expect(quota.earliestMs(0, 0)).toBe(tenMinutesMs);
  quota = new QuotaWindow();
  accepted({ count: 300, resetSeconds: 999_999 }, 0);
  expect(quota.earliestMs(0, 0)).toBe(tenMinutesMs);
});

test('a 429 that reports the end of its window holds for a second all the same', () => {
  accepted({ count: 300, resetSeconds: 9 }, 0);
  refused({ count: 301, resetSeconds: 0, retryAfterSeconds: 0 }, 20);
  expect(quota.earliestMs(0, 20)).toBeGreaterThanOrEqual(1_020);
});

describe('an upstream that rounds its seconds down', () => {
  test('is recognized by a 429 right after the reported end, and later windows end a second later than reported', () => {
    accepted({ count: 300, resetSeconds: 9 }, 0);
    expect(quota.earliestMs(0, 0)).toBe(9_000);
    refused({ count: 301, resetSeconds: 0, retryAfterSeconds: 0 }, 9_010);
    accepted({ count: 1, resetSeconds: 59 }, 10_010);
    accepted({ count: 300, resetSeconds: 58 }, 11_000);
    expect(quota.earliestMs(0, 11_000)).toBe(11_000 + 59_000);
  });

  test('is not recognized by a 429 in the middle of a window', () => {
    accepted({ count: 10 }, 0);
    refused({ count: 301, resetSeconds: 30, retryAfterSeconds: 30 }, 30_000);
    accepted({ count: 300, resetSeconds: 60 }, 60_010);
    expect(quota.earliestMs(0, 60_010)).toBe(60_010 + MINUTE_MS);
  });
});
