import * as fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { type QuotaReport, QuotaWindow } from '../../../../src/upstream/quota/window.ts';
import { propertyRuns, timeout } from '../../../property/property-runs.ts';

let quota: QuotaWindow;
beforeEach(() => {
  quota = new QuotaWindow();
});

/** Makes a call that started at `startedAtMs`, whose answer reports this count of 100. */
function report(count: number, resetSeconds: number, startedAtMs: number, nowMs: number): void {
  quota.started(startedAtMs);
  quota.learn({ count, allowed: 100, resetSeconds }, startedAtMs, nowMs);
  quota.accepted(startedAtMs);
  quota.ended(false, startedAtMs);
}

/** Number of calls that may start at once. */
function left(nowMs: number): number {
  let ahead = 0;
  while (quota.earliestMs(ahead, nowMs) <= nowMs) ahead += 1;
  return ahead;
}

/** End of the window as far as known: start of the first call that does not fit into it. */
function endsAtMs(nowMs: number): number {
  return quota.earliestMs(left(nowMs), nowMs);
}

describe('answers about one window', () => {
  test('set the count to the highest reported, in whatever order they come', () => {
    report(7, 60, 0, 40);
    report(5, 60, 0, 50);
    report(6, 60, 10, 60);
    expect(left(60)).toBe(93);
  });

  test('set the end to the earliest reported, because seconds are rounded up', () => {
    report(1, 60, 0, 900);
    report(2, 59, 1_000, 1_100);
    report(3, 59, 1_100, 2_000);
    expect(endsAtMs(2_000)).toBe(60_100);
  });

  test('neither lower the count nor move the end when they took long', () => {
    report(50, 60, 0, 10);
    // The upstream counted this call at its arrival and answered it much later.
    report(3, 60, 0, 20_000);
    expect(left(20_000)).toBe(50);
    expect(endsAtMs(20_000)).toBe(60_010);
  });

  test('correct the end that a slow first answer reported too late', () => {
    report(3, 60, 0, 20_000);
    report(50, 40, 20_000, 20_010);
    expect(left(20_010)).toBe(50);
    expect(endsAtMs(20_010)).toBe(60_010);
    report(2, 60, 0, 30_000);
    expect(left(30_000)).toBe(50);
  });
});

describe('an answer about a window that has ended', () => {
  test('is ignored once the next window has begun', () => {
    report(100, 60, 0, 0);
    report(1, 60, 60_010, 60_020);
    report(99, 1, 59_500, 60_400);
    expect(left(60_400)).toBe(99);
    expect(endsAtMs(60_400)).toBe(120_020);
  });

  test('is ignored even when it comes before the first answer about the next window', () => {
    report(100, 60, 0, 0);
    report(99, 1, 59_500, 60_100);
    expect(left(60_100)).toBe(100);
    report(1, 60, 60_050, 60_150);
    expect(left(60_150)).toBe(99);
  });

  test('is ignored however long it took', () => {
    report(100, 60, 0, 0);
    report(40, 60, 10, 75_000);
    expect(left(75_000)).toBe(100);
  });

  test('is ignored after an answer to a later call about the next window, however long ago the last one ended', () => {
    report(1, 9, 0, 100);
    expect(left(17_000)).toBe(100);
    report(7, 10, 19_900, 22_000);
    report(1, 2, 18_000, 24_000);
    expect(left(24_000)).toBe(93);
  });
});

describe('an answer about another window', () => {
  test('is used even if its call began before the last window ended by our clock', () => {
    report(100, 60, 0, 500);
    // The upstream's window ended up to half a second before the end that is known here.
    report(4, 60, 59_990, 60_100);
    expect(left(60_100)).toBe(96);
    expect(endsAtMs(60_100)).toBe(120_100);
  });

  test('is used even if it comes late and the quota was not queried meanwhile', () => {
    report(100, 60, 0, 0);
    report(4, 60, 59_990, 118_000);
    expect(left(118_000)).toBe(96);
  });

  test('is used when its end is earlier than the current window can end', () => {
    report(3, 60, 0, 20_000);
    report(50, 50, 20_000, 25_000);
    expect(left(25_000)).toBe(50);
    report(1, 30, 30_000, 30_010);
    expect(left(30_010)).toBe(99);
  });

  test('is used even if no answer came for longer than the last window seemed to take', () => {
    report(50, 1, 0, 5_000);
    expect(left(6_500)).toBe(100);
    report(4, 7, 5_990, 12_500);
    expect(left(12_500)).toBe(96);
  });

  test('is used before the last window ends, as when the upstream starts its count again', () => {
    report(100, 60, 0, 0);
    expect(left(5_000)).toBe(0);
    report(1, 60, 5_000, 5_010);
    expect(left(5_010)).toBe(99);
    expect(endsAtMs(5_010)).toBe(65_010);
  });

  test('is used when the last end was rounded down and came a little too early', () => {
    report(100, 59, 0, 0);
    expect(left(59_000)).toBe(100);
    report(101, 1, 59_010, 59_020);
    expect(left(59_020)).toBe(0);
    expect(endsAtMs(59_020)).toBe(60_020);
  });
});

