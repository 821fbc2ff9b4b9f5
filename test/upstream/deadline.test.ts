import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { UpstreamError } from '../../src/errors.ts';
import { deadlineIn, unlessAborted, withinDeadline } from '../../src/upstream/deadline.ts';

const HOUR_MS = 3_600_000;
const timedOut = { failure: { code: 'UPSTREAM_TIMEOUT', message: 'the upstream took too long' } };
const givenUp = { failure: { code: 'UPSTREAM_TIMEOUT', message: 'the request was given up' } };

/** Work that ends only when it is told to, as an exchange with the upstream does. */
function endless(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')));
  });
}

describe('work within a deadline', () => {
  // The clock is the only thing here that is not real: an hour would be long to wait for.
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('gives what it comes to, and passes on why it failed', async () => {
    const deadline = deadlineIn(HOUR_MS, new AbortController().signal);
    expect(await withinDeadline(deadline, HOUR_MS, async () => 'done')).toBe('done');
    const failure = new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', message: 'gone' });
    await expect(withinDeadline(deadline, HOUR_MS, () => Promise.reject(failure))).rejects.toBe(failure);
  });

  test('is ended when its own time is over', async () => {
    const outcome = withinDeadline(deadlineIn(HOUR_MS, new AbortController().signal), 10, endless);
    vi.advanceTimersByTime(10);
    await expect(outcome).rejects.toMatchObject(timedOut);
  });

  test('is ended at the deadline, however much time of its own it had', async () => {
    const outcome = withinDeadline(deadlineIn(10, new AbortController().signal), Infinity, endless);
    vi.advanceTimersByTime(10);
    await expect(outcome).rejects.toMatchObject(timedOut);
  });

  test('is ended when the one who asked has gone', async () => {
    const asker = new AbortController();
    const outcome = withinDeadline(deadlineIn(HOUR_MS, asker.signal), HOUR_MS, endless);
    asker.abort();
    await expect(outcome).rejects.toMatchObject(givenUp);
  });

  test('is not begun when it is too late for it', async () => {
    let begun = 0;
    const work = async () => (begun += 1);
    const deadline = deadlineIn(10, new AbortController().signal);
    vi.advanceTimersByTime(10);
    await expect(withinDeadline(deadline, HOUR_MS, work)).rejects.toMatchObject(timedOut);
    await expect(
      withinDeadline(deadlineIn(HOUR_MS, AbortSignal.abort()), HOUR_MS, work),
    ).rejects.toMatchObject(givenUp);
    expect(begun).toBe(0);
  });

  test('leaves no timer and no listener behind, however it ends', async () => {
    const asker = new AbortController();
    const deadline = deadlineIn(HOUR_MS, asker.signal);
    await withinDeadline(deadline, HOUR_MS, async () => 'done');
    await withinDeadline(deadline, HOUR_MS, () => Promise.reject(new Error('failed'))).catch(() => undefined);
    await withinDeadline(deadline, HOUR_MS, () => {
      throw new Error('failed at once');
    }).catch(() => undefined);
    const ended = withinDeadline(deadline, 10, endless).catch(() => undefined);
    vi.advanceTimersByTime(10);
    await ended;
    const abandoned = withinDeadline(deadline, HOUR_MS, endless).catch(() => undefined);
    asker.abort();
    await abandoned;
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(asker.signal, 'abort')).toEqual([]);
  });
});

describe('waiting for shared work', () => {
  test('ends with the work', async () => {
    const { signal } = new AbortController();
    expect(await unlessAborted(Promise.resolve('done'), signal)).toBe('done');
    await expect(unlessAborted(Promise.reject(new Error('failed')), signal)).rejects.toThrow('failed');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('ends early for the one who gives up, and for nobody else', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const impatient = new AbortController();
    const early = unlessAborted(promise, impatient.signal);
    const patient = unlessAborted(promise, new AbortController().signal);
    impatient.abort(new Error('no longer'));
    await expect(early).rejects.toThrow('no longer');
    resolve('done');
    expect(await patient).toBe('done');
  });

  test('ends at once for one who had given up before', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const signal = AbortSignal.abort(new Error('no longer'));
    await expect(unlessAborted(promise, signal)).rejects.toThrow('no longer');
    resolve('done');
    await promise;
  });
});
