import type { Models } from 'purecloud-platform-client-v2';
import { UpstreamError, type UpstreamFailure } from '../errors.ts';

/** A correlation id goes to clients and logs, so only what looks like one is taken. */
const CORRELATION_ID = /^[\w-]{1,128}$/;
/** A permission as the vendor writes it, such as `routing:queue:view`. Bounded, or a long run of letters would take quadratic time. */
const PERMISSION = /\b[a-z]\w{0,63}:[a-z]\w{0,63}:(?:\w{1,64}|\*)/gi;
/** In the body of a 429, next to or instead of a `Retry-After` header. */
const RETRY_IN_SECONDS = /retry the request in \[(\d{1,6})\] seconds/i;

/** What is read of an answer's headers; names in lower case, as undici gives them. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * The error for an answer that is not 2xx. `bodyText` may be anything: proxies answer HTML or nothing. Of the
 * vendor's texts only permissions, seconds and the correlation id are taken; nothing else may reach a client.
 */
export function errorFromAnswer(status: number, headers: AnswerHeaders, bodyText: string): UpstreamError {
  const parsed = parseErrorBody(bodyText);
  const body = parsed ?? {};
  const correlationId = correlationIdOf(headers) ?? knownAs(CORRELATION_ID, body.contextId);
  const common = { upstreamStatus: status, ...(correlationId !== undefined && { correlationId }) };
  // A page that some proxy or wrong address answers with 404 says nothing of what the upstream knows.
  const isNotFound = status === 404 && (parsed !== null || bodyText === '');
  return new UpstreamError({ ...common, ...classify(status, headers, body) }, { isNotFound });
}

export function correlationIdOf(headers: AnswerHeaders): string | undefined {
  return knownAs(CORRELATION_ID, headers['inin-correlation-id']);
}

function classify(
  status: number,
  headers: AnswerHeaders,
  body: Partial<Record<keyof Models.ErrorBody, unknown>>,
): UpstreamFailure {
  switch (status) {
    case 401:
      return { code: 'UNAUTHENTICATED', message: 'the upstream did not accept the credential' };
    case 403: {
      const missingPermissions = permissionsIn(body.messageParams);
      return missingPermissions.length === 0
        ? { code: 'FORBIDDEN', message: 'the upstream refused it for lack of a permission' }
        : {
            code: 'FORBIDDEN',
            message: `the upstream refused it for lack of ${missingPermissions.join(', ')}`,
            missingPermissions,
          };
    }
    case 429: {
      const seconds = retryAfterSeconds(headers, body.message);
      return {
        code: 'UPSTREAM_RATE_LIMITED',
        message: "the upstream's rate limit is reached",
        ...(seconds !== undefined && { retryAfterSeconds: seconds }),
      };
    }
    case 408:
    case 504:
      return { code: 'UPSTREAM_TIMEOUT', message: 'the upstream took too long' };
    default:
      return status >= 500
        ? { code: 'UPSTREAM_UNAVAILABLE', message: 'the upstream is not available' }
        : { code: 'UPSTREAM_BAD_RESPONSE', message: `the upstream answered with status ${status}` };
  }
}

/** Null when it is no JSON object. */
function parseErrorBody(text: string): Partial<Record<keyof Models.ErrorBody, unknown>> | null {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' ? body : null;
  } catch {
    return null;
  }
}

/** The vendor documents no shape for `messageParams` of a 403, so permissions are recognised wherever they stand. */
function permissionsIn(messageParams: unknown): string[] {
  return [...new Set(JSON.stringify(messageParams ?? null).match(PERMISSION))].slice(0, 20);
}

function retryAfterSeconds(headers: AnswerHeaders, message: unknown): number | undefined {
  const seconds =
    knownAs(/^\d{1,6}$/, headers['retry-after']) ??
    (typeof message === 'string' ? RETRY_IN_SECONDS.exec(message)?.[1] : undefined) ??
    knownAs(/^\d{1,6}$/, headers['inin-ratelimit-reset']);
  return seconds === undefined ? undefined : Number(seconds);
}

function knownAs(pattern: RegExp, value: unknown): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}
