import { hkdfSync } from 'node:crypto';
import { keyedHash } from './keyed-hash.ts';
import type { Signal } from '../lib/signal.ts';

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
  /** 32 bytes that nobody can know without the credential; the same in every process. See `derivedFrom`. */
  derived(purpose: string, salt: string): Buffer;
}

/** The key of a credential; `kind` keeps two kinds with equal text apart. */
export function identityKeyOf(kind: string, ...credential: readonly string[]): IdentityKey {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place that gives the brand: a key is always made from a credential
  return keyedHash(`identity ${kind}`, ...credential) as IdentityKey;
}

/**
 * 32 bytes for one purpose that can be known only from the credential and the salt (HKDF with SHA-256, RFC 5869), and from
 * which neither can be found. `kind` keeps two kinds of credentials with equal text apart.
 */
export function derivedFrom(
  kind: string,
  credential: readonly string[],
  purpose: string,
  salt: string,
): Buffer {
  return Buffer.from(hkdfSync('sha256', JSON.stringify([kind, ...credential]), salt, purpose, 32));
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

  derived(purpose: string, salt: string): Buffer {
    return derivedFrom('token', [this.#token], purpose, salt);
  }
}

/** RFC 6750's token characters; the bound keeps a hostile header from being carried around. */
const BEARER = /^bearer +([\w.~+/-]{1,8192}=*)$/i;

/** The token of an `Authorization: Bearer` header; null when there is none or it is not well-formed. */
export function bearerTokenOf(authorization: string | null): string | null {
  return BEARER.exec(authorization ?? '')?.[1] ?? null;
}
