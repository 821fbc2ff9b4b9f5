import type { Signal } from './cancellation.ts';
import { keyedHash } from '../keyed-hash.ts';

declare const identityKey: unique symbol;
/** Stands for a credential in the key of everything shared; says nothing about the credential itself. */
export type IdentityKey = string & { readonly [identityKey]: true };

/** Whose credential is used upstream. What the upstream answers to one identity is never shown to another. */
export interface UpstreamIdentity {
  readonly key: IdentityKey;
  /** The bearer token for the next call. Rejects with an `UpstreamError` when none can be had. */
  token(signal: Signal): string | Promise<string>;
  /** Told that the upstream answered 401 to this token; true when `token()` can now give another one. */
  rejected(token: string): boolean;
}

/** The key of a credential; `kind` keeps two kinds with equal text apart. */
export function identityKeyOf(kind: string, ...credential: readonly string[]): IdentityKey {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place that gives the brand: a key is always made from a credential
  return keyedHash(`identity ${kind}`, ...credential) as IdentityKey;
}

/** An identity that is nothing but a token: the caller's own, or one that was configured. */
export function tokenIdentity(token: string): UpstreamIdentity {
  return new TokenIdentity(token);
}

/** A class, for there can be one for each request: functions of its own would be most of what it takes. */
class TokenIdentity implements UpstreamIdentity {
  readonly key: IdentityKey;
  readonly #token: string;

  constructor(token: string) {
    this.key = identityKeyOf('token', token);
    this.#token = token;
  }

  token(): string {
    return this.#token;
  }

  rejected(): boolean {
    return false;
  }
}

/** RFC 6750's token characters; the bound keeps a hostile header from being carried around. */
const BEARER = /^bearer +([\w.~+/-]{1,8192}=*)$/i;

/** The token of an `Authorization: Bearer` header; null when there is none or it is not well-formed. */
export function bearerTokenOf(authorization: string | null): string | null {
  return BEARER.exec(authorization ?? '')?.[1] ?? null;
}
