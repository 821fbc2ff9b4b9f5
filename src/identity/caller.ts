import { keyedHash } from './keyed-hash.ts';

declare const callerKey: unique symbol;
/** Pseudonym of a caller in logs, limits and fair queues; reveals nothing of what the caller sent. Never a key of data. */
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
  return keyedHash(`caller ${kind}`, ...name) as CallerKey;
}
