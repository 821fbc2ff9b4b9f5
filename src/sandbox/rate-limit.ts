export interface RateLimit {
  /** Requests answered in one window; the next ones get 429. */
  readonly allowed: number;
  readonly windowSeconds: number;
  /** What the headers claim instead of `allowed`: the real upstream has hidden limits below the announced one. */
  readonly announced?: number;
}

export interface RateLimitVerdict {
  readonly exceeded: boolean;
  readonly resetSeconds: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Counts the requests of each token in windows that begin with the token's first request. */
export function createRateLimiter(limit: RateLimit, now: () => number): (token: string) => RateLimitVerdict {
  const windows = new Map<string, { endsAtMs: number; count: number }>();
  return (token) => {
    const atMs = now();
    let window = windows.get(token);
    if (window === undefined || atMs >= window.endsAtMs) {
      window = { endsAtMs: atMs + limit.windowSeconds * 1000, count: 0 };
      windows.set(token, window);
    }
    window.count += 1;
    const resetSeconds = Math.max(1, Math.ceil((window.endsAtMs - atMs) / 1000));
    return {
      exceeded: window.count > limit.allowed,
      resetSeconds,
      headers: {
        'inin-ratelimit-count': String(window.count),
        'inin-ratelimit-allowed': String(limit.announced ?? limit.allowed),
        'inin-ratelimit-reset': String(resetSeconds),
      },
    };
  };
}
