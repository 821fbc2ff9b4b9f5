import type { Plugin, YogaServerOptions } from 'graphql-yoga';
import { PREFLIGHTED_HEADERS } from './use-csrf-prevention.ts';

type CorsOptions = NonNullable<YogaServerOptions<object, object>['cors']>;

const allowedHeaders = [
  'content-type',
  ...PREFLIGHTED_HEADERS,
  'apollographql-client-version',
  'x-request-id',
  'traceparent',
  'tracestate',
];

/**
 * Yoga's option by which web pages of these origins may read answers, and no others. Given a list, Yoga would allow the origin
 * `null`, which any page can take on, where it does not know the one that asks.
 */
export function corsOptions(origins: readonly string[]): CorsOptions {
  if (origins.length === 0) return false;
  const allowed = new Set(origins);
  return (request) => {
    const origin = request.headers.get('origin');
    if (origin === null || !allowed.has(origin)) return false;
    return {
      origin,
      methods: ['GET', 'POST'],
      allowedHeaders,
      exposedHeaders: ['x-request-id'],
      // No cookie is ever looked at. Callers send their credential in a header, which needs no permission but for the header.
      credentials: false,
      maxAge: 600,
    };
  };
}

/** Says that answers differ by who asks, for `corsOptions` does not where there is no permission. */
export function useVaryByOrigin(): Plugin {
  return {
    onResponse({ response }) {
      response.headers.append('vary', 'Origin');
    },
  };
}
