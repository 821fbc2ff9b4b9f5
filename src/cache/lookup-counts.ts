/** Number of lookups by outcome. */
export interface LookupCounts {
  /** Found in the cache. */
  fresh: number;
  /** Found past its TTL but still usable, so due for revalidation. */
  stale: number;
  /** Not found in the cache, but in the replica store. */
  replicated: number;
  /** Read from the upstream: not found, or too old. */
  missing: number;
}

/** Lookup counts by GraphQL type. */
export class LookupCounters {
  readonly #byType = new Map<string, LookupCounts>();

  /** Counts of a type, to be incremented. */
  of(type: string): LookupCounts {
    let counts = this.#byType.get(type);
    if (counts === undefined) {
      counts = { fresh: 0, stale: 0, replicated: 0, missing: 0 };
      this.#byType.set(type, counts);
    }
    return counts;
  }

  entries(): Iterable<readonly [type: string, counts: Readonly<LookupCounts>]> {
    return this.#byType;
  }
}
