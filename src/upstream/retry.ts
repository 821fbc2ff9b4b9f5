import { UpstreamError } from '../errors.ts';
import type { Signal } from '../lib/signal.ts';
import type { Clock } from '../lib/clock.ts';
import { pause } from '../lib/deadline.ts';

export interface RetryOptions {
  readonly clock: Clock;
  readonly maxRetries: number;
  /** Time until which an answer is useful, on the monotonic clock. */
  readonly latestMs: () => number;
  /** Called once before each worthwhile retry, with the failure that is retried; may throw, which ends the retries. */
  readonly beforeRetry?: (failed: UpstreamError) => void;
  readonly signal: Signal;
}

/** Attempts until one succeeds, or a retry is not worthwhile (`retryDelayMs`); then rejects with the last error. */
export async function retry<T>(
  { clock, maxRetries, latestMs, beforeRetry, signal }: RetryOptions,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let retries = 0; ; retries += 1) {
    try {
      // oxlint-disable-next-line eslint/no-await-in-loop -- an attempt follows only on the failure of the one before
      return await attempt();
    } catch (error) {
      if (!(error instanceof UpstreamError) || signal.aborted || retries === maxRetries) throw error;
      const remainingMs = latestMs() - clock.now();
      const delayMs = retryDelayMs({ error, retries, remainingMs, random: Math.random() });
      if (delayMs === null) throw error;
      beforeRetry?.(error);
      // oxlint-disable-next-line eslint/no-await-in-loop -- see above
      await pause(clock, delayMs, signal);
    }
  }
}

const FIRST_CEILING_MS = 200;
const CEILING_MS = 2_000;

export interface FailedAttempt {
  readonly error: UpstreamError;
  /** Number of retries already made. */
  readonly retries: number;
  /** Time left until an answer is useless. */
  readonly remainingMs: number;
  /** Evenly drawn from 0 up to, but not including, 1. */
  readonly random: number;
}

/**
 * Milliseconds to wait before a retry; null when a read is not retried. Only failures that the vendor calls transient are
 * retried (429, 502, 503, 504, broken connections), not before the time that the upstream named. Full jitter (evenly drawn
 * below a ceiling that doubles) keeps calls that failed together from coming back together.
 */
export function retryDelayMs({ error, retries, remainingMs, random }: FailedAttempt): number | null {
  if (!error.isTransient) return null;
  const jitterMs = random * Math.min(CEILING_MS, FIRST_CEILING_MS * 2 ** retries);
  // The jitter also applies when the upstream names no time, or a very short one.
  const delayMs = Math.max(namedDelayMs(error) ?? 0, jitterMs);
  return delayMs < remainingMs ? delayMs : null;
}

function namedDelayMs({ failure }: UpstreamError): number | undefined {
  return 'retryAfterSeconds' in failure && failure.retryAfterSeconds !== undefined
    ? failure.retryAfterSeconds * 1000
    : undefined;
}
