import { randomBytes } from 'node:crypto';

import { ApiError } from './api-error.ts';
import { stableId } from './random.ts';

export interface TokenOwner {
  readonly token: string;
  readonly clientId: string;
  /** Permissions by the vendor's names; null allows everything. */
  readonly permissions: ReadonlySet<string> | null;
}

/** A token that is accepted without a login. */
export interface GivenToken {
  readonly token: string;
  /** Counted from the start of the sandbox. @default never expires */
  readonly ttlSeconds?: number;
  /** Permissions by the vendor's names, such as `routing:queue:view`. @default everything */
  readonly permissions?: readonly string[];
}

export interface Tokens {
  issue(clientId: string): { readonly token: string; readonly expiresInSeconds: number };
  /** Makes the token unknown. */
  revoke(token: string): void;
  /** Makes the token expired. */
  expire(token: string): void;
  /** @throws {ApiError} 401 for a token that is missing, unknown, expired or revoked. */
  authenticate(token: string | null): TokenOwner;
}

export interface TokensOptions {
  /** Tokens accepted without a login; a bare string never expires and has all permissions. */
  readonly accepted: readonly (string | GivenToken)[];
  readonly ttlSeconds: number;
  readonly now: () => number;
}

export function createTokens({ accepted, ttlSeconds, now }: TokensOptions): Tokens {
  const known = new Map<string, TokenOwner & { expiresAtMs: number }>();
  for (const given of accepted) {
    const {
      token,
      ttlSeconds: seconds = Infinity,
      permissions,
    }: GivenToken = typeof given === 'string' ? { token: given } : given;
    known.set(token, {
      token,
      clientId: stableId('client', token),
      permissions: permissions === undefined ? null : new Set(permissions),
      expiresAtMs: now() + seconds * 1000,
    });
  }
  return {
    issue(clientId) {
      const token = randomBytes(48).toString('base64url');
      const expiresAtMs = now() + ttlSeconds * 1000;
      known.set(token, { token, clientId, permissions: null, expiresAtMs });
      return { token, expiresInSeconds: ttlSeconds };
    },
    revoke(token) {
      known.delete(token);
    },
    expire(token) {
      const entry = known.get(token);
      if (entry !== undefined) entry.expiresAtMs = -Infinity;
    },
    authenticate(token) {
      if (token === null) {
        throw new ApiError(401, {
          code: 'authentication.required',
          message: 'No authentication bearer token specified in authorization header.',
        });
      }
      const entry = known.get(token);
      if (entry === undefined) {
        throw new ApiError(401, { code: 'bad.credentials', message: 'Invalid login credentials.' });
      }
      if (now() >= entry.expiresAtMs) {
        throw new ApiError(401, {
          code: 'credentials.expired',
          message: 'The supplied credentials have expired.',
        });
      }
      return entry;
    },
  };
}

/** The bearer token of an Authorization header, or null. */
export function bearerToken(authorization: string | undefined): string | null {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? null;
}
