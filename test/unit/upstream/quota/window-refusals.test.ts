import { beforeEach, describe, expect, test } from 'vitest';
import { QuotaWindow } from '../../../../src/upstream/quota/window.ts';

const MINUTE_MS = 60_000;

let quota: QuotaWindow;
beforeEach(() => {
  quota = new QuotaWindow();
});

interface Said {
  /** Calls counted, of 300 announced; null where the answer does not say. */
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

/** The answer to a call; to one that was under way already where it says when that started. */
function accepted(said: Said, nowMs: number): void {
  answer(said, nowMs, () => quota.accepted(said.startedAtMs ?? nowMs));
}

function refused(said: Said & { readonly retryAfterSeconds?: number }, nowMs: number): void {
  answer(said, nowMs, () => quota.refused(said.retryAfterSeconds, said.startedAtMs ?? nowMs, nowMs));
}

/** How many calls may start at once. */
function left(nowMs: number): number {
  let ahead = 0;
  while (quota.earliestMs(ahead, nowMs) <= nowMs) ahead += 1;
  return ahead;
}

describe('after a 429', () => {
  test('nothing goes until the time that it named', () => {
    refused({ count: null, retryAfterSeconds: 42 }, 0);
    expect(quota.earliestMs(0, 0)).toBe(42_000);
    expect(quota.pacedMs(41_999)).toBe(42_000);
    expect(left(42_000 - 1)).toBe(0);
    expect(quota.earliestMs(1_000, 42_000)).toBe(42_000);
  });

  test('nothing goes at all also where the window is over before', () => {
    refused({ count: 10, resetSeconds: 5, retryAfterSeconds: 42 }, 0);
    expect(quota.earliestMs(0, 0)).toBe(42_000);
    expect(quota.earliestMs(0, 6_000)).toBe(42_000);
  });

  test('another one makes it longer, and never shorter', () => {
    refused({ count: null, retryAfterSeconds: 42 }, 0);
    refused({ count: null, retryAfterSeconds: 1 }, 1_000);
    expect(quota.earliestMs(0, 1_000)).toBe(42_000);
    refused({ count: null, retryAfterSeconds: 60 }, 2_000);
    expect(quota.earliestMs(0, 2_000)).toBe(62_000);
  });

  test('that names no time it is a second, twice as long each time, and half a minute at the most', () => {
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

  test('those that name no time, to calls that were under way together, are one', () => {
    for (let n = 0; n < 10; n += 1) quota.started(n);
    for (let n = 0; n < 10; n += 1) refused({ count: null, startedAtMs: n }, 100 + n);
    // A second after the last of them, and not the longer for each.
    expect(quota.earliestMs(0, 110)).toBe(1_109);
  });

  test('that says to come again at once, the next wait as if it had named no time, ever longer', () => {
    refused({ count: null, retryAfterSeconds: 0 }, 10);
    expect(quota.earliestMs(0, 10)).toBe(1_010);
    refused({ count: null, retryAfterSeconds: 0 }, 1_010);
    expect(quota.earliestMs(0, 1_010)).toBe(3_010);
  });
});

describe('a limit lower than announced', () => {
  test('is learned from a 429 that comes before the announced one', () => {
    accepted({ count: 190 }, 0);
    refused({ count: 201, retryAfterSeconds: 60 }, 1);
    // Of the next window 200 may go, and the rest in the one after.
    expect(quota.earliestMs(199, 1)).toBe(60_001);
    expect(quota.earliestMs(200, 1)).toBe(120_001);
  });

  test('is no lower than half for one refusal, which may have had another reason', () => {
    refused({ count: 3, retryAfterSeconds: 1 }, 0);
    expect(left(1_000)).toBe(147);
    refused({ count: 4, retryAfterSeconds: 1, resetSeconds: 59 }, 1_000);
    expect(left(2_000)).toBe(71);
  });

  test('is learned once from calls that were refused together', () => {
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

  test('is not raised by those that were refused after it', () => {
    accepted({ count: 190 }, 0);
    refused({ count: 201, retryAfterSeconds: 0 }, 1);
    refused({ count: 209, retryAfterSeconds: 0 }, 2);
    expect(quota.earliestMs(199, 2)).toBe(MINUTE_MS);
    expect(quota.earliestMs(200, 2)).toBe(2 * MINUTE_MS);
  });

  test('is not learned where the announced one was reached', () => {
    refused({ count: 301, retryAfterSeconds: 60 }, 0);
    expect(quota.earliestMs(299, 0)).toBe(MINUTE_MS);
    expect(quota.earliestMs(300, 0)).toBe(2 * MINUTE_MS);
  });

  test('is not learned from a call of the last window, of which this one’s count says nothing', () => {
    accepted({ count: 140 }, 0);
    quota.started(59_000);
    refused({ count: null, retryAfterSeconds: 1, startedAtMs: 59_000 }, 61_000);
    expect(quota.earliestMs(0, 61_000)).toBe(62_000);
    expect(left(62_000)).toBe(300);
  });

  test('is not learned from such a call either where the upstream began anew', () => {
    accepted({ count: 140 }, 0);
    quota.started(4_000);
    accepted({ count: 1 }, 5_000);
    refused({ count: null, retryAfterSeconds: 1, startedAtMs: 4_000 }, 5_500);
    expect(left(7_000)).toBe(299);
  });

  test('grows by a tenth of what is announced in each window without a 429, up to that', () => {
    refused({ count: 101, retryAfterSeconds: 60 }, 0);
    const limits: number[] = [];
    for (let n = 1; n <= 8; n += 1) {
      accepted({ count: 1 }, n * MINUTE_MS);
      limits.push(left(n * MINUTE_MS) + 1);
    }
    expect(limits).toEqual([150, 180, 210, 240, 270, 300, 300, 300]);
  });
});

describe('how many calls may be under way', () => {
  test('is three before the upstream has let any through', () => {
    expect(quota.maxInFlight(0)).toBe(3);
    quota.started(0);
    quota.ended(true, 0);
    expect(quota.maxInFlight(1)).toBe(3);
    accepted({ count: 1 }, 2);
    expect(quota.maxInFlight(2)).toBe(Infinity);
  });

  test('is two after a 429, until the upstream has let one of these through', () => {
    accepted({ count: 1 }, 0);
    quota.started(1);
    refused({ count: null, retryAfterSeconds: 5, startedAtMs: 1 }, 2);
    expect(quota.maxInFlight(5_001)).toBe(2);
    accepted({ count: 2 }, 5_002);
    expect(quota.maxInFlight(5_002)).toBe(Infinity);
  });

  test('is two in the beginning of a window when half of the last one was spent, for its end may be a little off', () => {
    accepted({ count: 150 }, 0);
    expect(quota.maxInFlight(MINUTE_MS - 1)).toBe(Infinity);
    expect(quota.maxInFlight(MINUTE_MS)).toBe(2);
    accepted({ count: 149 }, MINUTE_MS + 1);
    expect(quota.maxInFlight(MINUTE_MS + 1)).toBe(Infinity);
    expect(quota.maxInFlight(2 * MINUTE_MS + 1)).toBe(Infinity);
  });

  test('does not change by what was under way before, which shows nothing of now', () => {
    accepted({ count: 1 }, 0);
    for (const startedAtMs of [1, 2, 3]) quota.started(startedAtMs);
    refused({ count: null, retryAfterSeconds: 5, startedAtMs: 1 }, 10);
    // They take no place from the two that go to see, nor do they show that calls are let through again.
    expect(quota.maxInFlight(5_010)).toBe(2 + 2);
    accepted({ count: 3, startedAtMs: 2 }, 5_011);
    expect(quota.maxInFlight(5_011)).toBe(1 + 2);
    refused({ count: null, retryAfterSeconds: 0, startedAtMs: 3 }, 5_012);
    expect(quota.maxInFlight(5_012)).toBe(2);
    accepted({ count: 4 }, 5_013);
    expect(quota.maxInFlight(5_013)).toBe(Infinity);
  });
});

test('neither a hold nor a window is believed to last for longer than ten minutes', () => {
  const tenMinutesMs = 600_000;
  refused({ count: null, retryAfterSeconds: 999_999 }, 0);
  expect(quota.earliestMs(0, 0)).toBe(tenMinutesMs);
  quota = new QuotaWindow();
  accepted({ count: 300, resetSeconds: 999_999 }, 0);
  expect(quota.earliestMs(0, 0)).toBe(tenMinutesMs);
});

test('a refusal that says that its window is over holds all the same', () => {
  accepted({ count: 300, resetSeconds: 9 }, 0);
  refused({ count: 301, resetSeconds: 0, retryAfterSeconds: 0 }, 20);
  expect(quota.earliestMs(0, 20)).toBeGreaterThanOrEqual(1_020);
});

describe('an upstream that rounds its seconds down', () => {
  test('is believed a second less, once it has refused what came when its window should have been over', () => {
    accepted({ count: 300, resetSeconds: 9 }, 0);
    expect(quota.earliestMs(0, 0)).toBe(9_000);
    refused({ count: 301, resetSeconds: 0, retryAfterSeconds: 0 }, 9_010);
    accepted({ count: 1, resetSeconds: 59 }, 10_010);
    accepted({ count: 300, resetSeconds: 58 }, 11_000);
    expect(quota.earliestMs(0, 11_000)).toBe(11_000 + 59_000);
  });

  test('is not taken for one that refuses in the middle of a window', () => {
    accepted({ count: 10 }, 0);
    refused({ count: 301, resetSeconds: 30, retryAfterSeconds: 30 }, 30_000);
    accepted({ count: 300, resetSeconds: 60 }, 60_010);
    expect(quota.earliestMs(0, 60_010)).toBe(60_010 + MINUTE_MS);
  });
});
