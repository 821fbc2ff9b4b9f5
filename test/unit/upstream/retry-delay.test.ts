import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UpstreamError, type UpstreamFailure } from '../../../src/errors.ts';
import { errorFromAnswer } from '../../../src/upstream/http/error-answer.ts';
import { propertyRuns, timeout } from '../../property/property-runs.ts';
import { type FailedAttempt, retryDelayMs } from '../../../src/upstream/retry.ts';

type Transient = Exclude<UpstreamFailure, { code: 'QUERY_TOO_EXPENSIVE' }>;

function transient(failure: Partial<Transient> & { retryAfterSeconds?: number } = {}): UpstreamError {
  return new UpstreamError(
    { code: 'UPSTREAM_UNAVAILABLE', message: 'gone', ...failure },
    { isTransient: true },
  );
}

function delayMs(attempt: Partial<FailedAttempt>): number | null {
  return retryDelayMs({
    error: transient(),
    retries: 0,
    remainingMs: Infinity,
    random: 0.5,
    ...attempt,
  });
}

describe('a read that failed', () => {
  test.each([429, 502, 503, 504])('with %i is retried', (status) => {
    expect(delayMs({ error: errorFromAnswer(status, {}, '', 0) })).toBe(100);
  });

  test.each([400, 401, 403, 404, 408, 409, 410, 413, 500, 501])('with %i is not retried', (status) => {
    expect(delayMs({ error: errorFromAnswer(status, { 'retry-after': '1' }, '', 0) })).toBeNull();
  });

  test('is retried after a random delay below a ceiling, which doubles up to two seconds', () => {
    const halves = [0, 1, 2, 3, 4, 5, 2_000].map((retries) => delayMs({ retries, random: 0.5 }));
    expect(halves).toEqual([100, 200, 400, 800, 1_000, 1_000, 1_000]);
    expect(delayMs({ retries: 3, random: 0 })).toBe(0);
  });

  test('is retried exactly when the upstream said', () => {
    for (const random of [0, 0.999]) {
      expect(delayMs({ error: transient({ retryAfterSeconds: 7 }), random, retries: 5 })).toBe(7_000);
    }
  });

  test('is retried after the random delay when the upstream names zero seconds', () => {
    for (const random of [0.5, 0.999]) {
      expect(delayMs({ error: transient({ retryAfterSeconds: 0 }), random })).toBe(delayMs({ random }));
    }
  });

  test('is not retried when the retry would come too late', () => {
    expect(delayMs({ error: transient({ retryAfterSeconds: 7 }), remainingMs: 7_000 })).toBeNull();
    expect(delayMs({ error: transient({ retryAfterSeconds: 7 }), remainingMs: 7_001 })).toBe(7_000);
    expect(delayMs({ remainingMs: 100 })).toBeNull();
    expect(delayMs({ remainingMs: 101 })).toBe(100);
    for (const remainingMs of [0, -1, -Infinity]) expect(delayMs({ remainingMs, random: 0 })).toBeNull();
  });

  test('never waits past its deadline, nor for less than the upstream said', { timeout }, () => {
    const seconds = fc.option(fc.nat(100), { nil: undefined });
    const property = fc.property(
      seconds,
      fc.nat(10),
      fc.integer({ min: -10, max: 200_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (retryAfterSeconds, retries, remainingMs, random) => {
        const error = transient(retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
        const ms = delayMs({ error, retries, remainingMs, random });
        const leastMs = (retryAfterSeconds ?? 0) * 1000;
        expect(ms ?? leastMs).toBeGreaterThanOrEqual(leastMs);
        expect(ms ?? -Infinity).toBeLessThan(Math.max(0, remainingMs));
      },
    );
    fc.assert(property, propertyRuns);
  });
});
