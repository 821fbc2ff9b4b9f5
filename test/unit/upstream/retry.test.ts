import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { UpstreamError } from '../../../src/errors.ts';
import { type RetryOptions, retry } from '../../../src/upstream/retry.ts';
import { elapse, settle, useFakeClock } from './fake-clock.ts';

const passing = new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', message: 'gone' }, { isTransient: true });
const final = new UpstreamError({ code: 'FORBIDDEN', message: 'refused' });

useFakeClock();
let attemptedAtMs: number[];
beforeEach(() => {
  attemptedAtMs = [];
  // Each delay is its whole ceiling.
  vi.spyOn(Math, 'random').mockReturnValue(1);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Attempts that fail with these errors, one after the other, and then succeed. */
function attempts(...failures: readonly Error[]): () => Promise<string> {
  return async () => {
    attemptedAtMs.push(performance.now());
    const failure = failures[attemptedAtMs.length - 1];
    if (failure !== undefined) throw failure;
    return 'answer';
  };
}

function persist(attempt: () => Promise<string>, options: Partial<RetryOptions> = {}): { outcome: unknown } {
  const state: { outcome: unknown } = { outcome: undefined };
  retry(
    {
      clock: systemClock,
      maxRetries: 2,
      latestMs: () => Infinity,
      signal: new AbortController().signal,
      ...options,
    },
    attempt,
  ).then(
    (answer) => (state.outcome = answer),
    (error: unknown) => (state.outcome = error),
  );
  return state;
}

function retryAfter(seconds: number): UpstreamError {
  return new UpstreamError(
    { code: 'UPSTREAM_RATE_LIMITED', message: 'later', retryAfterSeconds: seconds },
    { isTransient: true },
  );
}

describe('attempts', () => {
  test('are not repeated after a success', async () => {
    const state = persist(attempts());
    await settle();
    expect(state.outcome).toBe('answer');
    expect(attemptedAtMs).toEqual([0]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('are repeated after transient failures, with a longer pause each time', async () => {
    const state = persist(attempts(passing, passing));
    await elapse(10_000);
    expect(state.outcome).toBe('answer');
    const pauses = attemptedAtMs.map((atMs, n) => atMs - (attemptedAtMs[n - 1] ?? 0));
    expect(pauses).toHaveLength(3);
    expect(pauses[1]).toBeGreaterThanOrEqual(200);
    expect(pauses[2]).toBeGreaterThanOrEqual(400);
  });

  test('are repeated `maxRetries` times at most, and then reject with the last error', async () => {
    const last = retryAfter(0);
    const state = persist(attempts(passing, passing, last));
    await elapse(10_000);
    expect(state.outcome).toBe(last);
    expect(attemptedAtMs).toHaveLength(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('are not repeated when `maxRetries` is 0', async () => {
    const state = persist(attempts(passing), { maxRetries: 0 });
    await elapse(10_000);
    expect(state.outcome).toBe(passing);
    expect(attemptedAtMs).toHaveLength(1);
  });

  test('are not repeated after a permanent failure or an error of the gateway itself', async () => {
    for (const error of [final, new TypeError('a mistake')]) {
      attemptedAtMs = [];
      const state = persist(attempts(error));
      await elapse(10_000);
      expect(state.outcome).toBe(error);
      expect(attemptedAtMs).toHaveLength(1);
    }
  });

  test('may throw before they return a promise', async () => {
    const state = persist(() => {
      throw final;
    });
    await settle();
    expect(state.outcome).toBe(final);
  });

  test('are repeated no earlier than the upstream named', async () => {
    const state = persist(attempts(retryAfter(5)));
    await elapse(4_999);
    expect(state.outcome).toBeUndefined();
    await elapse(10);
    expect(state.outcome).toBe('answer');
    expect(attemptedAtMs[1]).toBeGreaterThanOrEqual(5_000);
  });

  test('are not repeated when the deadline comes before the retry', async () => {
    const late = retryAfter(5);
    const state = persist(attempts(late), { latestMs: () => 5_000 });
    await settle();
    expect(state.outcome).toBe(late);
    await elapse(10_000);
    expect(attemptedAtMs).toHaveLength(1);
  });

  test('use the deadline as it is when an attempt fails', async () => {
    let latestMs = 1_000;
    const first = retryAfter(5);
    const state = persist(attempts(first, first), { latestMs: () => latestMs });
    latestMs = 9_000;
    await elapse(20_000);
    // The first retry fits into the time that is left, the second does not.
    expect(state.outcome).toBe(first);
    expect(attemptedAtMs).toHaveLength(2);
  });

  test('are repeated only until `beforeRetry` throws, and then reject at once with what it throws', async () => {
    const spent = new Error('nothing is left');
    const failures: UpstreamError[] = [];
    const state = persist(attempts(passing, retryAfter(5)), {
      beforeRetry(failed) {
        failures.push(failed);
        if (failures.length === 2) throw spent;
      },
    });
    await elapse(200);
    expect(state.outcome).toBe(spent);
    expect(attemptedAtMs).toHaveLength(2);
    expect(failures).toMatchObject([passing, { failure: { retryAfterSeconds: 5 } }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('do not ask `beforeRetry` about a failure that is not retried', async () => {
    const beforeRetry = vi.fn<() => void>();
    persist(attempts(final), { beforeRetry });
    persist(attempts(passing), { beforeRetry, maxRetries: 0 });
    await elapse(10_000);
    expect(beforeRetry).not.toHaveBeenCalled();
  });
});

describe('an abort', () => {
  test('ends a long pause between attempts at once', async () => {
    const controller = new AbortController();
    const state = persist(attempts(retryAfter(3_600)), { signal: controller.signal });
    await elapse(1_000);
    controller.abort(new Error('shut down'));
    await settle();
    expect(state.outcome).toBe(controller.signal.reason);
    expect(attemptedAtMs).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('during an attempt prevents the next one', async () => {
    const controller = new AbortController();
    const state = persist(
      async () => {
        attemptedAtMs.push(performance.now());
        controller.abort();
        throw passing;
      },
      { signal: controller.signal },
    );
    await elapse(10_000);
    expect(state.outcome).toBe(passing);
    expect(attemptedAtMs).toHaveLength(1);
  });

  test('right after a failed attempt prevents the next one', async () => {
    const controller = new AbortController();
    const state = persist(attempts(retryAfter(0)), { signal: controller.signal });
    await settle();
    controller.abort(new Error('shut down'));
    await elapse(10_000);
    expect(state.outcome).toBe(controller.signal.reason);
    expect(attemptedAtMs).toHaveLength(1);
  });
});
