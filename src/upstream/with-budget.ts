import type { UpstreamError } from '../errors.ts';
import type { Budget } from './budget.ts';
import type { Call, Step, StepContext } from './call.ts';
import type { UpstreamObserver } from './observer.ts';

/** Step that pays for the first call. Throws an `UpstreamError` (`QUERY_TOO_EXPENSIVE`) when the budget is spent. */
export function withBudget({ observer }: StepContext, next: Step): Step {
  return (call) => {
    pay(observer, call);
    return next(call);
  };
}

/**
 * Takes one call from the budget: the first one, a retry or a repetition. Throws like `withBudget`.
 *
 * @param failed Failure that would have been retried.
 */
export function pay(observer: UpstreamObserver, { owner, request }: Call, failed?: UpstreamError): void {
  if (!owner.budget.take()) throw spent(observer, owner.budget, request.resource, failed);
}

/** Error for a call that is not made, or not retried after it failed, because the budget is spent. */
export function spent(
  observer: UpstreamObserver,
  budget: Budget,
  resource: string,
  failed?: UpstreamError,
): UpstreamError {
  observer.withheld(resource, 'budget');
  return budget.refusal(resource, failed);
}
