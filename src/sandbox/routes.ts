import type { Models } from 'purecloud-platform-client-v2';

import { ApiError, notFound } from './api-error.ts';
import { DIRECTORY_ROUTES } from './directory-routes.ts';
import { OUTBOUND_ROUTES } from './outbound-routes.ts';
import { param, type ApiCall, type Route } from './route.ts';
import { sameCase } from './same-case.ts';

/** Every call the sandbox answers. Earlier rows win, so fixed paths come before paths with a parameter. */
const ROUTES: readonly Route[] = [
  ...OUTBOUND_ROUTES,
  ...DIRECTORY_ROUTES,
  {
    method: 'GET',
    path: '/api/v2/conversations/{id}',
    resource: 'conversations',
    permissions: ['conversation:communication:view'],
    handle: (call) => {
      const conversation = call.organisation.conversations(sameCase(param(call, 'id')), call.atMs);
      if (conversation === undefined) throw notFound('conversation');
      return conversation;
    },
  },
  { method: 'GET', path: '/api/v2/tokens/me', resource: 'tokens', permissions: [], handle: tokenInfo },
];

export interface RouteMatch {
  readonly route: Route;
  readonly params: ReadonlyMap<string, string>;
}

/**
 * The route for a request, with `more` routes after its own, or the error to answer with: 404 for an unknown path, 405 for the
 * wrong method.
 */
export function matchRoute(method: string, path: string, more: readonly Route[]): RouteMatch | ApiError {
  let known = false;
  for (const route of [...ROUTES, ...more]) {
    const params = paramsOf(route.path, path);
    if (params === null) continue;
    if (route.method === method) return { route, params };
    known = true;
  }
  return known
    ? new ApiError(405, { message: `Method ${method} is not allowed here.` })
    : new ApiError(404, { message: 'HTTP 404 Not Found' });
}

function paramsOf(pattern: string, path: string): ReadonlyMap<string, string> | null {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return null;
  const params = new Map<string, string>();
  for (const [index, segment] of wanted.entries()) {
    const text = given[index] ?? '';
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (name === undefined) {
      if (segment !== text) return null;
    } else {
      const value = decoded(text);
      if (value === '') return null;
      params.set(name, value);
    }
  }
  return params;
}

/** Empty for malformed percent-encoding; no id is empty. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

function tokenInfo({ organisation: { id, name }, owner }: ApiCall): Models.TokenInfo {
  return {
    organization: { id, name },
    homeOrganization: { id, name },
    authorizedScope: [],
    OAuthClient: {
      id: owner.clientId,
      name: 'Sandbox client',
      authorizedGrantType: 'CLIENT_CREDENTIALS',
      organization: { id, name },
    },
  };
}
