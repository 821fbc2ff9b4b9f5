import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import { PerIdentity } from '../identity/per-identity.ts';
import type { Clock } from '../lib/clock.ts';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Long enough that two names never collide by chance. */
const NAME_LENGTH = 22;

/** Inputs of key derivation besides the credential; equal in all replicas. */
export interface RowEncryptionOptions {
  /** Secret of the installation. */
  readonly pepper: string;
  /** Base of the REST API, so that rows of different APIs stay apart. */
  readonly apiUrl: string;
}

/**
 * Names and encryption of one identity's rows in Redis. Only holders of the credential can create, find and read them:
 * names and keys are derived from the credential, which is never written.
 */
export class RowEncryption {
  /** Name of the identity in Redis. */
  readonly name: string;
  readonly #placeSecret: string;
  readonly #proofSecret: string;
  readonly #valueKey: Buffer;

  constructor(identity: UpstreamIdentity, { pepper, apiUrl }: RowEncryptionOptions) {
    const derived = (purpose: string) => identity.derived(`${purpose} ${apiUrl}`, pepper);
    this.name = derived('name').toString('base64url').slice(0, NAME_LENGTH);
    this.#placeSecret = derived('places').toString('base64url');
    this.#proofSecret = derived('proofs').toString('base64url');
    this.#valueKey = derived('values');
  }

  /** Name of a row in its Redis key. The row's own names are hashed, because they may identify people. */
  rowKey(...what: readonly string[]): string {
    // SHA-3 needs no HMAC; see keyed-hash.ts.
    return hash('sha3-256', this.#placeSecret + JSON.stringify(what), 'base64url').slice(0, NAME_LENGTH);
  }

  /** Proof that a holder of the credential wrote `what`, which is not secret itself. */
  proofOf(...what: readonly string[]): string {
    return hash('sha3-256', this.#proofSecret + JSON.stringify(what), 'base64url');
  }

  /** Encrypts a value for one row key; under any other, decryption fails. */
  encrypt(value: Buffer, place: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#valueKey, nonce);
    cipher.setAAD(Buffer.from(place));
    const sealed = [cipher.update(value), cipher.final()];
    return Buffer.concat([nonce, cipher.getAuthTag(), ...sealed]);
  }

  /** Null for a value that this identity did not encrypt for this row key, or that was changed since. */
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

/** Row encryptions of all identities in use, each derived once. */
export class RowEncryptions {
  readonly #clock: Clock;
  readonly #known: PerIdentity<KnownIdentity>;

  /** An identity unused for `idleMs` is forgotten when others come. */
  constructor(clock: Clock, options: RowEncryptionOptions, idleMs: number) {
    this.#clock = clock;
    this.#known = new PerIdentity(
      (identity) => ({ identity, encryption: new RowEncryption(identity, options), usedAtMs: 0 }),
      ({ usedAtMs }) => clock.now() - usedAtMs > idleMs,
    );
  }

  of(identity: UpstreamIdentity): RowEncryption {
    const known = this.#known.of(identity);
    known.usedAtMs = this.#clock.now();
    return known.encryption;
  }

  /** Identity with this name in Redis; undefined when it is not in use here. */
  named(name: string): UpstreamIdentity | undefined {
    for (const { identity, encryption } of this.#known.values())
      if (encryption.name === name) return identity;
    return undefined;
  }

  all(): UpstreamIdentity[] {
    return [...this.#known.values()].map(({ identity }) => identity);
  }
}
