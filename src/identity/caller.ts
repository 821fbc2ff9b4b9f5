import { hash } from 'node:crypto';
import { keyedHash } from './keyed-hash.ts';

declare const callerKey: unique symbol;
/**
 * Key of a caller in limits and fair queues, the same in every process. Never a key of data, and never written anywhere as it
 * is: the name in it could be guessed.
 */
export type CallerKey = string & { readonly [callerKey]: true };

/**
 * Client of the gateway. Not to be confused with the `UpstreamIdentity` of upstream calls: in pass-through mode both are the
 * same person, but many callers share one identity when the gateway has its own credential.
 */
export interface Caller {
  readonly key: CallerKey;
  /** True when contacts, conversations and addresses may be shown; always true where the upstream decides that itself. */
  readonly maySeePersonalData: boolean;
}

/** Key of a caller; `kind` separates ways of authenticating. */
export function callerKeyOf(kind: string, ...name: readonly string[]): CallerKey {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the only place that creates the brand
  return hash('sha3-256', JSON.stringify([kind, ...name]), 'base64url') as CallerKey;
}

/** Pseudonym of a caller in logs, stable for the life of the process; reveals nothing of what the caller sent. */
export function pseudonymOf({ key }: Pick<Caller, 'key'>): string {
  return keyedHash('caller', key);
}
