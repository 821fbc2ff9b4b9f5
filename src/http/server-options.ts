/** Options of a `node:http` server, in milliseconds. */
interface ConnectionTimeouts {
  readonly keepAliveTimeout: number;
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  readonly connectionsCheckingInterval: number;
}

/** Times that clients have. */
interface ClientTimes {
  /** Between two requests. */
  readonly keepAliveSeconds: number;
  /** For the headers of a request. */
  readonly headersTimeoutMs: number;
  /** For a request with its body. */
  readonly bodyTimeoutMs: number;
}

/** Time between two looks at what has taken too long. Node's own 30 seconds would be added to each timeout. */
const LOOK_AGAIN_MS = 1000;

/**
 * Timeouts of a server's connections. A balancer that keeps idle connections longer than the server sends requests on
 * connections that are just closing, and answers those with 502: Node's default of 5 seconds is less than any balancer's. The
 * time for headers counts from the first byte of a request, and on a new connection from its beginning; an idle connection
 * does not meet it.
 */
export function connectionTimeouts({
  keepAliveSeconds,
  headersTimeoutMs,
  bodyTimeoutMs,
}: ClientTimes): ConnectionTimeouts {
  return {
    keepAliveTimeout: keepAliveSeconds * 1000,
    headersTimeout: headersTimeoutMs,
    // Node counts it from the first byte of a request, too, and wants it not below the time for headers.
    requestTimeout: Math.max(headersTimeoutMs, bodyTimeoutMs),
    connectionsCheckingInterval: Math.min(LOOK_AGAIN_MS, headersTimeoutMs),
  };
}
