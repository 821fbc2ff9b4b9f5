import type { QuotaReport } from '../../../../src/upstream/quota/window.ts';

/** Limits of an upstream for one token. */
export interface QuotaRules {
  readonly windowSeconds: number;
  readonly allowed: number;
  /** Calls that it really allows, when fewer than it says. */
  readonly hidden?: number;
  /** True when windows follow each other on the clock; otherwise each begins with the first call after the last end. */
  readonly isOnClock: boolean;
  /** True when seconds are rounded down, so that a window seems to end too early. */
  readonly isRoundedDown?: boolean;
}

/** Counts calls in windows as the upstream does, on the clock of `performance.now()`. */
export class SimulatedQuota {
  readonly windows: { endsAtMs: number; count: number; accepted: number; refused: number }[] = [];
  readonly #rules: QuotaRules;

  constructor(rules: QuotaRules) {
    this.#rules = rules;
  }

  /** Counts a call that arrives. */
  count(): { isRefused: boolean; report: QuotaReport } {
    const { allowed, hidden = Infinity, isRoundedDown } = this.#rules;
    const window = this.#window();
    window.count += 1;
    const isRefused = window.count > Math.min(allowed, hidden);
    if (isRefused) window.refused += 1;
    else window.accepted += 1;
    const seconds = (window.endsAtMs - performance.now()) / 1000;
    const resetSeconds = isRoundedDown ? Math.floor(seconds) : Math.max(1, Math.ceil(seconds));
    return { isRefused, report: { count: window.count, allowed, resetSeconds } };
  }

  /** Counts calls of other consumers. */
  spend(calls: number): void {
    this.#window().count += calls;
  }

  /** Calls that would be accepted now, and the age of the window. A window that has ended counts as unspent. */
  get state(): { left: number; sinceMs: number } {
    const nowMs = performance.now();
    const { allowed, hidden = Infinity, windowSeconds } = this.#rules;
    const limit = Math.min(allowed, hidden);
    const window = this.windows.at(-1);
    if (window === undefined || nowMs >= window.endsAtMs) return { left: limit, sinceMs: 0 };
    const sinceMs = nowMs - (window.endsAtMs - windowSeconds * 1000);
    return { left: Math.max(0, limit - window.count), sinceMs };
  }

  #window() {
    const nowMs = performance.now();
    let window = this.windows.at(-1);
    if (window === undefined || nowMs >= window.endsAtMs) {
      const { windowSeconds, isOnClock } = this.#rules;
      const windowMs = windowSeconds * 1000;
      const beganAtMs = isOnClock ? Math.floor(nowMs / windowMs) * windowMs : nowMs;
      window = { endsAtMs: beganAtMs + windowMs, count: 0, accepted: 0, refused: 0 };
      this.windows.push(window);
    }
    return window;
  }
}
