import { ConstantBackoff, handleWhen, retry } from 'cockatiel';
import { UpstreamError } from '../errors.ts';
import type { Signal } from '../lib/signal.ts';
import { pause } from '../lib/deadline.ts';
import { retryDelayMs } from './retry-decision.ts';

export interface Persistence {
  readonly maxRetries: number;
  /** Until when an answer is of use, on the clock of `performance.now()`. */
  readonly latestMs: () => number;
  /** Asked for each further attempt that is worthwhile. */
  readonly mayRetry?: () => boolean;
  readonly signal: Signal;
}

/** Makes attempts until one succeeds or another is not worthwhile (retry-decision.ts); then rejects with the last one's error. */
export async function persistently<T>(persistence: Persistence, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    return again(error, persistence, attempt);
  }
}

/** Goes on after a first attempt that failed: hardly any does, and only such are worth a policy. */
function again<T>(
  first: unknown,
  { maxRetries, latestMs, mayRetry, signal }: Persistence,
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
