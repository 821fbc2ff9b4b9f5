import { isOrigin } from './allowed-origins.ts';
import { contentTypeIn, PLAIN_JSON_TYPES } from './media-types.ts';

/**
 * Headers that no web page can make a browser send to another origin without a CORS preflight. Headers that a proxy adds to
 * every request (`x-request-id`, `traceparent`) would prove nothing.
 */
export const PREFLIGHTED_HEADERS = [
  'authorization',
  'x-api-key',
  'x-upstream-report',
  'x-graphql-yoga-csrf',
  'x-apollo-operation-name',
  'apollo-require-preflight',
  'apollographql-client-name',
  'graphql-require-preflight',
];

/** Headers that proxies add as well. */
const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'x-api-key']);
const OTHER_PREFLIGHTED = PREFLIGHTED_HEADERS.filter((name) => !CREDENTIALS.has(name));

/** Authorization schemes that browsers add by themselves to requests to a site after a login there. */
const KEPT_LOGIN = /^(?:basic|digest|negotiate|ntlm)\b/i;

/** Media types that forms and `fetch` send without a preflight (Fetch standard, "CORS-safelisted request-header"). */
const SENT_BY_FORMS: ReadonlySet<string> = new Set([
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'text/plain',
]);

/** Values of `Sec-Fetch-Site` for pages of other origins. */
const FOREIGN_SITES: ReadonlySet<string> = new Set(['cross-site', 'same-site']);
/** Modes in which browsers send what needs no preflight, and nothing else (Fetch standard, "request mode"). */
const MODES_WITHOUT_PREFLIGHT: ReadonlySet<string> = new Set(['navigate', 'no-cors']);

/** Request as far as it says who sent it. */
export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Pick<Headers, 'get'>;
}

/**
 * True for a request that a page of a foreign origin could make its visitor's browser send: by a form, an image, a link or a
 * `fetch` without a preflight. False only where something in the request proves the contrary.
 *
 * @param isAllowedOrigin True for origins whose pages may ask.
 */
export function canForeignPageSend(
  request: SentRequest,
  isAllowedOrigin: (origin: string) => boolean,
): boolean {
  return !isPreflighted(request) && !isOfKnownSender(request, isAllowedOrigin);
}

/** Any page's browser asks the gateway first, by a preflight, whether it may send such a request. */
function isPreflighted({ method, headers }: SentRequest): boolean {
  const [site, mode] = [headers.get('sec-fetch-site') ?? '', headers.get('sec-fetch-mode') ?? ''];
  // Headers of such a request are not the page's.
  if (FOREIGN_SITES.has(site) && MODES_WITHOUT_PREFLIGHT.has(mode)) return false;
  const contentType = headers.get('content-type');
  if (method === 'GET') {
    // Apollo Client sends the type with each GET. No other type is a proof: a browser's fault let some through.
    if (contentType !== null && contentTypeIn(contentType)?.mediaType === 'application/json') return true;
  } else if (contentType !== null) {
    if (PLAIN_JSON_TYPES.has(contentType)) return true;
    const mediaType = contentTypeIn(contentType)?.mediaType;
    if (mediaType !== undefined && !SENT_BY_FORMS.has(mediaType)) return true;
  }
  // A proxy that knows its visitors by cookies adds their tokens also to what foreign pages send.
  if (!FOREIGN_SITES.has(site)) {
    const authorization = headers.get('authorization');
    if (authorization !== null && !KEPT_LOGIN.test(authorization)) return true;
    if (headers.get('x-api-key') !== null) return true;
  }
  return OTHER_PREFLIGHTED.some((name) => headers.get(name) !== null);
}

/**
 * Reads what browsers say of a request's origin in headers that no page can set: `Origin`, and Fetch Metadata
 * (https://www.w3.org/TR/fetch-metadata/), which they send to https and to loopback alone.
 */
function isOfKnownSender(
  { url, headers }: SentRequest,
  isAllowedOrigin: (origin: string) => boolean,
): boolean {
  const origin = headers.get('origin');
  // Never `null`, which any page can take on: it is the name of no origin.
  if (origin !== null && origin !== 'null' && isAllowedOrigin(origin)) return true;
  const site = headers.get('sec-fetch-site');
  if (site === 'same-origin') return true;
  // The user's own doing: an address that was typed, a bookmark, a link outside of the browser, also where that address leads on
  // to here by a redirect. What a browser loads in advance nobody has asked for yet.
  if (site === 'none') return headers.get('sec-purpose') === null;
  if (site !== null) return false;
  // Behind a proxy that ends TLS the scheme is unknown here. The host check refuses names of others that lead to loopback.
  if (origin !== null) {
    return isOrigin(origin) && URL.parse(origin)?.host === new URL(url, 'http://localhost').host;
  }
  // Node's `fetch` sends the mode alone, while browsers send mode and site together.
  return headers.get('sec-fetch-mode') === 'cors';
}
