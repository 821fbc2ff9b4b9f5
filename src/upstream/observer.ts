import type { UpstreamError } from '../errors.ts';

/** What came of one call that went out. */
export type CallOutcome =
  | 'ok'
  | 'not_found'
  | 'unauthenticated'
  | 'forbidden'
  | 'rate_limited'
  | 'timeout'
  | 'unavailable'
  | 'bad_response'
  | 'given_up';

/** Why a call did not go out. */
export type WithholdingReason = 'quota' | 'circuit' | 'budget';

/**
 * Watches the way to the upstream, for those who run the gateway. Told of each call as it happens; resources are known by their
 * names, such as `users`, and identities not at all.
 */
export interface UpstreamObserver {
  /** A call for so many ids is over, so long after it went out. */
  called(resource: string, outcome: CallOutcome, keys: number, ms: number): void;
  /** A call was not made. */
  withheld(resource: string, reason: WithholdingReason): void;
  /** A call that failed is tried again. */
  retried(resource: string): void;
  /** A call has its turn in the quota, for which it waited so long. */
  waited(ms: number): void;
}

/** Watches nothing. */
export const unobserved: UpstreamObserver = {
  called() {},
  withheld() {},
  retried() {},
  waited() {},
};

/** What came of a call that failed. */
export function outcomeOf({ failure, isNotFound }: UpstreamError): CallOutcome {
  if (isNotFound) return 'not_found';
  switch (failure.code) {
    case 'UNAUTHENTICATED':
      return 'unauthenticated';
    case 'FORBIDDEN':
      return 'forbidden';
    case 'UPSTREAM_RATE_LIMITED':
      return 'rate_limited';
    case 'UPSTREAM_TIMEOUT':
      return 'timeout';
    case 'UPSTREAM_UNAVAILABLE':
      return 'unavailable';
    case 'UPSTREAM_BAD_RESPONSE':
      return 'bad_response';
    case 'QUERY_TOO_EXPENSIVE':
      throw new TypeError('A call that was not made has no outcome.');
  }
}
