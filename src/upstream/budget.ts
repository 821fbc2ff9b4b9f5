import { UpstreamError, type UpstreamFailure } from '../errors.ts';

/** What may be spent on calls: one request's, or that of all who wait for the same call. */
export type Budget = Pick<CallBudget, 'left' | 'take' | 'refusal'>;

/** How many upstream calls one request may make, retries and splits included. */
export class CallBudget {
  readonly #maxCalls: number;
  #left: number;
  #refusals: Map<string, UpstreamError> | undefined;

  constructor(maxCalls: number) {
    this.#maxCalls = maxCalls;
    this.#left = maxCalls;
  }

  /** How many more it may make. */
  get left(): number {
    return this.#left;
  }

  /** Takes what one call costs; false, and it must not be made, when nothing is left. */
  take(): boolean {
    if (this.#left === 0) return false;
    this.#left -= 1;
    return true;
  }

  /**
   * Why a call to this resource is not made: the same error each time, so that clients are told once. Of one that would have
   * been made again, or in parts, `failed` is what came of it before, which they are told as well.
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
 * What all who wait for the same call may spend on it. The call is paid by the one who came first and has something left; calls
 * to split it, and to try again, by whoever has most left, so that nobody goes without for what others spent.
 *
 * @param all Those of all who wait at the moment; the first may be left out.
 */
export function budgetOfAll(first: Budget, all: () => Iterable<Budget>): Budget {
  let wasPaid = false;
  const richest = () => {
    let most = first;
    for (const budget of all()) if (budget.left > most.left) most = budget;
    return most;
  };
  return {
    get left() {
      return richest().left;
    },
    take() {
      const isFirstCall = !wasPaid;
      wasPaid = true;
      return (isFirstCall && first.take()) || richest().take();
    },
    refusal: (resource, failed) => first.refusal(resource, failed),
  };
}
