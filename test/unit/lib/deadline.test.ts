import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { UpstreamError } from '../../../src/errors.ts';
import type { Signal } from '../../../src/lib/signal.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { deadlineIn, pause, unlessAborted, withinTime } from '../../../src/lib/deadline.ts';

const HOUR_MS = 3_600_000;
const timedOut = { failure: { code: 'UPSTREAM_TIMEOUT', message: 'the upstream took too long' } };
const givenUp = { failure: { code: 'UPSTREAM_TIMEOUT', message: 'the request was cancelled' } };
const closing = new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', message: 'shut down' });

// Only the clock is not real: an hour would be too long to wait for.
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Work that ends only when its signal aborts, as an unanswered exchange with the upstream does. */
function endless(signal: Signal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')));
  });
}

/** A follower that records the reasons it is called with. */
class OneWho {
  readonly told: UpstreamError[] = [];

  over(reason: UpstreamError): void {
    this.told.push(reason);
  }
}

describe('a deadline', () => {
  test('is over at its time, and calls each follower once', () => {
    const deadline = deadlineIn(systemClock, 10, new AbortController().signal);
    const waiters = [new OneWho(), new OneWho()];
    for (const waiter of waiters) deadline.wait(waiter);
    vi.advanceTimersByTime(9);
    expect(deadline.reason).toBeUndefined();
    expect(waiters.map(({ told }) => told)).toEqual([[], []]);
    vi.advanceTimersByTime(HOUR_MS);
    expect(deadline.reason).toMatchObject(timedOut);
    for (const { told } of waiters) expect(told).toMatchObject([timedOut]);
  });

  test('is over when its client disconnects, or for the reason that its signal aborts with', () => {
    for (const [reason, expected] of [
      [undefined, givenUp],
      [closing, { failure: closing.failure }],
    ] as const) {
      const requestScope = new AbortController();
      const deadline = deadlineIn(systemClock, HOUR_MS, requestScope.signal);
      const waiter = new OneWho();
      deadline.wait(waiter);
      requestScope.abort(reason);
      expect(deadline.reason).toMatchObject(expected);
      expect(waiter.told).toMatchObject([expected]);
    }
  });

  test('calls no follower that has left, and goes on for the others', () => {
    const deadline = deadlineIn(systemClock, 10, new AbortController().signal);
    const [gone, patient] = [new OneWho(), new OneWho()];
    deadline.wait(gone);
    deadline.wait(patient);
    deadline.leave(gone);
    vi.advanceTimersByTime(10);
    expect(gone.told).toEqual([]);
    expect(patient.told).toMatchObject([timedOut]);
  });

  test('stays the same for a follower that waits again after all had left', () => {
    const deadline = deadlineIn(systemClock, 10, new AbortController().signal);
    const waiter = new OneWho();
    deadline.wait(waiter);
    deadline.leave(waiter);
    vi.advanceTimersByTime(9);
    deadline.wait(waiter);
    vi.advanceTimersByTime(1);
    expect(waiter.told).toMatchObject([timedOut]);
  });

  test('has one timer and one listener for all followers, and none while there are none', () => {
    const requestScope = new AbortController();
    const deadline = deadlineIn(systemClock, 10, requestScope.signal);
    const waiters = [new OneWho(), new OneWho(), new OneWho()];
    const count = () => [vi.getTimerCount(), getEventListeners(requestScope.signal, 'abort').length];
    expect(count()).toEqual([0, 0]);
    for (const waiter of waiters) deadline.wait(waiter);
    expect(count()).toEqual([1, 1]);
    for (const waiter of waiters) deadline.leave(waiter);
    expect(count()).toEqual([0, 0]);
    for (const waiter of waiters) deadline.wait(waiter);
    vi.advanceTimersByTime(10);
    expect(count()).toEqual([0, 0]);
    for (const waiter of waiters) deadline.leave(waiter);
    expect(count()).toEqual([0, 0]);
  });
});

describe('work with a time limit', () => {
  test('resolves to its result, and rejects with its own error', async () => {
    const { signal } = new AbortController();
    expect(await withinTime(systemClock, HOUR_MS, signal, async () => 'done')).toBe('done');
    const failure = new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', message: 'gone' });
    await expect(withinTime(systemClock, HOUR_MS, signal, () => Promise.reject(failure))).rejects.toBe(
      failure,
    );
  });

  test('is aborted when its time is over', async () => {
    const outcome = withinTime(systemClock, 10, new AbortController().signal, endless);
    vi.advanceTimersByTime(10);
    await expect(outcome).rejects.toMatchObject(timedOut);
  });

  test('is aborted when the client disconnects, or for the reason that the signal aborts with', async () => {
    const requestScope = new AbortController();
    const outcome = withinTime(systemClock, HOUR_MS, requestScope.signal, endless);
    requestScope.abort();
    await expect(outcome).rejects.toMatchObject(givenUp);
    const other = new AbortController();
    const closed = withinTime(systemClock, HOUR_MS, other.signal, endless);
    other.abort(closing);
    await expect(closed).rejects.toBe(closing);
  });

  test('does not begin when no time is left or the signal has aborted', async () => {
    let begun = 0;
    const work = async () => (begun += 1);
    await expect(withinTime(systemClock, 0, new AbortController().signal, work)).rejects.toMatchObject(
      timedOut,
    );
    await expect(withinTime(systemClock, HOUR_MS, AbortSignal.abort(), work)).rejects.toMatchObject(givenUp);
    expect(begun).toBe(0);
  });

  test('leaves no timer and no listener behind, however it ends', async () => {
    const requestScope = new AbortController();
    const { signal } = requestScope;
    await withinTime(systemClock, HOUR_MS, signal, async () => 'done');
    await withinTime(systemClock, HOUR_MS, signal, () => Promise.reject(new Error('failed'))).catch(
      () => undefined,
    );
    await withinTime(systemClock, HOUR_MS, signal, () => {
      throw new Error('failed at once');
    }).catch(() => undefined);
    const ended = withinTime(systemClock, 10, signal, endless).catch(() => undefined);
    vi.advanceTimersByTime(10);
    await ended;
    const abandoned = withinTime(systemClock, HOUR_MS, signal, endless).catch(() => undefined);
    requestScope.abort();
    await abandoned;
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('a pause', () => {
  test('lasts its time, or until the signal aborts, and leaves no timer and no listener behind', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const whole = pause(systemClock, 10, signal);
    vi.advanceTimersByTime(10);
    await whole;
    const ended = pause(systemClock, HOUR_MS, signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    controller.abort(closing);
    await expect(ended).rejects.toBe(closing);
    await expect(pause(systemClock, HOUR_MS, signal)).rejects.toBe(closing);
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('waiting for shared work', () => {
  test('ends with the work', async () => {
    const { signal } = new AbortController();
    expect(await unlessAborted(Promise.resolve('done'), signal)).toBe('done');
    await expect(unlessAborted(Promise.reject(new Error('failed')), signal)).rejects.toThrow('failed');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('ends early for the follower whose signal aborts, and for no other', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const impatient = new AbortController();
    const early = unlessAborted(promise, impatient.signal);
    const patient = unlessAborted(promise, new AbortController().signal);
    impatient.abort(new Error('no longer'));
    await expect(early).rejects.toThrow('no longer');
    resolve('done');
    expect(await patient).toBe('done');
  });

  test('ends at once for a follower whose signal had aborted before', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const signal = AbortSignal.abort(new Error('no longer'));
    await expect(unlessAborted(promise, signal)).rejects.toThrow('no longer');
    resolve('done');
    await promise;
  });
});
