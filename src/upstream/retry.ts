import { ConstantBackoff, handleWhen, retry } from 'cockatiel';
import { UpstreamError } from '../errors.ts';
import type { Signal } from '../lib/signal.ts';
import { pause } from '../lib/deadline.ts';

export interface RetryOptions {
  readonly maxRetries: number;
  /** Until when an answer is of use, on the clock of `performance.now()`. */
  readonly latestMs: () => number;
  /** Asked for each further attempt that is worthwhile. */
  readonly mayRetry?: () => boolean;
  readonly signal: Signal;
}

/** Makes attempts until one succeeds or another is not worthwhile (retry-decision.ts); then rejects with the last one's error. */
export async function persistently<T>(persistence: RetryOptions, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    return again(error, persistence, attempt);
  }
}

/** Goes on after a first attempt that failed: hardly any does, and only such are worth a policy. */
function again<T>(
  first: unknown,
  { maxRetries, latestMs, mayRetry, signal }: RetryOptions,
  attempt: () => Promise<T>,
): Promise<T> {
  let retries = 0;
  let delayMs: number | null = null;
  const isWorthwhile = handleWhen((error) => {
    // Asked of the last attempt as well, of which nothing more may come.
    if (!(error instanceof UpstreamError) || signal.aborted || retries === maxRetries) return false;
    const remainingMs = latestMs() - performance.now();
    delayMs = retryDelayMs({ error, retries, remainingMs, random: Math.random() });
    return delayMs !== null && mayRetry?.() !== false;
  });
  // The waiting is done in here and not by cockatiel, whose timers cannot be ended early.
  const policy = retry(isWorthwhile, { maxAttempts: maxRetries, backoff: new ConstantBackoff(0) });
  return policy.execute(async (context) => {
    if (context.attempt === 0) throw first;
    retries = context.attempt;
    if (delayMs !== null) await pause(delayMs, signal);
    return attempt();
  });
}

const FIRST_CEILING_MS = 200;
const CEILING_MS = 2_000;

export interface FailedAttempt {
  readonly error: UpstreamError;
  /** How many times it has been tried again already. */
  readonly retries: number;
  /** Until an answer is of no use any more. */
  readonly remainingMs: number;
  /** Evenly drawn from 0 up to, but not including, 1. */
  readonly random: number;
}

/**
 * Milliseconds to wait before a read is tried again; null when it is not. Only what the vendor says may pass by itself is
 * tried again (429, 502, 503, 504, broken connections), not before the time that the upstream named, and otherwise with full
 * jitter: evenly drawn below a ceiling that doubles, so that those who failed together do not come back together.
 */
export function retryDelayMs({ error, retries, remainingMs, random }: FailedAttempt): number | null {
  if (!error.isTransient) return null;
  const jitterMs = random * Math.min(CEILING_MS, FIRST_CEILING_MS * 2 ** retries);
  // Who names no time at all, or none that is worth naming, is not to be hurried either.
  const delayMs = Math.max(namedDelayMs(error) ?? 0, jitterMs);
  return delayMs < remainingMs ? delayMs : null;
}

function namedDelayMs({ failure }: UpstreamError): number | undefined {
  return 'retryAfterSeconds' in failure && failure.retryAfterSeconds !== undefined
    ? failure.retryAfterSeconds * 1000
    : undefined;
}
