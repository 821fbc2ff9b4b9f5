import type { Models } from 'purecloud-platform-client-v2';
import { type RefusalCause, UpstreamError, type UpstreamFailure } from '../../errors.ts';
import { isBoundedJson } from '../../lib/json-bounds.ts';
import type { QuotaReport } from '../quota/window.ts';

/** A correlation id goes to clients and logs, so only text that looks like one is taken. */
const CORRELATION_ID = /^[\w-]{1,128}$/;
/** Permission as the vendor writes it, such as `routing:queue:view`. Bounded: long words would take quadratic time. */
const PERMISSION = /\b[a-z]\w{0,63}:[a-z]\w{0,63}:(?:\w{1,64}|\*)/gi;
/** Beginning of the sentence that names permissions. What comes before may quote the request. */
const NAMES_PERMISSIONS = /\bpermission(?:s|\(s\))?\b[^:]{0,100}:\s/i;
/** Characters of a message that are searched: the sentence and its names are shorter. */
const MOST_SEARCHED = 4096;
/** Vendor's code when one of the permissions would have been enough. */
const MISSING_ANY = 'missing.any.permissions';
const RETRY_IN_SECONDS = /retry the request in \[(\d{1,6})\] seconds/i;

/** Only date format that HTTP still writes; `Date.parse` would accept almost anything. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
/** Statuses after which the vendor asks to retry reads. */
const TRANSIENT = new Set([429, 502, 503, 504]);
/** Share of the token's quota up to which a 429 is none of the token's: limits of tokens lower than announced are not so low. */
const HARDLY_USED = 0.25;

const NOT_OF_UPSTREAM = 'a proxy or an API gateway answered with 404, not the upstream';
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
 * @param permissions Permissions of which the call needs one, for a 403 that names none.
 */
export function errorFromAnswer(
  status: number,
  headers: AnswerHeaders,
  bodyText: string,
  receivedAtMs: number,
  permissions: readonly string[] = [],
): UpstreamError {
  const parsed = parseErrorBody(bodyText);
  const body = parsed ?? {};
  const correlationId = correlationIdOf(headers) ?? knownAs(CORRELATION_ID, body.contextId);
  const common = { upstreamStatus: status, ...(correlationId !== undefined && { correlationId }) };
  const isVendors = isOfVendor(headers, body, bodyText);
  if (status === 404 && !isVendors) {
    return new UpstreamError(
      { ...common, code: 'UPSTREAM_BAD_RESPONSE', message: NOT_OF_UPSTREAM },
      { detail: FOREIGN_404, refusedBy: 'foreign' },
    );
  }
  // A page is of something on the way, which knows nothing of permissions.
  const isPage = !isVendors && parsed === null && bodyText !== '';
  const refusedBy = status === 403 ? refuserOf(body, isVendors) : null;
  const isOfResource = status === 429 && isHardlyUsed(headers);
  const refusal = { needed: isPage ? [] : permissions, refusedBy };
  return new UpstreamError(
    { ...common, ...classify(status, headers, body, receivedAtMs, refusal) },
    { isNotFound: status === 404, isTransient: TRANSIENT.has(status), isOfResource, refusedBy },
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
  refusal: ForbiddenFacts,
): UpstreamFailure {
  const namedSeconds = () => named(headers, receivedAtMs);
  switch (status) {
    case 401:
      return { code: 'UNAUTHENTICATED', message: 'the upstream did not accept the credential' };
    case 403:
      return forbidden(body, refusal);
    case 429:
      return rateLimited(headers, namedSeconds() ?? said(body.message));
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

/** Failure for a 429. The end of the token's window is that of its limit, not that of a resource's own. */
function rateLimited(headers: AnswerHeaders, seconds: number | undefined): UpstreamFailure {
  const code = 'UPSTREAM_RATE_LIMITED';
  return isHardlyUsed(headers)
    ? { code, message: "the upstream's limit for this resource is reached", ...retryAfter(seconds) }
    : {
        code,
        message: "the upstream's rate limit is reached",
        ...retryAfter(seconds ?? wholeNumberIn(headers['inin-ratelimit-reset'])),
      };
}

function isHardlyUsed(headers: AnswerHeaders): boolean {
  const report = quotaReportOf(headers);
  return report !== null && report.count <= report.allowed * HARDLY_USED;
}

/** Cause of a 403 that is none of the call or its credential. */
function refuserOf(
  { code, message }: Partial<Record<keyof Models.ErrorBody, unknown>>,
  isVendors: boolean,
): RefusalCause | null {
  if (isOfAddress(textOf(code, message))) return 'address';
  return isVendors ? null : 'foreign';
}

/** Facts of a 403. */
interface ForbiddenFacts {
  /** Permissions of which the call needs one; empty when they say nothing. */
  readonly needed: readonly string[];
  readonly refusedBy: RefusalCause | null;
}

const refusalMessages: Readonly<Record<RefusalCause, string>> = {
  foreign: 'something on the way to the upstream refused the call, such as a proxy or a firewall',
  address: "the upstream refuses calls from the gateway's IP address",
};

/** Failure for a 403, with the permissions that it names, or else those of which the call needs one. */
function forbidden(
  { code, message, messageParams }: Partial<Record<keyof Models.ErrorBody, unknown>>,
  { needed, refusedBy }: ForbiddenFacts,
): UpstreamFailure {
  const ofParams = permissionsIn(messageParams);
  const missingPermissions = ofParams.length > 0 ? ofParams : permissionsIn(sentenceOfPermissions(message));
  const refused = 'the upstream denied the call';
  if (missingPermissions.length > 0) {
    const names = missingPermissions.join(', ');
    const lack = code === MISSING_ANY && missingPermissions.length > 1 ? `one of ${names}` : names;
    return { code: 'FORBIDDEN', message: `${refused} for lack of ${lack}`, missingPermissions };
  }
  const required = needed.length === 0 ? {} : { requiredPermissions: needed };
  if (refusedBy !== null) return { code: 'FORBIDDEN', message: refusalMessages[refusedBy], ...required };
  const lack =
    needed.length === 0 ? 'for lack of a permission' : `, probably for lack of ${needed.join(' or ')}`;
  return {
    code: 'FORBIDDEN',
    message: needed.length === 0 ? `${refused} ${lack}` : `${refused}${lack}`,
    ...required,
  };
}

/** Part of a message that names permissions; undefined when it names none. */
function sentenceOfPermissions(message: unknown): string | undefined {
  if (typeof message !== 'string') return undefined;
  const searched = message.slice(0, MOST_SEARCHED);
  const start = NAMES_PERMISSIONS.exec(searched);
  return start === null ? undefined : searched.slice(start.index + start[0].length);
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
 * Permissions that a part of a 403 names. The vendor documents no shape for its `messageParams`, so they are matched
 * anywhere in it, unless it is absurd.
 */
function permissionsIn(part: unknown): string[] {
  if (!isBoundedJson(part)) return [];
  return [...new Set(JSON.stringify(part ?? null).match(PERMISSION))].slice(0, 20);
}

/** Beginnings of those of the values that are texts. */
function textOf(...values: readonly unknown[]): string {
  return values.map((value) => (typeof value === 'string' ? value.slice(0, MOST_SEARCHED) : '')).join(' ');
}

/** True for texts about addresses that may not call. None has been published; the vendor has lists of allowed ones. */
export function isOfAddress(text: string): boolean {
  return /\bip\b|\bip.?address|allow.?list|white.?list/i.test(text);
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
