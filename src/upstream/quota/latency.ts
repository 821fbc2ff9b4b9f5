/** Weights of one call in the average and in the deviation, as in TCP's estimate of round-trip times (RFC 6298). */
const WEIGHT = 1 / 8;
const DEVIATION_WEIGHT = 1 / 4;

/** Duration of calls in milliseconds; zero before the first answer. */
export class Latency {
  #averageMs = 0;
  #deviationMs = 0;

  /** Records the duration of an answered call. */
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

  /** Time within which most answers come. */
  get likelyMs(): number {
    return this.#averageMs + 2 * this.#deviationMs;
  }
}
