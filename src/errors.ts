/**
 * Failures between a field and the upstream, as data. This file knows nothing of GraphQL;
 * `plugins/use-upstream-errors.ts` turns failures into the errors that clients see.
 *
 * Two classes, never confused:
 * - `UpstreamError`: one failed call, or one defect of an answer. All fields that depend on it share one object,
 *   because clients get one error per object.
 * - `UnknownValueError`: one entity whose value is unknown because of such a failure.
 */

/** Reason why a call failed or an answer is unusable. Clients see the same codes. */
export type UpstreamFailure = {
  /** Text for clients: holds no URL, body, host or token. */
  message: string;
  /** HTTP status of the upstream's answer; absent when no answer came. */
  upstreamStatus?: number;
  /** Id that the vendor's support asks for: the `ININ-Correlation-Id` header, or the error body's `contextId`. */
  correlationId?: string;
} & (
  | { code: 'UNAUTHENTICATED' | 'UPSTREAM_BAD_RESPONSE' }
  | {
      code: 'FORBIDDEN';
      /** Permissions that the upstream named as missing. */
      missingPermissions?: readonly string[];
      /** Permissions of which the call needs one, where the upstream named none. */
      requiredPermissions?: readonly string[];
    }
  | {
      /** The budget was spent: the call was not made, or not retried. */
      code: 'QUERY_TOO_EXPENSIVE';
      limit: 'upstreamCalls';
      /** Number of calls that one request may make. */
      allowed: number;
    }
  | {
      code: 'UPSTREAM_RATE_LIMITED' | 'UPSTREAM_TIMEOUT' | 'UPSTREAM_UNAVAILABLE';
      /** Seconds until a retry can succeed. */
      retryAfterSeconds?: number;
    }
);

/** Something else than the upstream that answered in its place, or the upstream's list of addresses that may call. */
export type RefusalCause = 'foreign' | 'address';

interface UpstreamErrorOptions extends ErrorOptions {
  /** @default false */
  readonly isNotFound?: boolean;
  /** @default false */
  readonly isTransient?: boolean;
  /** @default false */
  readonly isOfResource?: boolean;
  /** @default null */
  readonly refusedBy?: RefusalCause | null;
  readonly resource?: string;
  readonly detail?: string;
}

export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly failure: UpstreamFailure;
  /** True when the upstream does not know the requested object. Some calls treat that as an answer. */
  readonly isNotFound: boolean;
  /** True when the same call may succeed a moment later, by the vendor's rules. */
  readonly isTransient: boolean;
  /** True for a 429 of a limit that the resource alone has: hardly anything of the token's quota is used. */
  readonly isOfResource: boolean;
  /** Cause of a refusal that is none of the call or its credential; null for any other error. */
  readonly refusedBy: RefusalCause | null;
  /** Name of the REST resource, such as `users`; undefined when the failure belongs to no call. */
  readonly resource: string | undefined;
  /** Cause, for the log alone. Holds none of the upstream's own text, which may be personal. */
  readonly detail: string | undefined;

  constructor(failure: UpstreamFailure, options: UpstreamErrorOptions = {}) {
    super(failure.message, options);
    this.failure = failure;
    this.isNotFound = options.isNotFound ?? false;
    this.isTransient = options.isTransient ?? false;
    this.isOfResource = options.isOfResource ?? false;
    this.refusedBy = options.refusedBy ?? null;
    this.resource = options.resource;
    this.detail = options.detail;
  }

  /** Copy of this error, for a call to `resource`. */
  of(resource: string): UpstreamError {
    return this.#copy(this.failure, resource);
  }

  /** Copy of this error with another failure. */
  with(failure: UpstreamFailure): UpstreamError {
    return this.#copy(failure, this.resource);
  }

  #copy(failure: UpstreamFailure, resource: string | undefined): UpstreamError {
    const { isNotFound, isTransient, isOfResource, refusedBy, detail, cause } = this;
    return new UpstreamError(failure, {
      cause,
      isNotFound,
      isTransient,
      isOfResource,
      refusedBy,
      ...(resource !== undefined && { resource }),
      ...(detail !== undefined && { detail }),
    });
  }
}

export class UnknownValueError extends Error {
  override readonly name = 'UnknownValueError';
  readonly reason: UpstreamError;
  /** GraphQL type of the entity, such as `User`. */
  readonly type: string;
  /** Id of the entity; null when it is not known. */
  readonly id: string | null;
  /** True when the failure concerns another entity, on which this one depends. */
  readonly isIndirect: boolean;

  constructor(reason: UpstreamError, type: string, id: string | null, isIndirect = false) {
    super(reason.message);
    this.isIndirect = isIndirect;
    this.reason = reason;
    this.type = type;
    this.id = id;
  }
}
