import { ClientError } from './client-error.ts';

/** Exceeded bound, by its name in `extensions.limit`. */
type CostLimit = 'upstreamCalls' | 'answerFields' | 'answerBytes' | 'time';

interface Beyond {
  readonly limit: CostLimit;
  readonly asked: number;
  readonly allowed: number;
}

/** Error of a query that is refused before execution, or ended during it, for its cost. */
export function queryTooExpensive(
  message: string,
  { limit, asked, allowed }: Beyond,
  facts: Readonly<Record<string, unknown>> = {},
): ClientError {
  return new ClientError(message, {
    extensions: {
      code: 'QUERY_TOO_EXPENSIVE',
      limit,
      asked,
      allowed,
      ...facts,
      http: { status: 400, spec: true },
    },
  });
}

/** Error of an answer that has more bytes than an answer may have: at least `bytes`. */
export function answerTooLong(bytes: number, maxBytes: number): ClientError {
  return queryTooExpensive(
    `The answer has at least ${bytes} bytes, and ${maxBytes} are allowed (MAX_ANSWER_BYTES): ask for fewer rows ("first"), or fewer fields of a row.`,
    { limit: 'answerBytes', asked: bytes, allowed: maxBytes },
  );
}

/** Error of an answer whose making takes longer than a request may take: at least `elapsedMs`. */
export function answerTooSlow(elapsedMs: number, allowedMs: number): ClientError {
  // What is asked is above what is allowed, also when a fraction of a millisecond is missing.
  const allowed = Math.round(allowedMs);
  const asked = Math.max(Math.round(elapsedMs), allowed + 1);
  return queryTooExpensive(
    `The answer takes at least ${asked} ms to make, and ${allowed} are allowed (REQUEST_TIMEOUT_MS): ask for fewer rows ("first"), or fewer fields of a row.`,
    { limit: 'time', asked, allowed },
  );
}
