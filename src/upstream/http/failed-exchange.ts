import { errors } from 'undici';
import { UpstreamError } from '../../errors.ts';
import { type AnswerHeaders, correlationIdOf } from './error-answer.ts';
import { ProxyError } from './proxy-pool.ts';

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
    const message = 'the upstream answered with more than can be held';
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
  const message =
    answer === undefined ? 'the upstream could not be reached' : 'the upstream broke off its answer';
  const detail = systemCodeOf(cause);
  return new UpstreamError(
    { code: 'UPSTREAM_UNAVAILABLE', message, ...known },
    { cause, isTransient: !isOurs(cause), ...(detail !== null && { detail }) },
  );
}

/** Statuses with which a proxy says that the same may succeed a moment later. */
const TRANSIENT_AT_PROXY = new Set([429, 500, 502, 503, 504]);

/** Error for a connection that a proxy did not make. Its status is that of the proxy, none of the upstream. */
function withoutTunnel(cause: ProxyError): UpstreamError {
  const { proxy, status } = cause;
  const code = 'UPSTREAM_UNAVAILABLE';
  if (status === null) {
    const why = cause.cause instanceof Error ? systemCodeOf(cause.cause) : null;
    return new UpstreamError(
      { code, message: 'the proxy on the way to the upstream could not be reached' },
      { cause, isTransient: true, detail: why === null ? `proxy ${proxy}` : `proxy ${proxy}: ${why}` },
    );
  }
  const message =
    status === 407
      ? 'the proxy on the way to the upstream did not accept the credentials for it'
      : `the proxy on the way to the upstream refused the connection with status ${status}`;
  return new UpstreamError(
    { code, message },
    { cause, isTransient: TRANSIENT_AT_PROXY.has(status), detail: `proxy ${proxy}: status ${status}` },
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

/** Error code, such as ECONNREFUSED or ENOTFOUND: it tells operators where to look, and holds no address. */
export function systemCodeOf(cause: Error): string | null {
  const code = 'code' in cause ? cause.code : null;
  return typeof code === 'string' && /^[A-Z][A-Z\d_]{1,63}$/.test(code) ? code : null;
}
