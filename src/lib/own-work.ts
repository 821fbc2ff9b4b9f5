import type { Clock } from './clock.ts';
import type { Deadline } from './deadline.ts';
import { Cancellation } from './signal.ts';
import { Slices } from './slices.ts';
import type { Turns } from './turns.ts';

/** Reason for which work on a request has to stop: its time is over, or its client has gone. */
export type WorkEnd = 'time' | 'gone';

/**
 * Time for completing and writing an answer after its deadline has ended the waits for the upstream, in milliseconds: what
 * came in time is still worth having.
 */
export const GRACE_MS = 1000;

/** Signal of work that is looked after by its owner, which asks for `end`. */
const nobodyAborts = new Cancellation();

/**
 * The gateway's own work on one request, as opposed to waiting: executing, completing and writing. It shares the event loop
 * with other work, and ends at the request's deadline or when its client has gone.
 */
export class OwnWork {
  readonly #clock: Clock;
  readonly #turns: Turns;
  readonly #deadline: Deadline;
  /** Milliseconds from the request's arrival to its deadline. */
  readonly allowedMs: number;

  constructor(clock: Clock, turns: Turns, deadline: Deadline, allowedMs: number) {
    this.#clock = clock;
    this.#turns = turns;
    this.#deadline = deadline;
    this.allowedMs = allowedMs;
  }

  /** Milliseconds since the request's arrival. */
  get elapsedMs(): number {
    return this.#clock.now() - this.#deadline.atMs + this.allowedMs;
  }

  /**
   * True when the event loop is due to others: wait for `turn`. Reads the clock: ask after some hundred small steps.
   *
   * @param isShort True while all of this work so far has taken some milliseconds at most.
   */
  isDue(isShort = false): boolean {
    return this.#turns.isOver(isShort);
  }

  /** Resolves when it is this work's turn again. Afterwards, `end` says if there is still something to do. */
  turn(): Promise<void> {
    return this.#turns.next(this);
  }

  /** Slices of a part of this work, which does not end by itself: ask for `end` afterwards. */
  slices(): Slices {
    return new Slices(this.#turns, nobodyAborts);
  }

  /** Null while the work may go on. */
  get end(): WorkEnd | null {
    const { atMs, endedWaits, isClientGone } = this.#deadline;
    if (isClientGone) return 'gone';
    return this.#clock.now() >= atMs + (endedWaits ? GRACE_MS : 0) ? 'time' : null;
  }
}
