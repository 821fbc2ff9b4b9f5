import { hash, randomBytes } from 'node:crypto';

/** Random for each process, so that guessed secrets cannot be tested against a leaked hash. */
const pepper = randomBytes(32).toString('hex');

/**
 * Hash that replaces a secret in keys and logs, stable for the life of the process. `kind` separates kinds of equal text.
 *
 * SHA-3 needs no HMAC: a key of fixed length in front makes it a keyed hash (https://keccak.team/keccak_strengths.html). The
 * one-shot `hash` leaves no native objects to be collected.
 */
export function keyedHash(kind: string, ...secret: readonly string[]): string {
  return hash('sha3-256', pepper + JSON.stringify([kind, ...secret]), 'base64url');
}
