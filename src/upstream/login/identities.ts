import type { Transport } from '../http/transport.ts';
import { bearerTokenOf, tokenIdentity, type UpstreamIdentity } from '../../identity/upstream-identity.ts';
import { type LoginLimits, serviceLogin } from './service-login.ts';
import type { Credentials } from '../../identity/credentials.ts';

/**
 * Makes the function that maps a request's `Authorization` header to an upstream identity; null when the request needs a
 * credential and brings none.
 */
export function identitiesOf(
  transport: Transport,
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
      const identity = serviceLogin(transport, { ...credentials, ...limits });
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
