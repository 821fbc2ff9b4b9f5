import type { QuotaReport } from '../../../../src/upstream/quota/window.ts';

/** How an upstream limits one token. */
export interface QuotaRules {
  readonly windowSeconds: number;
  readonly allowed: number;
  /** What it really allows, where that is less than it says. */
  readonly hidden?: number;
  /** Whether windows follow each other on the clock; otherwise each begins with the first call after the last one's end. */
  readonly isOnClock: boolean;
  /** Whether seconds are rounded down, so that a window seems to end too early. */
  readonly isRoundedDown?: boolean;
}

/** Counts calls in windows as the upstream does, on the clock of `performance.now()`. */
export class SimulatedQuota {
  readonly windows: { endsAtMs: number; count: number; accepted: number; refused: number }[] = [];
  readonly #rules: QuotaRules;

  constructor(rules: QuotaRules) {
    this.#rules = rules;
  }

  /** A call arrives. */
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

  /** Others spend some of it. */
  spend(calls: number): void {
    this.#window().count += calls;
  }

  /** Calls that would be let through now, and for how long the window has lasted; a window that has ended is whole. */
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
