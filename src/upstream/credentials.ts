import type { Http } from './http.ts';
import { bearerTokenOf, tokenIdentity, type UpstreamIdentity } from './identity.ts';
import { type LoginLimits, serviceLogin } from './service-login.ts';

/** Whose credential is used upstream. */
export type Credentials =
  /** The caller's own bearer token. */
  | { readonly mode: 'passThrough' }
  /** One access token for all callers. */
  | { readonly mode: 'accessToken'; readonly accessToken: string }
  /** One OAuth client for all callers. */
  | {
      readonly mode: 'client';
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly clientSecret: string;
      /** Whether a caller that sends a bearer token is served with it instead, as over the sandbox. */
      readonly bearerFirst: boolean;
    };

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
