import { randomBytes } from 'node:crypto';

import { ApiError } from './api-error.ts';
import { stableId } from './random.ts';

export interface TokenOwner {
  readonly token: string;
  readonly clientId: string;
}

export interface Tokens {
  issue(clientId: string): { readonly token: string; readonly expiresInSeconds: number };
  revoke(token: string): void;
  /** @throws {ApiError} 401 for a token that is missing, unknown, expired or revoked. */
  authenticate(token: string | null): TokenOwner;
}

export interface TokensOptions {
  /** Tokens that were never issued here and do not expire. */
  readonly accepted: readonly string[];
  readonly lifetimeSeconds: number;
  readonly now: () => number;
}

export function createTokens({ accepted, lifetimeSeconds, now }: TokensOptions): Tokens {
  const known = new Map<string, { clientId: string; expiresAtMs: number }>(
    accepted.map((token) => [token, { clientId: stableId('client', token), expiresAtMs: Infinity }]),
  );
  return {
    issue(clientId) {
      const token = randomBytes(48).toString('base64url');
      known.set(token, { clientId, expiresAtMs: now() + lifetimeSeconds * 1000 });
      return { token, expiresInSeconds: lifetimeSeconds };
    },
    revoke(token) {
      known.delete(token);
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
      return { token, clientId: entry.clientId };
    },
  };
}

/** The bearer token of an Authorization header, or null. */
export function bearerToken(authorization: string | undefined): string | null {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? null;
}
