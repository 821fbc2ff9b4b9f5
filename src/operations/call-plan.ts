/** Most calls that something is going to make upstream. */
export interface PlannedCalls {
  /** Name of the REST resource, such as `users`. */
  readonly resource: string;
  readonly calls: number;
}

/** The upstream calls that an operation is going to make at most, by resource; retries and splits come on top. */
export class CallPlan {
  readonly #calls = new Map<string, number>();

  add(resource: string, calls: number): void {
    if (calls > 0) this.#calls.set(resource, (this.#calls.get(resource) ?? 0) + calls);
  }

  get total(): number {
    let total = 0;
    for (const calls of this.#calls.values()) total += calls;
    return total;
  }

  /** The dearest first. */
  get byResource(): PlannedCalls[] {
    return [...this.#calls]
      .map(([resource, calls]) => ({ resource, calls }))
      .toSorted((a, b) => b.calls - a.calls);
  }
}

/**
 * How many bulk calls ask for so many ids, at most `size` in each. Where ids have their meaning only within a scope, such as
 * contacts in their contact list, each call is for one of at most `scopes` scopes.
 */
export function bulkCalls(ids: number, size: number, scopes = 1): number {
  const used = Math.min(ids, scopes);
  // At worst all scopes but one have a single id, and what is left over fills calls of that one.
  return used + Math.floor((ids - used) / size);
}
