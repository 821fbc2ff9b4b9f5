import autocannon from 'autocannon';
import { createRandom, pick } from '../../src/sandbox/random.ts';

export interface LoadJob {
  readonly url: string;
  readonly connections: number;
  /** Number of requests, or duration of the load. */
  readonly length: { readonly requests: number } | { readonly seconds: number };
  /** Bodies of requests, of which each request takes one at random. */
  readonly bodies: readonly string[];
  /** Bearer token of all requests; null for a new token with each. */
  readonly token: string | null;
  readonly seed: number;
}

export interface LoadResult {
  /** Number of answered requests. */
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Requests that were not answered with data alone. */
  readonly failures: number;
}

let identities = 0;

/** Puts a server under load: each connection sends one request after the other. */
export async function runLoad({
  url,
  connections,
  length,
  bodies,
  token,
  seed,
}: LoadJob): Promise<LoadResult> {
  const random = createRandom(seed);
  let firstAtMs = Infinity;
  let lastAtMs = 0;
  const result = await autocannon({
    url,
    connections,
    ...('requests' in length
      ? { amount: Math.max(length.requests, connections) }
      : { duration: length.seconds }),
    timeout: 60,
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    verifyBody: isDataAlone,
    requests: [
      {
        onResponse() {
          lastAtMs = performance.now();
        },
        setupRequest(request) {
          identities += 1;
          firstAtMs = Math.min(firstAtMs, performance.now());
          return {
            ...request,
            body: pick(random, bodies),
            headers: { ...request.headers, authorization: `Bearer ${token ?? `identity-${identities}`}` },
          };
        },
      },
    ],
  });
  return {
    requests: result.requests.total,
    // autocannon itself notices only once a second that all requests are answered.
    seconds: (lastAtMs - firstAtMs) / 1000,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    failures: result.errors + result.timeouts + result.non2xx + result.mismatches,
  };
}

function isDataAlone(body: string | Buffer | undefined): boolean {
  const text = String(body ?? '');
  return text.startsWith('{"data":{') && !text.includes('"errors":[');
}
