import type { Http } from '../http/http.ts';
import { bearerTokenOf, tokenIdentity, type UpstreamIdentity } from '../../identity/upstream-identity.ts';
import { type LoginLimits, serviceLogin } from './service-login.ts';
import type { Credentials } from '../../identity/credentials.ts';

/**
 * Finds the identity that a request is served with by its `Authorization` header; null when it brings no credential and
 * needs one.
 */
export function identitiesOf(
  http: Http,
  credentials: Credentials,
  limits: LoginLimits,
): (authorization: string | null) => UpstreamIdentity | null {
  switch (credentials.mode) {
    case 'passThrough':
      return callerIdentity;
    case 'accessToken': {
      const identity = tokenIdentity(credentials.accessToken);
      return () => identity;
    }
    case 'client': {
      const identity = serviceLogin(http, { ...credentials, ...limits });
      return credentials.bearerFirst
        ? (authorization) => callerIdentity(authorization) ?? identity
        : () => identity;
    }
  }
}

function callerIdentity(authorization: string | null): UpstreamIdentity | null {
  const token = bearerTokenOf(authorization);
  return token === null ? null : tokenIdentity(token);
}
