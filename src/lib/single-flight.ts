import type { UpstreamError } from '../errors.ts';
import { Cancellation, type Signal } from './signal.ts';
import { type Deadline, givenUp, type Follower } from './deadline.ts';

/** Work under way, on behalf of everybody who waits for it. */
export interface InFlight {
  /** Until when somebody wants the answer, on the clock of `performance.now()`; moves as others join and leave. */
  latestMs(): number;
  /** Aborts when nobody waits any more. */
  readonly signal: Signal;
  /** Ends it; those who wait are told this reason. */
  abort(reason: Error): void;
}

/**
 * Something that is read once for everybody who waits for it. Each has a deadline of its own and takes nothing from the
 * others by leaving; the last one ends the work.
 */
export class SingleFlight<Result> implements InFlight {
  readonly #signal = new Cancellation();
  readonly #waiting = new Set<FlightFollower<Result>>();
  readonly #onOver: () => void;

  /** `onOver` is told when there is a result, or none will come; it cannot be joined from then on. */
  constructor(onOver: () => void) {
    this.#onOver = onOver;
  }

  get signal(): Signal {
    return this.#signal;
  }

  latestMs(): number {
    let latestMs = -Infinity;
    for (const { deadline } of this.#waiting) latestMs = Math.max(latestMs, deadline.atMs);
    return latestMs;
  }

  /** Waits for the result; rejects with an `UpstreamError` when the deadline is over. */
  join(deadline: Deadline): Promise<Result> {
    const { reason } = deadline;
    if (reason !== undefined) return Promise.reject(reason);
    return new Promise((resolve, reject) => {
      const waiting = new FlightFollower(deadline, resolve, reject, this.#leave);
      this.#waiting.add(waiting);
      deadline.wait(waiting);
    });
  }

  /** Begins the work, once, unless nobody waits for it any more. */
  begin(work: (shared: InFlight) => Promise<Result>): void {
    if (this.#waiting.size === 0) {
      this.#onOver();
      return;
    }
    startWork(work, this).then(
      (result) => this.#end((waiting) => waiting.resolve(result)),
      (error: unknown) => this.#end((waiting) => waiting.reject(error)),
    );
  }

  abort(reason: Error): void {
    this.#signal.abort(reason);
  }

  #end(tell: (waiting: FlightFollower<Result>) => void): void {
    this.#onOver();
    for (const waiting of this.#waiting) {
      waiting.deadline.leave(waiting);
      tell(waiting);
    }
    this.#waiting.clear();
  }

  readonly #leave = (waiting: FlightFollower<Result>): void => {
    this.#waiting.delete(waiting);
    // Who comes in the moment in which the last one leaves still keeps the call going.
    if (this.#waiting.size === 0) queueMicrotask(this.#abortIfAlone);
  };

  readonly #abortIfAlone = (): void => {
    if (this.#waiting.size === 0) this.#signal.abort(givenUp());
  };
}

/** One who waits. */
class FlightFollower<Result> implements Follower {
  readonly deadline: Deadline;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
  readonly #leave: (waiting: FlightFollower<Result>) => void;

  constructor(
    deadline: Deadline,
    resolve: (result: Result) => void,
    reject: (error: unknown) => void,
    leave: (waiting: FlightFollower<Result>) => void,
  ) {
    this.deadline = deadline;
    this.resolve = resolve;
    this.reject = reject;
    this.#leave = leave;
  }

  over(reason: UpstreamError): void {
    this.#leave(this);
    this.reject(reason);
  }
}

/** Work that fails before there is a promise fails all the same. */
async function startWork<Result>(
  work: (shared: InFlight) => Promise<Result>,
  shared: InFlight,
): Promise<Result> {
  return work(shared);
}
