/**
 * What a token's quota came to, seen from the upstream. One of its windows begins with the first call after the last one's
 * end. Times are of one clock and come in order.
 */
export class UpstreamWindows {
  readonly #allowed: number;
  readonly #lengthMs: number;
  #endsAtMs = -Infinity;
  #begun = 0;
  #callsInLast = 0;
  #calls = 0;
  /** Times of 429s, as far back as a window is long. */
  #recentRefusals: number[] = [];
  #refusals = 0;
  #mostRefusals = 0;

  constructor(allowed: number, lengthMs: number) {
    this.#allowed = allowed;
    this.#lengthMs = lengthMs;
  }

  /** So many calls have been made since the last time, and so many 429s been given. */
  note(calls: number, refusals: number, atMs: number): void {
    if (calls > 0 && atMs >= this.#endsAtMs) {
      this.#endsAtMs = atMs + this.#lengthMs;
      this.#begun += 1;
      this.#callsInLast = 0;
    }
    this.#calls += calls;
    this.#callsInLast += calls;
    this.#refusals += refusals;
    this.#recentRefusals = this.#recentRefusals.filter((earlierMs) => atMs - earlierMs <= this.#lengthMs);
    for (let each = 0; each < refusals; each += 1) this.#recentRefusals.push(atMs);
    this.#mostRefusals = Math.max(this.#mostRefusals, this.#recentRefusals.length);
  }

  /** How many calls could have been let through: all that each window allows, but of the last one no more than were made. */
  get possible(): number {
    return Math.max(0, this.#begun - 1) * this.#allowed + Math.min(this.#callsInLast, this.#allowed);
  }

  get begun(): number {
    return this.#begun;
  }

  get calls(): number {
    return this.#calls;
  }

  get refusals(): number {
    return this.#refusals;
  }

  /** The most 429s within any stretch as long as a window. */
  get mostRefusals(): number {
    return this.#mostRefusals;
  }
}
