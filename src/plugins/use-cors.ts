import type { Plugin } from 'graphql-yoga';
import { isEndpoint } from '../http/endpoint.ts';
import { type AllowedOrigins, isOrigin } from '../http/allowed-origins.ts';
import { PREFLIGHTED_HEADERS } from '../http/foreign-page.ts';

/** Headers that clients and tracers send by default, and those of the gateway's own. */
const ALLOWED_HEADERS = new Set([
  // Values with quotes or colons, as of multipart, need permission.
  'accept',
  'content-type',
  ...PREFLIGHTED_HEADERS,
  'apollographql-client-version',
  'graphql-client-name',
  'graphql-client-version',
  'graphql-preflight',
  'x-request-id',
  'traceparent',
  'tracestate',
  'baggage',
  'sentry-trace',
  'x-live',
  'last-event-id',
]);

/** Headers that answer a preflight beside those that every answer has. */
const PERMISSIONS = {
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': [...ALLOWED_HEADERS].join(', '),
  'access-control-max-age': '600',
};

type RequestPayload = Parameters<NonNullable<Plugin['onRequest']>>[0];

/**
 * Lets web pages of these origins ask and read answers. The gateway reads no cookies, so there is nothing that a page could use
 * without having it: no answer allows credentials. Yoga's own CORS would answer every OPTIONS request, and does not say why an
 * origin is not allowed.
 *
 * @param onRefused Called with the origin of a page that was not allowed to ask or to read.
 */
export function useCors(
  origins: AllowedOrigins,
  endpoint: string,
  onRefused: (origin: string) => void,
): Plugin {
  return {
    onRequest(asked) {
      const { headers } = asked.request;
      const origin = headers.get('origin');
      if (origin === null) return;
      if (isPreflight(asked.request)) {
        if (!isEndpoint(endpoint, asked.url)) return;
        if (origins.has(origin)) asked.endResponse(permission(asked));
        else {
          onRefused(origin);
          asked.endResponse(refusal(asked, origin));
        }
      } else if (isOfForeignPage(headers) && !origins.has(origin)) onRefused(origin);
    },
    onResponse({ request, response }) {
      if (origins.isEmpty) return;
      response.headers.append('vary', 'Origin');
      const readable = origins.headersFor(request.headers.get('origin'));
      for (const [name, value] of Object.entries(readable)) response.headers.set(name, value);
    },
  };
}

function isPreflight({ method, headers }: Request): boolean {
  return method === 'OPTIONS' && headers.has('access-control-request-method');
}

/** True when a browser says that a script of another origin asks. Programs send an Origin too, such as a proxy for development. */
function isOfForeignPage(headers: Headers): boolean {
  const site = headers.get('sec-fetch-site');
  return (site === 'cross-site' || site === 'same-site') && headers.get('sec-fetch-mode') === 'cors';
}

function permission({ request, fetchAPI }: RequestPayload): Response {
  // A page of the internet needs it to reach a gateway in a private network, where browsers ask for it.
  const isIntoPrivateNetwork = request.headers.get('access-control-request-private-network') === 'true';
  return new fetchAPI.Response(null, {
    status: 204,
    headers: {
      ...PERMISSIONS,
      ...(isIntoPrivateNetwork && { 'access-control-allow-private-network': 'true' }),
      // Safari would wait for a body.
      'content-length': '0',
    },
  });
}

function refusal({ fetchAPI }: RequestPayload, origin: string): Response {
  const message = isOrigin(origin)
    ? `Web pages of ${origin} may not use this gateway. To allow them, set CORS_ORIGINS=${origin}`
    : 'Web pages without an origin of http or https, such as files, may not use this gateway.';
  const body = JSON.stringify({ errors: [{ message, extensions: { code: 'FORBIDDEN' } }] });
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return new fetchAPI.Response(body, { status: 403, headers });
}
