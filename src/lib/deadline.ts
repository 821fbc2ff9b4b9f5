import { UpstreamError } from '../errors.ts';
import type { Clock } from './clock.ts';
import { Cancellation, type Signal } from './signal.ts';

/** Listener for the end of a deadline. */
export interface Follower {
  over(reason: UpstreamError): void;
}

/** Time limit for an answer, which ends early when the client disconnects. */
export class Deadline {
  /** Time on the monotonic clock. */
  readonly atMs: number;
  readonly #clock: Clock;
  readonly #client: AbortSignal;
  readonly #waiting = new Set<Follower>();
  #timer: NodeJS.Timeout | undefined;
  #endedWaits = false;

  /** `client` aborts when the client has disconnected. */
  constructor(clock: Clock, atMs: number, client: AbortSignal) {
    this.#clock = clock;
    this.atMs = atMs;
    this.#client = client;
  }

  /** Reason for the end; undefined before it. */
  get reason(): UpstreamError | undefined {
    if (this.#clock.now() >= this.atMs) return outOfTime();
    return this.#client.aborted ? reasonOf(this.#client) : undefined;
  }

  /** True when somebody was still waiting as the time ran out. */
  get endedWaits(): boolean {
    return this.#endedWaits;
  }

  get isClientGone(): boolean {
    return this.#client.aborted;
  }

  /**
   * Calls the follower at the end, unless it leaves before. All followers share one timer and one abort listener, which
   * exist only while there are followers.
   */
  wait(waiter: Follower): void {
    this.#waiting.add(waiter);
    if (this.#waiting.size > 1) return;
    this.#timer = this.#clock.setTimeout(this.#onTimeout, Math.max(0, this.atMs - this.#clock.now()));
    this.#client.addEventListener('abort', this.#onAbort);
  }

  leave(waiter: Follower): void {
    if (this.#waiting.delete(waiter) && this.#waiting.size === 0) this.#disarm();
  }

  readonly #onTimeout = (): void => {
    this.#endedWaits = this.#waiting.size > 0;
    this.#end(outOfTime());
  };

  readonly #onAbort = (): void => this.#end(reasonOf(this.#client));

  #end(reason: UpstreamError): void {
    this.#disarm();
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const waiter of waiting) waiter.over(reason);
  }

  #disarm(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#client.removeEventListener('abort', this.#onAbort);
  }
}

export function deadlineIn(clock: Clock, timeoutMs: number, client: AbortSignal): Deadline {
  return new Deadline(clock, clock.now() + timeoutMs, client);
}

/**
 * Runs `work` with a signal that aborts after `timeoutMs` or when the given one does. Rejects with an `UpstreamError` then.
 * Leaves no timer and no listener behind.
 */
export async function withinTime<T>(
  clock: Clock,
  timeoutMs: number,
  signal: Signal,
  work: (signal: Signal) => Promise<T>,
): Promise<T> {
  if (timeoutMs <= 0) throw outOfTime();
  if (signal.aborted) throw reasonOf(signal);
  const inTime = new Cancellation();
  const onAbort = () => inTime.abort(reasonOf(signal));
  const timer = clock.setTimeout(() => inTime.abort(outOfTime()), timeoutMs);
  signal.addEventListener('abort', onAbort);
  try {
    return await work(inTime);
  } catch (error) {
    throw inTime.aborted ? inTime.reason : error;
  } finally {
    clock.clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

/** Waits for shared work until the signal aborts; the work itself goes on for the others. */
export function unlessAborted<T>(work: Promise<T>, signal: Signal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Resolves after `ms` milliseconds. Rejects with the signal's reason when it aborts before. */
export function pause(clock: Clock, ms: number, signal: Signal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    const onAbort = () => end(() => reject(signal.reason));
    const timer = clock.setTimeout(() => end(resolve), ms);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
  });
}

/** Error for work that nobody waits for any more. */
export function givenUp(): UpstreamError {
  return new UpstreamError({ code: 'UPSTREAM_TIMEOUT', message: 'the request was cancelled' });
}

function outOfTime(): UpstreamError {
  return new UpstreamError({ code: 'UPSTREAM_TIMEOUT', message: 'the upstream took too long' });
}

/** Reason of an aborted signal: its own `UpstreamError`; any other reason means that the client has disconnected. */
function reasonOf({ reason }: Signal): UpstreamError {
  return reason instanceof UpstreamError ? reason : givenUp();
}
