import type { Signal } from './signal.ts';
import type { Turns } from './turns.ts';

/** Most bytes that are handled at once: parsing them takes several milliseconds. More are handled in slices. */
export const LARGE_BYTES = 1024 * 1024;

/**
 * Most bytes that are handled in slices beside others. Several pieces of work on more would take a hundred megabytes each, and
 * are done one after the other.
 */
export const HUGE_BYTES = 8 * 1024 * 1024;

/** Bytes of JSON that are parsed between two looks at the clock, in a fraction of a millisecond. */
const BYTES_BETWEEN_LOOKS = 65_536;

/** One long piece of work, done in slices between which the event loop runs other work. It ends when nobody waits for it. */
export class Slices {
  readonly #turns: Turns;
  readonly #signal: Signal;
  /** Work since the last look, as bytes of JSON that would be parsed meanwhile. */
  #bytes = 0;

  /** The work ends when `signal` aborts. */
  constructor(turns: Turns, signal: Signal) {
    this.#turns = turns;
    this.#signal = signal;
  }

  /**
   * Counts work that was done. True when a slice is used up.
   *
   * @param bytes Bytes of JSON that are parsed in the time that the work takes.
   */
  isOver(bytes: number): boolean {
    this.#bytes += bytes;
    if (this.#bytes < BYTES_BETWEEN_LOOKS) return false;
    this.#bytes = 0;
    return this.#turns.isOver();
  }

  /** Resolves when it is the turn of this work again. Rejects with the signal's reason when it aborts meanwhile. */
  async next(): Promise<void> {
    await this.#turns.next(this);
    if (this.#signal.aborted) throw this.#signal.reason;
  }
}
