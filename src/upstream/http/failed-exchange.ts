import { errors } from 'undici';
import { UpstreamError } from '../../errors.ts';
import { type AnswerHeaders, correlationIdOf } from './error-answer.ts';
import { ProxyError } from './proxy-pool.ts';
import { obstacles, reachFailureOf } from './reach.ts';

export interface AnswerHead {
  readonly status: number;
  readonly headers: AnswerHeaders;
}

/** An answer cannot be unpacked. Its message says why, in words for the log. */
export class UnreadableCodingError extends Error {
  override readonly name = 'UnreadableCodingError';
}

/** Error for a broken exchange. `answer` is defined when the answer had begun. */
export function unanswered(cause: Error, answer: AnswerHead | undefined): UpstreamError {
  const correlationId = answer && correlationIdOf(answer.headers);
  const known = {
    ...(answer && { upstreamStatus: answer.status }),
    ...(correlationId !== undefined && { correlationId }),
  };
  if (cause instanceof errors.ResponseExceededMaxSizeError) {
    const message = "the upstream's answer is too large";
    return new UpstreamError({ code: 'UPSTREAM_BAD_RESPONSE', message, ...known }, { cause });
  }
  if (cause instanceof UnreadableCodingError) {
    const message = 'the upstream gave an answer that cannot be read';
    return new UpstreamError(
      { code: 'UPSTREAM_BAD_RESPONSE', message, ...known },
      { cause, detail: cause.message },
    );
  }
  if (cause instanceof ProxyError) return withoutTunnel(cause);
  const { obstacle, code: detail } = reachFailureOf(cause);
  const message =
    answer === undefined
      ? `the upstream could not be reached: ${obstacles[obstacle]}`
      : 'the upstream broke off its answer';
  return new UpstreamError(
    { code: 'UPSTREAM_UNAVAILABLE', message, ...known },
    { cause, isTransient: !isOurs(cause), ...(detail !== null && { detail }) },
  );
}

/** Statuses with which a proxy says that the same may succeed a moment later. */
const TRANSIENT_AT_PROXY = new Set([429, 500, 502, 503, 504]);

/** Error for a connection that a proxy did not make. Its status is that of the proxy, none of the upstream. */
function withoutTunnel(cause: ProxyError): UpstreamError {
  const { obstacle, code } = reachFailureOf(cause);
  const message = `the upstream could not be reached: ${obstacles[obstacle]}`;
  return new UpstreamError(
    { code: 'UPSTREAM_UNAVAILABLE', message },
    {
      cause,
      isTransient: cause.status === null || TRANSIENT_AT_PROXY.has(cause.status),
      detail: code === null ? `proxy ${cause.proxy}` : `proxy ${cause.proxy}: ${code}`,
    },
  );
}

/** True when the gateway itself is the cause: no follower is left, it shuts down, or the call is invalid. */
function isOurs(cause: Error): boolean {
  return (
    cause instanceof errors.RequestAbortedError ||
    cause instanceof errors.ClientDestroyedError ||
    cause instanceof errors.ClientClosedError ||
    cause instanceof errors.InvalidArgumentError
  );
}
