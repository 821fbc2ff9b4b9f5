/** How much one call counts for the average, and for the deviation from it: as TCP estimates round trips (RFC 6298). */
const WEIGHT = 1 / 8;
const DEVIATION_WEIGHT = 1 / 4;

/** How long calls take, in milliseconds; zero while nothing is known. */
export class Latency {
  #averageMs = 0;
  #deviationMs = 0;

  /** A call was answered after so long. */
  took(ms: number): void {
    if (this.#averageMs === 0) {
      this.#averageMs = ms;
      this.#deviationMs = ms / 2;
    } else {
      this.#deviationMs += (Math.abs(ms - this.#averageMs) - this.#deviationMs) * DEVIATION_WEIGHT;
      this.#averageMs += (ms - this.#averageMs) * WEIGHT;
    }
  }

  get averageMs(): number {
    return this.#averageMs;
  }

  /** What a call has to be given so that its answer most likely comes in time. */
  get likelyMs(): number {
    return this.#averageMs + 2 * this.#deviationMs;
  }
}
