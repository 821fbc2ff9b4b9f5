import { keyedHash } from './keyed-hash.ts';

declare const callerKey: unique symbol;
/** Stands for a caller in logs, limits and fair shares; says nothing about what the caller sent. Never a key of data. */
export type CallerKey = string & { readonly [callerKey]: true };

/**
 * Who asks the gateway. Not to be confused with the `UpstreamIdentity` that is used upstream: in pass-through both are the
 * same person, but with a credential of the gateway's own many callers share one identity.
 */
export interface Caller {
  readonly key: CallerKey;
  /** Whether contacts, conversations and addresses may be shown; where the upstream decides over that by itself, it is true. */
  readonly maySeePersonalData: boolean;
}

/** The key of a caller; `kind` keeps ways of authenticating apart. */
export function callerKeyOf(kind: string, ...name: readonly string[]): CallerKey {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place that gives the brand
  return keyedHash(`caller ${kind}`, ...name) as CallerKey;
}
