import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import { PerIdentity } from '../identity/per-identity.ts';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Enough that two names are never the same by chance. */
const NAME_LENGTH = 22;

/** What goes into the keys besides the credential, the same for all replicas. */
export interface RowEncryptionOptions {
  /** A secret of the installation. */
  readonly pepper: string;
  /** Base of the REST API: what was read of one is nothing to another. */
  readonly apiUrl: string;
}

/**
 * What is one identity's in Redis. Names and values can be made, found and read only by who has the credential: each
 * is derived from it, and nothing of it is written.
 */
export class RowEncryption {
  /** What the identity is called in Redis. */
  readonly name: string;
  readonly #placeSecret: string;
  readonly #valueKey: Buffer;

  constructor(identity: UpstreamIdentity, { pepper, apiUrl }: RowEncryptionOptions) {
    const derived = (purpose: string) => identity.derived(`${purpose} ${apiUrl}`, pepper);
    this.name = derived('name').toString('base64url').slice(0, NAME_LENGTH);
    this.#placeSecret = derived('places').toString('base64url');
    this.#valueKey = derived('values');
  }

  /** What stands in a key of Redis for what is to be found there, which may itself tell of people. */
  rowKey(...what: readonly string[]): string {
    // SHA-3 needs no HMAC; see keyed-hash.ts.
    return hash('sha3-256', this.#placeSecret + JSON.stringify(what), 'base64url').slice(0, NAME_LENGTH);
  }

  /** Encrypts a value for one place; anywhere else it cannot be read. */
  encrypt(value: Buffer, place: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#valueKey, nonce);
    cipher.setAAD(Buffer.from(place));
    const sealed = [cipher.update(value), cipher.final()];
    return Buffer.concat([nonce, cipher.getAuthTag(), ...sealed]);
  }

  /** Null for what was not sealed by this identity for this place, or was changed since. */
  decrypt(sealed: Buffer, place: string): Buffer | null {
    if (sealed.length < NONCE_BYTES + TAG_BYTES) return null;
    try {
      const decipher = createDecipheriv(CIPHER, this.#valueKey, sealed.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(place));
      decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    } catch {
      return null;
    }
  }
}

interface KnownIdentity {
  readonly identity: UpstreamIdentity;
  readonly encryption: RowEncryption;
  usedAtMs: number;
}

/** The encryptions of all identities that are met, each derived once. */
export class RowEncryptions {
  readonly #known: PerIdentity<KnownIdentity>;

  /** An identity that was not met for `idleMs` is forgotten when others come. */
  constructor(options: RowEncryptionOptions, idleMs: number) {
    this.#known = new PerIdentity(
      (identity) => ({ identity, encryption: new RowEncryption(identity, options), usedAtMs: 0 }),
      ({ usedAtMs }) => performance.now() - usedAtMs > idleMs,
    );
  }

  of(identity: UpstreamIdentity): RowEncryption {
    const known = this.#known.of(identity);
    known.usedAtMs = performance.now();
    return known.encryption;
  }

  /** The identity that has this name in Redis, if it was met. */
  named(name: string): UpstreamIdentity | undefined {
    for (const { identity, encryption } of this.#known.values())
      if (encryption.name === name) return identity;
    return undefined;
  }

  all(): UpstreamIdentity[] {
    return [...this.#known.values()].map(({ identity }) => identity);
  }
}
