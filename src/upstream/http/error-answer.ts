import type { Models } from 'purecloud-platform-client-v2';
import { UpstreamError, type UpstreamFailure } from '../../errors.ts';
import { isBoundedJson } from '../../lib/json-bounds.ts';
import type { QuotaReport } from '../quota/window.ts';

/** A correlation id goes to clients and logs, so only text that looks like one is taken. */
const CORRELATION_ID = /^[\w-]{1,128}$/;
/** Permission as the vendor writes it, such as `routing:queue:view`. Bounded: long words would take quadratic time. */
const PERMISSION = /\b[a-z]\w{0,63}:[a-z]\w{0,63}:(?:\w{1,64}|\*)/gi;
const RETRY_IN_SECONDS = /retry the request in \[(\d{1,6})\] seconds/i;

/** Only date format that HTTP still writes; `Date.parse` would accept almost anything. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
/** Statuses after which the vendor asks to retry reads. */
const TRANSIENT = new Set([429, 502, 503, 504]);

const NOT_OF_UPSTREAM = 'the status 404 that was answered is not of the upstream itself';
/** For the log. */
const FOREIGN_404 =
  'a proxy, an API gateway or a wrong address: the upstream writes a code or a correlation id';

/** Headers of an answer; names in lower case, as undici gives them. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Error for an answer that is not 2xx. `bodyText` may be anything: proxies answer HTML or nothing. Only permissions,
 * seconds and the correlation id are taken from the vendor's texts; nothing else may reach a client.
 *
 * @param receivedAtMs Epoch milliseconds, by which a date in `Retry-After` becomes seconds.
 */
export function errorFromAnswer(
  status: number,
  headers: AnswerHeaders,
  bodyText: string,
  receivedAtMs: number,
): UpstreamError {
  const parsed = parseErrorBody(bodyText);
  const body = parsed ?? {};
  const correlationId = correlationIdOf(headers) ?? knownAs(CORRELATION_ID, body.contextId);
  const common = { upstreamStatus: status, ...(correlationId !== undefined && { correlationId }) };
  if (status === 404 && !isOfVendor(headers, body, bodyText)) {
    return new UpstreamError(
      { ...common, code: 'UPSTREAM_BAD_RESPONSE', message: NOT_OF_UPSTREAM },
      { detail: FOREIGN_404 },
    );
  }
  return new UpstreamError(
    { ...common, ...classify(status, headers, body, receivedAtMs) },
    { isNotFound: status === 404, isTransient: TRANSIENT.has(status) },
  );
}

/**
 * True for an error that the vendor itself wrote. That of a proxy, of an API gateway or of a wrong address says nothing about
 * what the upstream knows.
 */
function isOfVendor(
  headers: AnswerHeaders,
  { code, contextId }: Partial<Record<keyof Models.ErrorBody, unknown>>,
  bodyText: string,
): boolean {
  if (typeof code === 'string' || typeof contextId === 'string') return true;
  // A proxy can pass on the header with a page of its own.
  return correlationIdOf(headers) !== undefined && !/^\s*</.test(bodyText);
}

export function correlationIdOf(headers: AnswerHeaders): string | undefined {
  return knownAs(CORRELATION_ID, headers['inin-correlation-id']);
}

function classify(
  status: number,
  headers: AnswerHeaders,
  body: Partial<Record<keyof Models.ErrorBody, unknown>>,
  receivedAtMs: number,
): UpstreamFailure {
  const namedSeconds = () => named(headers, receivedAtMs);
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
    case 429:
      return {
        code: 'UPSTREAM_RATE_LIMITED',
        message: "the upstream's rate limit is reached",
        ...retryAfter(namedSeconds() ?? said(body.message) ?? wholeNumberIn(headers['inin-ratelimit-reset'])),
      };
    case 408:
    case 504:
      return {
        code: 'UPSTREAM_TIMEOUT',
        message: 'the upstream took too long',
        ...retryAfter(namedSeconds()),
      };
    default:
      return status >= 500
        ? {
            code: 'UPSTREAM_UNAVAILABLE',
            message: 'the upstream is not available',
            ...retryAfter(namedSeconds()),
          }
        : { code: 'UPSTREAM_BAD_RESPONSE', message: `the upstream answered with status ${status}` };
  }
}

/** Quota that an answer reports; null when one of the three headers is missing or malformed. */
export function quotaReportOf(headers: AnswerHeaders): QuotaReport | null {
  const count = wholeNumberIn(headers['inin-ratelimit-count']);
  const allowed = wholeNumberIn(headers['inin-ratelimit-allowed']);
  const resetSeconds = wholeNumberIn(headers['inin-ratelimit-reset']);
  return count === undefined || allowed === undefined || resetSeconds === undefined
    ? null
    : { count, allowed, resetSeconds };
}

/** Null when the text is no JSON object or array. */
function parseErrorBody(text: string): Partial<Record<keyof Models.ErrorBody, unknown>> | null {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' ? body : null;
  } catch {
    return null;
  }
}

/**
 * Permissions that a 403 names. The vendor documents no shape for its `messageParams`, so they are matched anywhere in it,
 * unless it is absurd.
 */
function permissionsIn(messageParams: unknown): string[] {
  if (!isBoundedJson(messageParams)) return [];
  return [...new Set(JSON.stringify(messageParams ?? null).match(PERMISSION))].slice(0, 20);
}

function retryAfter(seconds: number | undefined): { retryAfterSeconds?: number } {
  return seconds === undefined ? {} : { retryAfterSeconds: seconds };
}

/** Seconds that a `Retry-After` header gives, as a number or as a date. */
function named({ 'retry-after': value }: AnswerHeaders, receivedAtMs: number): number | undefined {
  const seconds = wholeNumberIn(value);
  if (seconds !== undefined) return seconds;
  // A past date says nothing: the clocks may differ.
  const untilMs = Date.parse(knownAs(HTTP_DATE, value) ?? '') - receivedAtMs;
  return untilMs > 0 ? Math.ceil(untilMs / 1000) : undefined;
}

/** Seconds in the body of a 429, sent beside a `Retry-After` header or instead of it. */
function said(message: unknown): number | undefined {
  return wholeNumberIn(typeof message === 'string' ? RETRY_IN_SECONDS.exec(message)?.[1] : undefined);
}

function wholeNumberIn(value: unknown): number | undefined {
  const digits = knownAs(/^\d{1,6}$/, value);
  return digits === undefined ? undefined : Number(digits);
}

function knownAs(pattern: RegExp, value: unknown): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}
