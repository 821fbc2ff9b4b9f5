import { hkdfSync } from 'node:crypto';
import { keyedHash } from './keyed-hash.ts';
import type { Signal } from '../lib/signal.ts';

declare const identityKey: unique symbol;
/** Pseudonym of a credential in the key of everything shared; reveals nothing of the credential itself. */
export type IdentityKey = string & { readonly [identityKey]: true };

/** Holder of the credential of upstream calls. Answers to one identity are never shown to another. */
export interface UpstreamIdentity {
  readonly key: IdentityKey;
  /** Bearer token for the next call. Rejects with an `UpstreamError` when there is none. */
  token(signal: Signal): string | Promise<string>;
  /** Reports that the upstream answered 401 to this token. True when `token()` can now give another one. */
  rejected(token: string): boolean;
  /** 32 bytes that cannot be computed without the credential; the same in every process. See `derivedFrom`. */
  derived(purpose: string, salt: string): Buffer;
}

/** Key of a credential; `kind` separates two kinds with equal text. */
export function identityKeyOf(kind: string, ...credential: readonly string[]): IdentityKey {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the only place that brands keys, all from credentials
  return keyedHash(`identity ${kind}`, ...credential) as IdentityKey;
}

/**
 * 32 bytes for one purpose (HKDF with SHA-256, RFC 5869). They can be computed only from the credential and the salt, and
 * reveal neither. `kind` separates two kinds of credentials with equal text.
 */
export function derivedFrom(
  kind: string,
  credential: readonly string[],
  purpose: string,
  salt: string,
): Buffer {
  return Buffer.from(hkdfSync('sha256', JSON.stringify([kind, ...credential]), salt, purpose, 32));
}

/** Identity of a token alone: the caller's own or a configured one. */
export function tokenIdentity(token: string): UpstreamIdentity {
  return new TokenIdentity(token);
}

/** A class, since each request can have one: closures would take most of its memory. */
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

/** Token characters of RFC 6750; the length bound keeps a hostile header from being carried around. */
const BEARER = /^bearer +([\w.~+/-]{1,8192}=*)$/i;

/** Token of an `Authorization: Bearer` header; null when the header is missing or malformed. */
export function bearerTokenOf(authorization: string | null): string | null {
  return BEARER.exec(authorization ?? '')?.[1] ?? null;
}
