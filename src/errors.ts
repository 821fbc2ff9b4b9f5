/**
 * What can go wrong between a field and the upstream, as data. Nothing in here knows of GraphQL;
 * `plugins/use-upstream-errors.ts` turns it into what clients see.
 *
 * Two classes, never confused:
 * - `UpstreamError`: one call that failed, or one way in which an answer was broken. Made once and shared by
 *   everything that depended on it; its identity is what "one error per failed call" counts.
 * - `UnknownValueError`: one entity of which something could not be known because of such a failure.
 */

/** Why a call failed or an answer could not be used. Also the codes that clients see. */
export type UpstreamFailure = {
  /** For clients: names no URL, body, host or token. */
  message: string;
  /** HTTP status of the upstream's answer; absent when there was none. */
  upstreamStatus?: number;
  /** What the vendor's support asks for: the `ININ-Correlation-Id` header, or the error body's `contextId`. */
  correlationId?: string;
} & (
  | { code: 'UNAUTHENTICATED' | 'UPSTREAM_BAD_RESPONSE' }
  | { code: 'FORBIDDEN'; missingPermissions?: readonly string[] }
  | {
      /** A call was not made, or not made again, for want of budget. */
      code: 'QUERY_TOO_EXPENSIVE';
      limit: 'upstreamCalls';
      /** How many calls one request may make. */
      allowed: number;
    }
  | {
      code: 'UPSTREAM_RATE_LIMITED' | 'UPSTREAM_TIMEOUT' | 'UPSTREAM_UNAVAILABLE';
      /** Before that it is of no use to try again. */
      retryAfterSeconds?: number;
    }
);

interface UpstreamErrorOptions extends ErrorOptions {
  /** @default false */
  readonly isNotFound?: boolean;
  /** @default false */
  readonly isTransient?: boolean;
  readonly resource?: string;
  readonly detail?: string;
}

export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly failure: UpstreamFailure;
  /** Whether the upstream said that it does not know what was asked for, which for some calls is an answer. */
  readonly isNotFound: boolean;
  /** Whether the same call may well succeed a moment later, by the upstream's own rules. */
  readonly isTransient: boolean;
  /** Name of the REST resource that was called, such as `users`; undefined when it came to no call. */
  readonly resource: string | undefined;
  /** What went wrong, for the log alone. Holds nothing of the upstream's own text, which may be personal. */
  readonly detail: string | undefined;

  constructor(failure: UpstreamFailure, options: UpstreamErrorOptions = {}) {
    super(failure.message, options);
    this.failure = failure;
    this.isNotFound = options.isNotFound ?? false;
    this.isTransient = options.isTransient ?? false;
    this.resource = options.resource;
    this.detail = options.detail;
  }

  /** The same failure, of a call to this resource. */
  of(resource: string): UpstreamError {
    const { failure, isNotFound, isTransient, detail, cause } = this;
    return new UpstreamError(failure, {
      cause,
      isNotFound,
      isTransient,
      resource,
      ...(detail !== undefined && { detail }),
    });
  }
}

export class UnknownValueError extends Error {
  override readonly name = 'UnknownValueError';
  readonly reason: UpstreamError;
  /** GraphQL type of what something could not be known of, such as `User`. */
  readonly type: string;
  /** The id it was asked by; null where the upstream gave none. */
  readonly id: string | null;
  /** Whether what failed was to find out about something else, on which this depends. */
  readonly isIndirect: boolean;

  constructor(reason: UpstreamError, type: string, id: string | null, isIndirect = false) {
    super(reason.message);
    this.isIndirect = isIndirect;
    this.reason = reason;
    this.type = type;
    this.id = id;
  }
}
