import type { UpstreamError } from '../errors.ts';

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
