import type { IncomingMessage } from 'node:http';

import { ApiError } from './api-error.ts';
import type { RecordedRequest } from './fault.ts';
import { values } from './listing.ts';
import { type Route, stringsIn } from './route.ts';
import { matchRoute, type RouteMatch } from './routes.ts';
import { bearerToken } from './tokens.ts';

const LOGIN_PATH = '/oauth/token';
const MAX_BODY_BYTES = 1_000_000;

export interface ReceivedRequest {
  readonly request: RecordedRequest;
  /** Null for the login; the error to answer with when no route has the path or method. */
  readonly match: RouteMatch | ApiError | null;
  /** False for paths outside both the API and the login. */
  readonly isCounted: boolean;
}

/** All that is known before the body arrives. */
export function receiveRequest(message: IncomingMessage, routes: readonly Route[]): ReceivedRequest {
  const method = message.method ?? 'GET';
  const url = URL.parse(message.url ?? '', 'http://sandbox');
  const path = url?.pathname ?? '';
  const query = url?.searchParams ?? new URLSearchParams();
  const isLogin = path === LOGIN_PATH && method === 'POST';
  const match = isLogin ? null : matchRoute(method, path, routes);
  const request: RecordedRequest = {
    resource: match === null ? 'login' : match instanceof ApiError ? 'unknown' : match.route.resource,
    method,
    path,
    query,
    ids: query.has('id') ? values(query, 'id') : idsInPath(match),
    body: undefined,
    token: bearerToken(message.headers.authorization),
    headers: message.headers,
    status: null,
  };
  return { request, match, isCounted: path === LOGIN_PATH || path.startsWith('/api/v2/') };
}

/**
 * Adds the body to the record, and returns its text.
 * @throws {ApiError} 413 above a megabyte; the rest is read and dropped, so the answer still arrives.
 */
export async function receiveBody(message: IncomingMessage, request: RecordedRequest): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (bytes > MAX_BODY_BYTES) throw new ApiError(413, { message: 'The request body is too large.' });
  const text = Buffer.concat(chunks).toString();
  request.body = parsed(text);
  if (request.method === 'POST') request.ids = stringsIn(request.body);
  return text;
}

/** The last id in the path: the contact's in /contactlists/{listId}/contacts/{id}. */
function idsInPath(match: RouteMatch | ApiError | null): string[] {
  if (match === null || match instanceof ApiError) return [];
  return [...match.params.values()].slice(-1);
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
