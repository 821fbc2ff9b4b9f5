import { createHmac, randomBytes } from 'node:crypto';

/** Drawn anew by each process, so that a hash that got out cannot be tried against guessed secrets. */
const pepper = randomBytes(32);

/** What stands for a secret in keys and logs; `kind` keeps two kinds with equal text apart. The same for the life of the process. */
export function keyedHash(kind: string, ...secret: readonly string[]): string {
  return createHmac('sha256', pepper)
    .update(JSON.stringify([kind, ...secret]))
    .digest('base64url');
}
