/** Maximum number of upstream calls for one resource. */
export interface PlannedCalls {
  /** Name of the REST resource, such as `users`. */
  readonly resource: string;
  readonly calls: number;
}

/** Fields whose entities are read one by one. */
export interface DearFields {
  /** Names such as `CampaignStats.attempts`. */
  readonly fields: readonly string[];
  readonly calls: number;
}

/** Maximum number of upstream calls of an operation, by resource. Retries and bisected batches come on top. */
export class CallPlan {
  readonly #calls = new Map<string, number>();
  readonly #oneByOne = new Map<string, Set<string>>();

  /** Notes the fields that cause the calls of a resource whose entities are read one by one. */
  causedBy(resource: string, fields: readonly string[]): void {
    const known = this.#oneByOne.get(resource) ?? new Set();
    this.#oneByOne.set(resource, known);
    for (const field of fields) known.add(field);
  }

  /** Fields that cost a call for each of several entities, those with the most calls first. */
  get dearFields(): DearFields[] {
    return [...this.#oneByOne]
      .map(([resource, fields]) => ({ fields: [...fields], calls: this.#calls.get(resource) ?? 0 }))
      .filter(({ calls }) => calls > 1)
      .toSorted((a, b) => b.calls - a.calls);
  }

  add(resource: string, calls: number): void {
    if (calls > 0) this.#calls.set(resource, (this.#calls.get(resource) ?? 0) + calls);
  }

  get total(): number {
    let total = 0;
    for (const calls of this.#calls.values()) total += calls;
    return total;
  }

  /** Resources with the most calls first. */
  get byResource(): PlannedCalls[] {
    return [...this.#calls]
      .map(([resource, calls]) => ({ resource, calls }))
      .toSorted((a, b) => b.calls - a.calls);
  }
}

/**
 * Maximum number of bulk calls for `ids` ids, at most `size` in each. Ids that are valid only within a scope, such as
 * contacts in their contact list, share a call only with ids of their scope; there are at most `scopes` of these.
 */
export function bulkCalls(ids: number, size: number, scopes = 1): number {
  const used = Math.min(ids, scopes);
  // Worst case: all scopes but one have a single id, and the remaining ids fill calls of that one.
  return used + Math.floor((ids - used) / size);
}
