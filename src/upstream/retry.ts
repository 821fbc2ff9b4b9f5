import { ConstantBackoff, handleWhen, retry } from 'cockatiel';
import { UpstreamError } from '../errors.ts';
import type { Signal } from '../lib/signal.ts';
import type { Clock } from '../lib/clock.ts';
import { pause } from '../lib/deadline.ts';

export interface RetryOptions {
  readonly clock: Clock;
  readonly maxRetries: number;
  /** Time until which an answer is useful, on the clock of `performance.now()`. */
  readonly latestMs: () => number;
  /** Called once before each worthwhile retry; false forbids the retry. */
  readonly mayRetry?: () => boolean;
  readonly signal: Signal;
}

/** Retries until an attempt succeeds, or a retry is not worthwhile (`retryDelayMs`); then rejects with the last error. */
export async function persistently<T>(persistence: RetryOptions, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    return again(error, persistence, attempt);
  }
}

/** Continues after a failed first attempt: few calls fail, and only those pay for a cockatiel policy. */
function again<T>(
  first: unknown,
  { clock, maxRetries, latestMs, mayRetry, signal }: RetryOptions,
  attempt: () => Promise<T>,
): Promise<T> {
  let retries = 0;
  let delayMs: number | null = null;
  const isWorthwhile = handleWhen((error) => {
    // cockatiel calls this after the last attempt as well, which no retry may follow.
    if (!(error instanceof UpstreamError) || signal.aborted || retries === maxRetries) return false;
    const remainingMs = latestMs() - performance.now();
    delayMs = retryDelayMs({ error, retries, remainingMs, random: Math.random() });
    return delayMs !== null && mayRetry?.() !== false;
  });
  // The wait is done here and not by cockatiel, whose timers cannot be ended early.
  const policy = retry(isWorthwhile, { maxAttempts: maxRetries, backoff: new ConstantBackoff(0) });
  return policy.execute(async (context) => {
    if (context.attempt === 0) throw first;
    retries = context.attempt;
    if (delayMs !== null) await pause(clock, delayMs, signal);
    return attempt();
  });
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
