/**
 * Quota windows of one token, as the upstream counts them. A window begins with the first call after the end of the previous
 * window. Times come from one clock, in order.
 */
export class UpstreamWindows {
  readonly #allowed: number;
  readonly #lengthMs: number;
  #endsAtMs = -Infinity;
  #begun = 0;
  #callsInLast = 0;
  #calls = 0;
  /** Times of the 429s within the last window length. */
  #recentRefusals: number[] = [];
  #refusals = 0;
  #mostRefusals = 0;

  constructor(allowed: number, lengthMs: number) {
    this.#allowed = allowed;
    this.#lengthMs = lengthMs;
  }

  /** Adds the calls made and the 429s given since the previous `note`. */
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

  /** Number of calls that the quota allowed: all of each window, but of the last window no more than were made. */
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

  /** Most 429s within any period of a window's length. */
  get mostRefusals(): number {
    return this.#mostRefusals;
  }
}
