import type { Models } from 'purecloud-platform-client-v2';

/** Codes that the vendor uses when no more precise one applies. */
const CODES: Readonly<Record<number, string>> = {
  400: 'bad.request',
  401: 'bad.credentials',
  403: 'not.authorized',
  404: 'not.found',
  405: 'method.not.allowed',
  408: 'request.timeout',
  409: 'conflict',
  410: 'gone',
  413: 'request.entity.too.large',
  414: 'request.uri.too.long',
  429: 'too.many.requests',
  500: 'internal.server.error',
  502: 'bad.gateway',
  503: 'service.unavailable',
  504: 'request.timeout',
};

export interface ApiErrorDetails {
  readonly code?: string;
  readonly message?: string;
  /** Message with `{name}` in place of each of the `messageParams`. */
  readonly messageWithParams?: string;
  readonly messageParams?: Record<string, string>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Error that the vendor would answer with its ErrorBody. Handlers throw it; startSandbox turns it into an answer. */
export class ApiError extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly #details: ApiErrorDetails;

  constructor(status: number, details: ApiErrorDetails = {}) {
    const code = details.code ?? CODES[status] ?? 'internal.server.error';
    super(details.message ?? `The request was refused: ${code}`);
    this.name = 'ApiError';
    this.status = status;
    this.headers = details.headers ?? {};
    this.#details = { ...details, code };
  }

  /** @param contextId id for the vendor's support; equals the ININ-Correlation-Id header. */
  toBody(contextId: string): Models.ErrorBody {
    const { code, messageWithParams, messageParams } = this.#details;
    return {
      message: this.message,
      ...(code !== undefined && { code }),
      status: this.status,
      ...(messageWithParams !== undefined && { messageWithParams }),
      ...(messageParams !== undefined && { messageParams }),
      contextId,
      details: [],
      errors: [],
    };
  }
}

export function notFound(what: string): ApiError {
  return new ApiError(404, { message: `The requested ${what} was not found.` });
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, { message });
}

export function invalidValue(parameter: string, value: string): ApiError {
  return new ApiError(400, {
    code: 'invalid.value',
    message: `Value [${value}] is not valid for ${parameter}`,
  });
}

/** Error for a call that is refused as a whole because of one id; only a 400 names the id. */
export function refusedIds(status: number, id = ''): ApiError {
  return status === 400 ? invalidValue('id', id) : new ApiError(status);
}

/**
 * @param retryAfterSeconds sent in the message and as Retry-After. Undefined omits the header, as the vendor sometimes
 * does; null omits the time in the message too.
 */
export function rateLimited(retryAfterSeconds: number | null | undefined): ApiError {
  const text = 'Rate limit exceeded the maximum.';
  const code = 'too.many.requests.retry.after';
  if (retryAfterSeconds === null) return new ApiError(429, { code, message: text });
  return new ApiError(429, {
    code,
    message: `${text} Retry the request in [${retryAfterSeconds ?? 60}] seconds`,
    headers: retryAfterHeaders(retryAfterSeconds),
  });
}

export function retryAfterHeaders(seconds: number | null | undefined): Record<string, string> {
  return seconds == null ? {} : { 'Retry-After': String(seconds) };
}

/** @param any true when one of them would have been enough; the vendor then uses another code and text. */
export function missingPermissions(permissions: readonly string[], any: boolean): ApiError {
  const names = permissions.join(', ');
  const text = any
    ? 'Unable to perform the requested action. You must have at least one of the following permissions assigned: '
    : 'Unable to perform the requested action. You are missing the following permission(s): ';
  return new ApiError(403, {
    code: any ? 'missing.any.permissions' : 'missing.permissions',
    message: `${text}${names}`,
    messageWithParams: `${text}{permissions}`,
    messageParams: { permissions: names },
  });
}
