import { isSameExpand } from '../cache/entity-cache.ts';
import type { Lease, ReplicaRow, ReplicaStore } from '../cache/replica-store.ts';
import type { Clock } from '../lib/clock.ts';
import { deadlineIn } from '../lib/deadline.ts';
import type { RequestScope } from '../upstream/call.ts';
import { UpstreamUsage } from '../upstream/usage.ts';
import type { InFlightBatches } from './in-flight.ts';
import type { ResourceCache } from './resource-cache.ts';
import type { ResourceFreshness } from './resource-freshness.ts';

/** Pause after a revalidation that failed. */
const FAILURE_PAUSE_MS = 1_000;
/** Pause of further revalidations while one asks the replica store. */
const LOOKUP_PAUSE_MS = 100;

const nobodyLeaves = new AbortController().signal;

interface RevalidationOptions<Entity, Expand extends string> {
  readonly clock: Clock;
  /** Deadline of a revalidation. */
  readonly refreshMs: number;
  readonly freshness: ResourceFreshness<Expand>;
  readonly cache: ResourceCache<Entity, Expand>;
  readonly inFlight: InFlightBatches<Entity, Expand>;
  /** Rows that other processes have read; null without a replica store. */
  readonly store: ReplicaStore | null;
}

/** Ids found stale in one tick. */
interface StaleIds<Expand extends string> {
  readonly ids: Set<string>;
  readonly expand: readonly Expand[];
}

/** Ids that this process is to read, and its lease on them. */
interface LeasedIds {
  readonly ids: readonly string[];
  /** Null when the store is unavailable, or other processes have read all ids. */
  readonly lease: Lease | null;
}

/**
 * Revalidation of one identity's stale entities in the background (stale-while-revalidate). A failure changes nothing: stale
 * entities may still be shown.
 */
export class Revalidation<Entity, Expand extends string> {
  readonly #options: RevalidationOptions<Entity, Expand>;
  /** Ids of this tick, one set per `expand`. */
  #stale: StaleIds<Expand>[] = [];
  #pausedUntilMs = 0;

  constructor(options: RevalidationOptions<Entity, Expand>) {
    this.#options = options;
  }

  /**
   * Schedules the revalidation of an id, on behalf of this request, unless a batch asks for it already; ids found stale in
   * the same tick are revalidated together.
   */
  soon(requestScope: RequestScope, id: string, expand: readonly Expand[], nowMs: number): void {
    if (nowMs < this.#pausedUntilMs || requestScope.budget.left <= 0) return;
    if (this.#options.inFlight.carries(id)) return;
    const stale =
      this.#stale.find((other) => isSameExpand(other.expand, expand)) ?? this.#schedule(requestScope, expand);
    stale.ids.add(id);
  }

  #schedule(requestScope: RequestScope, expand: readonly Expand[]): StaleIds<Expand> {
    const stale: StaleIds<Expand> = { ids: new Set(), expand };
    this.#stale.push(stale);
    queueMicrotask(() => {
      this.#stale = this.#stale.filter((other) => other !== stale);
      void this.#revalidate(requestScope, [...stale.ids], expand);
    });
    return stale;
  }

  async #revalidate(
    { identity, caller, budget, trace }: RequestScope,
    ids: readonly string[],
    expand: readonly Expand[],
  ): Promise<void> {
    const { clock, refreshMs } = this.#options;
    const deadline = deadlineIn(clock, refreshMs, nobodyLeaves);
    let hasFailed = true;
    try {
      const requestScope = { identity, caller, budget, usage: new UpstreamUsage(), trace, deadline };
      hasFailed = !(await this.#read(requestScope, ids, expand));
    } finally {
      if (hasFailed) this.#pausedUntilMs = clock.now() + FAILURE_PAUSE_MS;
    }
  }

  /** Reads the ids that no other process has revalidated or leased. False when an id could not be read. */
  async #read(
    requestScope: RequestScope,
    stale: readonly string[],
    expand: readonly Expand[],
  ): Promise<boolean> {
    const { clock, store, inFlight } = this.#options;
    let ids = stale;
    let lease: Lease | null = null;
    if (store?.isAvailable === true) {
      this.#pausedUntilMs = clock.now() + LOOKUP_PAUSE_MS;
      ({ ids, lease } = await this.#lease(store, stale, expand));
      if (ids.length === 0) return true;
    }
    const reading = inFlight.load(requestScope, ids, expand, null);
    lease?.until(reading);
    const found = await reading;
    return !ids.some((id) => found.get(id) instanceof Error);
  }

  /** Leases ids so that no other process revalidates them. Rows that another process read just now are adopted instead. */
  async #lease(store: ReplicaStore, ids: readonly string[], expand: readonly Expand[]): Promise<LeasedIds> {
    const { freshMs } = this.#options.freshness.of(expand);
    const known = await store.get(ids, expand);
    if (known === null) return { ids, lease: null };
    const stale = await this.#adoptFresh(ids, known, expand, freshMs);
    if (stale.length === 0) return { ids: [], lease: null };
    const leased = await store.lease(stale, expand);
    if (leased === null) return { ids: stale, lease: null };
    const { rows, mine, lease } = leased;
    const notFresh = await this.#adoptFresh(stale, rows, expand, freshMs);
    const toRead = notFresh.filter((id) => mine.has(id));
    if (toRead.length === 0) lease.releaseUnlessUsed();
    return { ids: toRead, lease };
  }

  /** Adopts rows younger than `freshMs`; gives the ids without one. */
  async #adoptFresh(
    ids: readonly string[],
    rows: ReadonlyMap<string, ReplicaRow>,
    expand: readonly Expand[],
    freshMs: number,
  ): Promise<string[]> {
    const nowMs = this.#options.clock.now();
    const fresh = new Map([...rows].filter(([, { readAtMs }]) => nowMs - readAtMs < freshMs));
    await this.#options.cache.adopt(fresh, expand);
    return ids.filter((id) => !fresh.has(id));
  }
}
