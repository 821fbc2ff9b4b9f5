import { setTimeout as delay } from 'node:timers/promises';
import { UpstreamError } from '../errors.ts';

/** Until when an answer is of use to the one who asked. */
export interface Deadline {
  /** On the clock of `performance.now()`. */
  readonly atMs: number;
  /** Aborts when the one who asked has gone away. */
  readonly signal: AbortSignal;
}

export function deadlineIn(timeoutMs: number, signal: AbortSignal): Deadline {
  return { atMs: performance.now() + timeoutMs, signal };
}

/**
 * Runs `work` with a signal that aborts after `timeoutMs`, at the deadline, or when the one who asked has gone, whichever
 * is first; then it rejects with an `UpstreamError`. Leaves no timer and no listener behind.
 */
export async function withinDeadline<T>(
  deadline: Deadline,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const remainingMs = Math.min(timeoutMs, deadline.atMs - performance.now());
  if (remainingMs <= 0) throw outOfTime();
  if (deadline.signal.aborted) throw reasonOf(deadline.signal);
  const timer = setTimeout(abort, remainingMs);
  deadline.signal.addEventListener('abort', abort);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (deadline.signal.aborted) throw reasonOf(deadline.signal);
    throw controller.signal.aborted ? outOfTime() : error;
  } finally {
    clearTimeout(timer);
    deadline.signal.removeEventListener('abort', abort);
  }
}

/** Waits for shared work no longer than the signal allows; the work itself goes on for the others. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Lets so much time pass, or rejects with the signal's reason. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    throw signal.reason;
  }
}

function outOfTime(): UpstreamError {
  return new UpstreamError({ code: 'UPSTREAM_TIMEOUT', message: 'the upstream took too long' });
}

/** Why the one who asked does not want it any more: a reason of our own, or they have gone away. */
function reasonOf({ reason }: AbortSignal): UpstreamError {
  return reason instanceof UpstreamError
    ? reason
    : new UpstreamError({ code: 'UPSTREAM_TIMEOUT', message: 'the request was given up' });
}
