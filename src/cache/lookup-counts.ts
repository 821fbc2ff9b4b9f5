/** How often something was looked for among what is kept. */
export interface LookupCounts {
  /** It was there. */
  fresh: number;
  /** It was there and nearly too old, so that it was asked for anew. */
  stale: number;
  /** It was not there, but another process had it. */
  replicated: number;
  /** It had to be read: it was not there, or too old. */
  missing: number;
}

/** Counts what is looked for among what is kept, by GraphQL type. */
export class LookupCounters {
  readonly #byType = new Map<string, LookupCounts>();

  /** The counts of a type, to be added to. */
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
