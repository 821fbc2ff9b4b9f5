import type { Signal } from './signal.ts';
import type { Turns } from './turns.ts';

/** Most bytes that are handled at once: parsing them takes several milliseconds. More are handled in slices. */
export const LARGE_BYTES = 1024 * 1024;

/** Steps between two looks at the clock, as many bytes as are parsed in a fraction of a millisecond. */
const STEPS = 65_536;

/** One long piece of work, done in slices between which the event loop runs other work. It ends when nobody waits for it. */
export class Slices {
  readonly #turns: Turns;
  readonly #signal: Signal;
  #steps = 0;

  /** The work ends when `signal` aborts. */
  constructor(turns: Turns, signal: Signal) {
    this.#turns = turns;
    this.#signal = signal;
  }

  /** Counts steps that were done; one takes about as long as parsing a byte of JSON. True when a slice is used up. */
  isOver(steps: number): boolean {
    this.#steps += steps;
    if (this.#steps < STEPS) return false;
    this.#steps = 0;
    return this.#turns.isOver();
  }

  /** Resolves when it is the turn of this work again. Rejects with the signal's reason when it aborts meanwhile. */
  async next(): Promise<void> {
    await this.#turns.next(this);
    if (this.#signal.aborted) throw this.#signal.reason;
  }
}
