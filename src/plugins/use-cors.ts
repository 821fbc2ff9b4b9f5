import type { Plugin, YogaServerOptions } from 'graphql-yoga';
import { PREFLIGHTED_HEADERS } from '../http/foreign-page.ts';

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
 * Yoga's option that lets web pages of these origins read answers, and no others. A list of origins would not do: to an
 * origin that is not in the list Yoga answers that `null` is allowed, and any page can take on the origin `null`.
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
      // The gateway reads no cookies. A credential in a header needs only the permission for that header.
      credentials: false,
      maxAge: 600,
    };
  };
}

/** Adds `Vary: Origin` to every answer, because Yoga adds none with `corsOptions`. */
export function useVaryByOrigin(): Plugin {
  return {
    onResponse({ response }) {
      response.headers.append('vary', 'Origin');
    },
  };
}
