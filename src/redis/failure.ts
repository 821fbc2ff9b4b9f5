/** Reason why Redis is not used, in words fit for the public. */
export type RedisProblem = 'connecting' | 'unreachable' | 'slow' | 'full' | 'refusing' | 'unusable';

/** Redis is unavailable or did not answer in time. The caller continues without Redis. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}

/** Throws any other error, which is a defect. */
export function nullIfUnavailable(error: unknown): null {
  if (error instanceof RedisUnavailable) return null;
  throw error;
}

/** Problem that a failure shows. */
export function problemOf(error: unknown): Exclude<RedisProblem, 'connecting' | 'slow' | 'unusable'> {
  const code = replyCodeOf(error);
  if (code === null) return 'unreachable';
  return code === 'OOM' ? 'full' : 'refusing';
}

/**
 * True for a reply that concerns one key only, which may hold anything when others can write to Redis. One identity's key
 * must not take Redis from all.
 */
export function concernsOneKey(error: unknown): boolean {
  return replyCodeOf(error) === 'WRONGTYPE';
}

/** Code in capitals at the start of an error reply from Redis; null for any other error. */
export function replyCodeOf(error: unknown): string | null {
  return error instanceof Error ? (/^[A-Z]{2,}(?= |$)/.exec(error.message)?.[0] ?? null) : null;
}

/** Code of an error reply or of a system error, for the log. */
export function codeOf(error: unknown): string | undefined {
  const code = replyCodeOf(error);
  if (code !== null) return code;
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
