import { hash, randomBytes } from 'node:crypto';

/** Drawn anew by each process, so that a hash that got out cannot be tried against guessed secrets. */
const pepper = randomBytes(32).toString('hex');

/**
 * What stands for a secret in keys and logs; `kind` keeps two kinds with equal text apart. The same for the life of the process.
 *
 * SHA-3 needs no HMAC: with a key of fixed length in front it is a keyed hash by itself (https://keccak.team/keccak_strengths.html),
 * and made at once it leaves no native objects to be collected.
 */
export function keyedHash(kind: string, ...secret: readonly string[]): string {
  return hash('sha3-256', pepper + JSON.stringify([kind, ...secret]), 'base64url');
}
