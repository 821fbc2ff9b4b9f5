/** Options of a `node:http` server, in milliseconds. */
interface ConnectionTimeouts {
  readonly keepAliveTimeout: number;
  readonly headersTimeout: number;
  readonly requestTimeout: number;
}

/** Node's defaults. */
const HEADERS_TIMEOUT_MS = 60_000;
const REQUEST_TIMEOUT_MS = 300_000;
const HEADERS_MARGIN_MS = 5000;

/**
 * Timeouts of a server that keeps idle connections open for this many seconds. A balancer that keeps connections longer than
 * the server sends requests on connections that are just closing, and answers those with 502. Node's default of 5 seconds is
 * less than any balancer's. Node requires the headers timeout above the idle timeout, and the request timeout not below the
 * headers timeout.
 */
export function connectionTimeouts(keepAliveSeconds: number): ConnectionTimeouts {
  const keepAliveTimeout = keepAliveSeconds * 1000;
  const headersTimeout = Math.max(HEADERS_TIMEOUT_MS, keepAliveTimeout + HEADERS_MARGIN_MS);
  return { keepAliveTimeout, headersTimeout, requestTimeout: Math.max(REQUEST_TIMEOUT_MS, headersTimeout) };
}