/** A call and its answer; the reports include those of broken and changing upstreams. */
interface Happening {
  readonly afterMs: number;
  readonly tookMs: number;
  readonly report: QuotaReport | null;
  /** Seconds of a 429; null when the 429 names none, undefined when the call is accepted. */
  readonly retryAfterSeconds?: number | null;
}

const seconds = fc.oneof(fc.integer({ min: 0, max: 65 }), fc.constantFrom(0, 1, 999_999));
const happenings = fc.array(
  fc.record<Happening>(
    {
      afterMs: fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.constantFrom(0, 59_000, 86_400_000)),
      tookMs: fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.constantFrom(0, 30_000)),
      report: fc.option(
        fc.record({ count: fc.nat(400), allowed: fc.oneof(fc.nat(12), fc.nat(400)), resetSeconds: seconds }),
      ),
      retryAfterSeconds: fc.option(seconds),
    },
    { requiredKeys: ['afterMs', 'tookMs', 'report'] },
  ),
  { maxLength: 40 },
);

describe('a quota, whatever answers report', { timeout }, () => {
  /** Plays the events and calls `check` after each step. Returns the end of the last call. */
  function live(events: readonly Happening[], check: (nowMs: number) => void): number {
    quota = new QuotaWindow();
    let startedAtMs = 0;
    const steps = events.flatMap(({ afterMs, tookMs, ...event }) => {
      startedAtMs += afterMs;
      const call = { ...event, startedAtMs };
      return [
        { atMs: startedAtMs, call, isStart: true },
        { atMs: startedAtMs + tookMs, call, isStart: false },
      ];
    });
    steps.sort((a, b) => a.atMs - b.atMs);
    for (const { atMs, call, isStart } of steps) {
      if (isStart) quota.started(atMs);
      else end(call, atMs);
      check(atMs);
    }
    return steps.at(-1)?.atMs ?? 0;
  }

  function end(
    {
      report: told,
      retryAfterSeconds,
      startedAtMs,
    }: Omit<Happening, 'afterMs' | 'tookMs'> & { startedAtMs: number },
    nowMs: number,
  ): void {
    if (told !== null) quota.learn(told, startedAtMs, nowMs);
    if (retryAfterSeconds === undefined) quota.accepted(startedAtMs);
    else quota.refused(retryAfterSeconds ?? undefined, startedAtMs, nowMs);
    quota.ended(told === null, startedAtMs);
  }

  test('delays no call for ever, and starts none before the calls ahead of it', () => {
    const property = fc.property(happenings, (events) => {
      live(events, (nowMs) => {
        const times = [0, 1, 2, 10, 1_000].map((ahead) => quota.earliestMs(ahead, nowMs));
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(times[0]).toBeGreaterThanOrEqual(nowMs);
        expect(times.every(Number.isFinite)).toBe(true);
        expect(quota.pacedMs(nowMs)).toBeGreaterThanOrEqual(times[0] ?? Infinity);
        expect(quota.maxInFlight(nowMs)).toBeGreaterThanOrEqual(1);
      });
    });
    fc.assert(property, propertyRuns);
  });

  test('lets a call start at the time that it named, if no call is made meanwhile', () => {
    const property = fc.property(happenings, (events) => {
      const overMs = live(events, () => undefined);
      const earliestMs = quota.earliestMs(0, overMs);
      expect(quota.earliestMs(0, earliestMs)).toBe(earliestMs);
      const pacedMs = quota.pacedMs(overMs);
      expect(quota.pacedMs(pacedMs)).toBe(pacedMs);
    });
    fc.assert(property, propertyRuns);
  });
});
