import { NEGATIVE_TTL_MS } from '../cache/freshness.ts';
import type { LookupCounts } from '../cache/lookup-counts.ts';
import type { Lease, ReplicaRow, ReplicaStore } from '../cache/replica-store.ts';
import type { Resource } from '../datasources/resource.ts';
import { UnknownValueError, UpstreamError } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { SingleFlight, type InFlight } from '../lib/single-flight.ts';
import type { RequestScope } from '../upstream/call.ts';
import type { WaitingById } from './batch.ts';
import { carrierOf, type InFlightBatches } from './in-flight.ts';
import type { Found, FoundById } from './read-batch.ts';
import type { ResourceCache } from './resource-cache.ts';
import type { ResourceFreshness } from './resource-freshness.ts';
import type { Revalidation } from './revalidate.ts';

interface ReplicaLookupOptions<Entity, Expand extends string> {
  readonly resource: Resource<Entity, Expand>;
  readonly clock: Clock;
  readonly store: ReplicaStore;
  readonly freshness: ResourceFreshness<Expand>;
  readonly cache: ResourceCache<Entity, Expand>;
  readonly inFlight: InFlightBatches<Entity, Expand>;
  readonly revalidation: Revalidation<Entity, Expand>;
  readonly counts: LookupCounts;
}

interface Wanted<Expand extends string> {
  readonly expand: readonly Expand[];
  readonly maxAgeMs: number;
  /** Rows read since then are always fresh enough. */
  readonly askedAtMs: number;
}

/** Load of one request. */
interface ReplicaLoad<Entity, Expand extends string> {
  readonly requestScope: RequestScope;
  readonly wanted: Wanted<Expand>;
  readonly waiting: WaitingById;
  /** Results so far. */
  readonly found: Map<string, Found<Entity>>;
}

interface UsableRow<Entity> {
  readonly entity: Entity | null;
  readonly readAtMs: number;
}

/** Result of a lookup. This process asks for the ids that are neither found nor asked for elsewhere. */
interface LookupResult<Entity> {
  readonly found: ReadonlyMap<string, UsableRow<Entity>>;
  /** Lease on the ids to ask for; null when the store is unavailable. */
  readonly lease: Lease | null;
  /** Ids that other processes ask for, with the lookup of their rows; null when there are none. */
  readonly elsewhere: { readonly ids: ReadonlySet<string>; readonly lookup: Lookup<Entity> } | null;
}

/** Ids that are looked up together, for all requests of this process that wait for them. */
interface Lookup<Entity> extends SingleFlight<LookupResult<Entity>> {}

/**
 * Looks up ids in the replica store before the upstream is asked. Only one replica asks for an id at a time; the others wait
 * for its rows. When it dies or fails, the next one to get the lease asks, for its own requests.
 */
export class ReplicaLookup<Entity, Expand extends string> {
  readonly #options: ReplicaLookupOptions<Entity, Expand>;
  /** Keyed by id, `expand` and maximum age. */
  readonly #lookups = new Map<string, Lookup<Entity>>();

  constructor(options: ReplicaLookupOptions<Entity, Expand>) {
    this.#options = options;
  }

  get isAvailable(): boolean {
    return this.#options.store.isAvailable;
  }

  get isIdle(): boolean {
    return this.#lookups.size === 0;
  }

  /** Results of the ids, from the store or from the upstream. Rejects only for defects of the gateway. */
  async load(
    requestScope: RequestScope,
    ids: readonly string[],
    expand: readonly Expand[],
    waiting: WaitingById,
    maxAgeMs: number,
  ): Promise<FoundById<Entity>> {
    const wanted = { expand, maxAgeMs, askedAtMs: this.#options.clock.now() };
    const load: ReplicaLoad<Entity, Expand> = { requestScope, wanted, waiting, found: new Map() };
    const joinable = this.#options.inFlight.joinable(requestScope, expand);
    const here: string[] = [];
    const elsewhere: string[] = [];
    for (const id of ids) (carrierOf(id, joinable) === undefined ? elsewhere : here).push(id);
    const following = Map.groupBy(elsewhere, (id) => this.#underWay(id, wanted))
      .entries()
      .map(([lookup, some]) => this.#follow(lookup ?? this.#first(some, wanted), some, load));
    await Promise.all([...following, here.length === 0 ? undefined : this.#ask(here, load)]);
    return load.found;
  }

  /** Adds results of the ids to the load. */
  async #follow(
    lookup: Lookup<Entity>,
    ids: readonly string[],
    load: ReplicaLoad<Entity, Expand>,
  ): Promise<void> {
    let result: LookupResult<Entity>;
    try {
      result = await lookup.join(load.requestScope.deadline);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const { type } = this.#options.resource;
      for (const id of ids) load.found.set(id, new UnknownValueError(error, type, id));
      return;
    }
    const { found, lease, elsewhere } = result;
    const toAsk: string[] = [];
    const toAwait: string[] = [];
    for (const id of ids) {
      const row = found.get(id);
      if (row !== undefined) this.#use(id, row, load);
      else if (elsewhere?.ids.has(id) === true) toAwait.push(id);
      else toAsk.push(id);
    }
    const asking = toAsk.length === 0 ? undefined : this.#ask(toAsk, load);
    if (asking !== undefined) lease?.until(asking);
    const awaited = elsewhere === null || toAwait.length === 0 ? undefined : elsewhere.lookup;
    await Promise.all([asking, awaited && this.#follow(awaited, toAwait, load)]);
  }

  #use(
    id: string,
    { entity, readAtMs }: UsableRow<Entity>,
    { requestScope, wanted: { expand }, found }: ReplicaLoad<Entity, Expand>,
  ): void {
    const { resource, clock, freshness, revalidation, counts } = this.#options;
    const nowMs = clock.now();
    const ageMs = nowMs - readAtMs;
    found.set(id, entity);
    counts.replicated += 1;
    requestScope.usage.kept(resource.resultType, ageMs);
    if (ageMs >= freshness.of(expand).freshMs) revalidation.soon(requestScope, id, expand, nowMs);
  }

  /** Asks the upstream for the ids, except for those that were cached while the lookup ran. */
  async #ask(
    ids: readonly string[],
    { requestScope, wanted: { expand, askedAtMs }, waiting, found }: ReplicaLoad<Entity, Expand>,
  ): Promise<void> {
    const { cache, inFlight, counts } = this.#options;
    const missing: string[] = [];
    for (const id of ids) {
      const kept = cache.get(id, expand);
      if (kept !== undefined && kept.readAtMs >= askedAtMs) found.set(id, kept.use(id));
      else missing.push(id);
    }
    if (missing.length === 0) return;
    counts.missing += missing.length;
    const result = await inFlight.load(requestScope, missing, expand, waiting);
    for (const id of missing) found.set(id, result.get(id) ?? null);
  }

  /** Lookup of the id that can be joined; undefined when there is none. */
  #underWay(id: string, wanted: Wanted<Expand>): Lookup<Entity> | undefined {
    const lookup = this.#lookups.get(lookupKeyOf(id, wanted));
    return lookup?.signal.aborted === false ? lookup : undefined;
  }

  #first(ids: readonly string[], wanted: Wanted<Expand>): Lookup<Entity> {
    const { store, freshness } = this.#options;
    return this.#begin(ids, wanted, async (shared) => {
      const [known] = await Promise.all([store.get(ids, wanted.expand), freshness.refresh()]);
      const found =
        known === null ? new Map<string, UsableRow<Entity>>() : await this.#adoptUsable(known, wanted);
      return this.#leased(ids, wanted, found, shared);
    });
  }

