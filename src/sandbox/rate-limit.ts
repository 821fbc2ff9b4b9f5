const COUNT_HEADER = 'inin-ratelimit-count';
const ALLOWED_HEADER = 'inin-ratelimit-allowed';
const RESET_HEADER = 'inin-ratelimit-reset';

export interface RateLimit {
  /** Requests answered per window; further ones get 429. */
  readonly allowed: number;
  readonly windowSeconds: number;
  /** Limit in the headers instead of `allowed`: the real upstream has hidden limits below the announced one. */
  readonly announced?: number;
}

interface RateLimitVerdict {
  readonly exceeded: boolean;
  readonly resetSeconds: number;
  readonly headers: Readonly<Record<string, string>>;
}

export interface RateLimiter {
  /** Counts a request of the token. */
  count(token: string): RateLimitVerdict;
  /** Replaces the limit. Open windows keep their count and their end. */
  use(limit: RateLimit): void;
}

/** Counts the requests of each token in windows that begin with the token's first request. */
export function createRateLimiter(initial: RateLimit, now: () => number): RateLimiter {
  let limit = initial;
  const windows = new Map<string, { endsAtMs: number; count: number }>();

  /** Drops ended windows, oldest first; otherwise every token ever seen would be kept. */
  function dropEnded(atMs: number): void {
    for (const [token, { endsAtMs }] of windows) {
      if (atMs < endsAtMs) return;
      windows.delete(token);
    }
  }

  return {
    count(token) {
      const atMs = now();
      let window = windows.get(token);
      if (window === undefined || atMs >= window.endsAtMs) {
        dropEnded(atMs);
        window = { endsAtMs: atMs + limit.windowSeconds * 1000, count: 0 };
        // Moves the token to the end of the map: dropEnded misses a short window that ended before older ones.
        windows.delete(token);
        windows.set(token, window);
      }
      window.count += 1;
      const resetSeconds = Math.max(1, Math.ceil((window.endsAtMs - atMs) / 1000));
      return {
        exceeded: window.count > limit.allowed,
        resetSeconds,
        headers: {
          [COUNT_HEADER]: String(window.count),
          [ALLOWED_HEADER]: String(limit.announced ?? limit.allowed),
          [RESET_HEADER]: String(resetSeconds),
        },
      };
    },
    use(next) {
      limit = next;
    },
  };
}

/** Headers of an answer without the rate limit headers. */
export function withoutRateLimit(headers: Readonly<Record<string, string>>): Record<string, string> {
  const { [COUNT_HEADER]: _count, [ALLOWED_HEADER]: _allowed, [RESET_HEADER]: _reset, ...others } = headers;
  return others;
}
