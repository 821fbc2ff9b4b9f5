import type { UpstreamError } from '../errors.ts';
import { Cancellation, type Signal } from './signal.ts';
import { type Deadline, givenUp, type Follower } from './deadline.ts';

/** Handle of work under way, shared by all its followers. */
export interface InFlight {
  /** Latest deadline of the followers, on the monotonic clock; changes as followers join and leave. */
  latestMs(): number;
  /** Aborts when the last follower has left, or by `abort`. */
  readonly signal: Signal;
  /** Aborts the work; its followers are rejected with this reason. */
  abort(reason: Error): void;
}

/**
 * Work that runs once for all its followers. Each follower has its own deadline and can leave without effect on the others;
 * the last one to leave aborts the work.
 */
export class SingleFlight<Result> implements InFlight {
  readonly #signal = new Cancellation();
  readonly #waiting = new Set<FlightFollower<Result>>();
  readonly #onOver: () => void;

  /** `onOver` is called when the work has settled or will not begin; nobody may join from then on. */
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

  /** Waits for the result. Rejects with an `UpstreamError` when the deadline is over. */
  join(deadline: Deadline): Promise<Result> {
    const { reason } = deadline;
    if (reason !== undefined) return Promise.reject(reason);
    return new Promise((resolve, reject) => {
      const waiting = new FlightFollower(deadline, resolve, reject, this.#leave);
      this.#waiting.add(waiting);
      deadline.wait(waiting);
    });
  }

  /** Begins the work unless all followers have left. To be called once. */
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
    // A follower that joins in the same moment keeps the work going.
    if (this.#waiting.size === 0) queueMicrotask(this.#abortIfAlone);
  };

  readonly #abortIfAlone = (): void => {
    if (this.#waiting.size === 0) this.#signal.abort(givenUp());
  };
}

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

/** Turns an exception that `work` throws before it returns a promise into a rejection. */
async function startWork<Result>(
  work: (shared: InFlight) => Promise<Result>,
  shared: InFlight,
): Promise<Result> {
  return work(shared);
}