  #next(ids: readonly string[], wanted: Wanted<Expand>): Lookup<Entity> {
    return this.#begin(ids, wanted, async (shared) => {
      await this.#options.store.waitForRelease(ids, wanted.expand, shared.signal);
      return this.#leased(ids, wanted, new Map(), shared);
    });
  }

  #begin(
    ids: readonly string[],
    wanted: Wanted<Expand>,
    work: (shared: InFlight) => Promise<LookupResult<Entity>>,
  ): Lookup<Entity> {
    const keys = ids.map((id) => lookupKeyOf(id, wanted));
    const lookup: Lookup<Entity> = new SingleFlight(() => {
      for (const key of keys) if (this.#lookups.get(key) === lookup) this.#lookups.delete(key);
    });
    for (const key of keys) this.#lookups.set(key, lookup);
    // Deferred until the followers have joined: without any it would not begin.
    setImmediate(() => lookup.begin(work));
    return lookup;
  }

  /** Leases those of the ids that are not found. */
  async #leased(
    ids: readonly string[],
    wanted: Wanted<Expand>,
    found: ReadonlyMap<string, UsableRow<Entity>>,
    { signal }: InFlight,
  ): Promise<LookupResult<Entity>> {
    const missing = ids.filter((id) => !found.has(id));
    const isOver = missing.length === 0 || signal.aborted;
    const leased = isOver ? null : await this.#options.store.lease(missing, wanted.expand);
    if (leased === null) return { found, lease: null, elsewhere: null };
    const { rows, mine, lease } = leased;
    const foundLate = await this.#adoptUsable(rows, wanted);
    const others = missing.filter((id) => !foundLate.has(id) && !mine.has(id));
    const elsewhere =
      others.length === 0 ? null : { ids: new Set(others), lookup: this.#next(others, wanted) };
    // The followers, who use the lease, may have left meanwhile.
    setImmediate(() => lease.releaseUnlessUsed());
    return { found: new Map([...found, ...foundLate]), lease, elsewhere };
  }

  /** Adopts the rows that may be used; gives those that can be read. */
  async #adoptUsable(
    rows: ReadonlyMap<string, ReplicaRow>,
    { expand, maxAgeMs, askedAtMs }: Wanted<Expand>,
  ): Promise<Map<string, UsableRow<Entity>>> {
    const { clock, freshness, cache } = this.#options;
    const nowMs = clock.now();
    const { freshMs, staleMs } = freshness.of(expand);
    const usableMs = Math.min(maxAgeMs, freshMs + staleMs);
    const usable = new Map(
      [...rows].filter(([, { row, readAtMs }]) => {
        const mostMs = row === null ? Math.min(usableMs, NEGATIVE_TTL_MS) : usableMs;
        return nowMs - readAtMs < mostMs || readAtMs >= askedAtMs;
      }),
    );
    const entities = await cache.adopt(usable, expand);
    const found = new Map<string, UsableRow<Entity>>();
    for (const [id, { readAtMs }] of usable) {
      const entity = entities.get(id);
      if (entity !== undefined) found.set(id, { entity, readAtMs });
    }
    return found;
  }
}

function lookupKeyOf(id: string, { expand, maxAgeMs }: Wanted<string>): string {
  return `${id} ${expand.toSorted().join(' ')} ${maxAgeMs}`;
}
