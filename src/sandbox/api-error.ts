import type { Models } from 'purecloud-platform-client-v2';

/** Codes the vendor uses where nothing more precise is known. */
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
  /** The same message with `{name}` where `messageParams` belong. */
  readonly messageWithParams?: string;
  readonly messageParams?: Record<string, string>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal the vendor would answer with its ErrorBody. Thrown by handlers, turned into an answer in one place. */
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

  /** @param contextId what the vendor's support asks for; the same as the ININ-Correlation-Id header. */
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

/** A call that is refused as a whole for one id; only a 400 says for which. */
export function refusedIds(status: number, id = ''): ApiError {
  return status === 400 ? invalidValue('id', id) : new ApiError(status);
}

/**
 * @param retryAfterSeconds also sent as Retry-After. Undefined leaves the header out, which the vendor does at times;
 * null names no time in the message either.
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

/** @param any whether one of them would have been enough, for which the vendor has another code and text. */
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
