import { UpstreamError, type UpstreamFailure } from '../errors.ts';

/** Call budget of one request, or the joint budget of all followers of one call. */
export type Budget = Pick<CallBudget, 'left' | 'take' | 'refusal'>;

/** Number of upstream calls that one request may make, retries and bisected calls included. */
export class CallBudget {
  readonly #maxCalls: number;
  #left: number;
  #refusals: Map<string, UpstreamError> | undefined;

  constructor(maxCalls: number) {
    this.#maxCalls = maxCalls;
    this.#left = maxCalls;
  }

  /** Number of calls that are left. */
  get left(): number {
    return this.#left;
  }

  /** Takes one call from the budget. False when none is left; then the call must not be made. */
  take(): boolean {
    if (this.#left === 0) return false;
    this.#left -= 1;
    return true;
  }

  /**
   * Error for a call that the budget forbids: the same object each time, so that clients get it once. `failed` is the
   * failure that would have been retried or bisected; the error, then a new object, reports that failure as well.
   */
  refusal(resource: string, failed?: UpstreamError): UpstreamError {
    if (failed !== undefined) {
      const { failure } = failed;
      return this.#error(resource, `${failure.message}, and ${this.#spent}`, failure);
    }
    this.#refusals ??= new Map();
    let refusal = this.#refusals.get(resource);
    if (refusal === undefined) {
      refusal = this.#error(resource, this.#spent);
      this.#refusals.set(resource, refusal);
    }
    return refusal;
  }

  get #spent(): string {
    return `the ${this.#maxCalls} upstream calls that one request may make are spent`;
  }

  #error(
    resource: string,
    message: string,
    { upstreamStatus, correlationId }: Partial<UpstreamFailure> = {},
  ) {
    return new UpstreamError(
      {
        code: 'QUERY_TOO_EXPENSIVE',
        message,
        limit: 'upstreamCalls',
        allowed: this.#maxCalls,
        ...(upstreamStatus !== undefined && { upstreamStatus }),
        ...(correlationId !== undefined && { correlationId }),
      },
      { resource },
    );
  }
}

/**
 * Joint budget of all followers of one call. `first` pays for the first call if it can. The follower with the most calls
 * left pays for retries and bisected calls, so that no follower fails because of what another one spent.
 *
 * @param all Budgets of the current followers; `first` may be missing.
 */
export function budgetOfAll(first: Budget, all: () => Iterable<Budget>): Budget {
  return new JointBudget(first, all);
}

/** A class, since each call has one: a literal with a getter would define that anew each time. */
class JointBudget implements Budget {
  readonly #first: Budget;
  readonly #all: () => Iterable<Budget>;
  #wasPaid = false;

  constructor(first: Budget, all: () => Iterable<Budget>) {
    this.#first = first;
    this.#all = all;
  }

  get left(): number {
    return this.#richest().left;
  }

  take(): boolean {
    const isFirstCall = !this.#wasPaid;
    this.#wasPaid = true;
    return (isFirstCall && this.#first.take()) || this.#richest().take();
  }

  refusal(resource: string, failed?: UpstreamError): UpstreamError {
    return this.#first.refusal(resource, failed);
  }

  #richest(): Budget {
    let most = this.#first;
    for (const budget of this.#all()) if (budget.left > most.left) most = budget;
    return most;
  }
}
