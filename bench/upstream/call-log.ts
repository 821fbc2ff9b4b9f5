/** Calls since the log was last emptied. */
export interface CallCounts {
  readonly calls: number;
  readonly refused: number;
  readonly byResource: Readonly<Record<string, number>>;
  /** Number of different tokens of these calls. */
  readonly tokens: number;
}

export interface Quota {
  /** Calls of one token in a window; the next ones are refused. */
  readonly allowed: number;
  readonly windowSeconds: number;
}

export interface Verdict {
  readonly isRefused: boolean;
  readonly count: number;
  readonly allowed: number;
  readonly resetSeconds: number;
}

/** Counts calls per token, in windows that all tokens share, and calls per resource. */
export class CallLog {
  quota: Quota = { allowed: 1_000_000, windowSeconds: 60 };
  readonly #now: () => number;
  #windows = new Map<string, number>();
  #endsAtMs = 0;
  #tokens = new Set<string>();
  #resources = new Map<string, number>();
  #calls = 0;
  #refused = 0;

  /** `now` gives milliseconds. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Starts over with this quota. */
  begin(quota: Quota): void {
    this.quota = quota;
    this.#endsAtMs = 0;
    this.take();
  }

  count(token: string, resource: string): Verdict {
    const { allowed, windowSeconds } = this.quota;
    const nowMs = this.#now();
    if (nowMs >= this.#endsAtMs) {
      this.#windows = new Map();
      this.#endsAtMs = nowMs + windowSeconds * 1000;
    }
    const count = (this.#windows.get(token) ?? 0) + 1;
    this.#windows.set(token, count);
    this.#tokens.add(token);
    this.#resources.set(resource, (this.#resources.get(resource) ?? 0) + 1);
    this.#calls += 1;
    const isRefused = count > allowed;
    if (isRefused) this.#refused += 1;
    return { isRefused, count, allowed, resetSeconds: Math.ceil((this.#endsAtMs - nowMs) / 1000) };
  }

  get calls(): number {
    return this.#calls;
  }

  /** Counts since the latest `take`. Windows of the quota go on. */
  take(): CallCounts {
    const counts = {
      calls: this.#calls,
      refused: this.#refused,
      byResource: Object.fromEntries([...this.#resources].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      tokens: this.#tokens.size,
    };
    this.#calls = 0;
    this.#refused = 0;
    this.#resources = new Map();
    this.#tokens = new Set();
    return counts;
  }
}
