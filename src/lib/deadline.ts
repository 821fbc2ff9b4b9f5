import { UpstreamError } from '../errors.ts';
import { Cancellation, type Signal } from './signal.ts';

/** Told when a deadline is over. */
export interface Follower {
  over(reason: UpstreamError): void;
}

/** Until when an answer is of use to the one who asked: to a moment, or until they have gone away. */
export class Deadline {
  /** On the clock of `performance.now()`. */
  readonly atMs: number;
  readonly #client: AbortSignal;
  readonly #waiting = new Set<Follower>();
  #timer: NodeJS.Timeout | undefined;

  /** `client` aborts when the one who asked has gone away. */
  constructor(atMs: number, client: AbortSignal) {
    this.atMs = atMs;
    this.#client = client;
  }

  /** Why it is over; undefined while it is not. */
  get reason(): UpstreamError | undefined {
    if (performance.now() >= this.atMs) return outOfTime();
    return this.#client.aborted ? reasonOf(this.#client) : undefined;
  }

  /**
   * Tells the waiter when it is over, unless that leaves before. Whoever waits for several things has one timer and one
   * listener for all of them, and none while nothing is waited for.
   */
  wait(waiter: Follower): void {
    this.#waiting.add(waiter);
    if (this.#waiting.size > 1) return;
    this.#timer = setTimeout(this.#onTimeout, this.atMs - performance.now());
    this.#client.addEventListener('abort', this.#onAbort);
  }

  leave(waiter: Follower): void {
    if (this.#waiting.delete(waiter) && this.#waiting.size === 0) this.#disarm();
  }

  readonly #onTimeout = (): void => this.#end(outOfTime());

  readonly #onAbort = (): void => this.#end(reasonOf(this.#client));

  #end(reason: UpstreamError): void {
    this.#disarm();
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const waiter of waiting) waiter.over(reason);
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#client.removeEventListener('abort', this.#onAbort);
  }
}

export function deadlineIn(timeoutMs: number, client: AbortSignal): Deadline {
  return new Deadline(performance.now() + timeoutMs, client);
}

/**
 * Runs `work` with a signal that aborts after `timeoutMs` or when the given one does; then it rejects with an
 * `UpstreamError`. Leaves no timer and no listener behind.
 */
export async function withinTime<T>(
  timeoutMs: number,
  signal: Signal,
  work: (signal: Signal) => Promise<T>,
): Promise<T> {
  if (timeoutMs <= 0) throw outOfTime();
  if (signal.aborted) throw reasonOf(signal);
  const inTime = new Cancellation();
  const onAbort = () => inTime.abort(reasonOf(signal));
  const timer = setTimeout(() => inTime.abort(outOfTime()), timeoutMs);
  signal.addEventListener('abort', onAbort);
  try {
    return await work(inTime);
  } catch (error) {
    throw inTime.aborted ? inTime.reason : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

/** Waits for shared work no longer than the signal allows; the work itself goes on for the others. */
export function unlessAborted<T>(work: Promise<T>, signal: Signal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Lets so much time pass, or rejects with the signal's reason. */
export function pause(ms: number, signal: Signal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    const onAbort = () => end(() => reject(signal.reason));
    const timer = setTimeout(() => end(resolve), ms);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
  });
}

/** Nobody waits for it any more. */
export function givenUp(): UpstreamError {
  return new UpstreamError({ code: 'UPSTREAM_TIMEOUT', message: 'the request was given up' });
}

function outOfTime(): UpstreamError {
  return new UpstreamError({ code: 'UPSTREAM_TIMEOUT', message: 'the upstream took too long' });
}

/** Why the one who asked does not want it any more: a reason of our own, or they have gone away. */
function reasonOf({ reason }: Signal): UpstreamError {
  return reason instanceof UpstreamError ? reason : givenUp();
}
