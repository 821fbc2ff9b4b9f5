import type { UpstreamError } from '../errors.ts';

/** Outcome of one call that was sent. */
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

/** Reason why a call was not sent. */
export type WithholdingReason = 'quota' | 'share' | 'hold' | 'connections' | 'circuit' | 'budget';

/**
 * Observes calls as they happen, for operators. An observer learns names of resources, such as `users`, but nothing about
 * identities.
 */
export interface UpstreamObserver {
  /** A call for `keys` ids is over, `ms` after it was sent. */
  called(resource: string, outcome: CallOutcome, keys: number, ms: number): void;
  /** A call was not sent. */
  withheld(resource: string, reason: WithholdingReason): void;
  /** A failed call is retried. */
  retried(resource: string): void;
  /** A call got its permit, after it waited for `ms`. */
  waited(ms: number): void;
}

/** Observer that ignores everything. */
export const unobserved: UpstreamObserver = { called() {}, withheld() {}, retried() {}, waited() {} };

/** Outcome of a failed call. */
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
