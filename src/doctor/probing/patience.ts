import type { Clock } from '../../lib/clock.ts';
import { unlessAborted, withinTime } from '../../lib/deadline.ts';
import type { Signal } from '../../lib/signal.ts';

/** Time for all checks together. With the start of the process they take less than five seconds. */
const ALL_MS = 4_000;
/** Time for one step of a check, such as one call. */
export const STEP_MS = 1_500;
/** Time in which a check whose step has ended tells of it. */
const AFTER_MS = 250;
/** Signal that never aborts: only time ends a step. */
const never = new AbortController().signal;

/** Time that the checks have: each step ends in time, and all of them do. */
export class Patience {
  readonly clock: Clock;
  readonly startedMs: number;

  constructor(clock: Clock) {
    this.clock = clock;
    this.startedMs = clock.now();
  }

  /** Time since the start. */
  get spentMs(): number {
    return this.clock.now() - this.startedMs;
  }

  /** Time for a step that begins now; none or less when the time for all is over. */
  get stepMs(): number {
    return Math.min(STEP_MS, ALL_MS - this.spentMs);
  }

  /** Runs a whole check. Rejects with an `UpstreamError` somewhat after the time for all of them. */
  all<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#within(ALL_MS + AFTER_MS - this.spentMs, work);
  }

  /**
   * Runs a step, with a signal that aborts when its time is over. Rejects with an `UpstreamError` then, whether the step heeds
   * it or not.
   */
  step<Result>(work: (signal: Signal) => Promise<Result>): Promise<Result> {
    return this.#within(this.stepMs, work);
  }

  #within<Result>(ms: number, work: (signal: Signal) => Promise<Result>): Promise<Result> {
    return withinTime(this.clock, ms, never, (signal) => unlessAborted(work(signal), signal));
  }
}
