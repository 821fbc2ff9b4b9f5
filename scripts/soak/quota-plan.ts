/** The vendor's default quota, and the multiple of it that is demanded. */
const ALLOWED_A_MINUTE = 300;
const TIMES_THE_QUOTA = 10;
/** The gateway's default. */
const REQUEST_TIMEOUT_SECONDS = 10;
const LEAST_TIMEOUT_MS = 1_000;

export interface QuotaPlan {
  /** A minute, or less in a run that is shorter. */
  readonly windowSeconds: number;
  /** Upstream calls per window. */
  readonly allowed: number;
  readonly demandedCallsPerSecond: number;
  readonly requestTimeoutMs: number;
}

/** Scales window, quota and timeout down for a run under a minute, so that it also sees a window end and the next begin. */
export function quotaPlan(seconds: number): QuotaPlan {
  const windowSeconds = seconds < 60 ? Math.round(seconds / 2) : 60;
  const share = windowSeconds / 60;
  return {
    windowSeconds,
    allowed: Math.round(ALLOWED_A_MINUTE * share),
    demandedCallsPerSecond: (ALLOWED_A_MINUTE * TIMES_THE_QUOTA) / 60,
    requestTimeoutMs: Math.max(LEAST_TIMEOUT_MS, REQUEST_TIMEOUT_SECONDS * 1000 * share),
  };
}
