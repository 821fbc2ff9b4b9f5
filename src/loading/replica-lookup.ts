import type { Lease, ReplicaRow, ReplicaStore } from '../cache/replica-store.ts';
import { UnknownValueError, UpstreamError } from '../errors.ts';
import { SingleFlight, type InFlight } from '../lib/single-flight.ts';
import type { RequestScope } from '../upstream/client.ts';
import type { Found, FoundById } from './read-batch.ts';

/** Result of looking up an id in the replica store. */
type Outcome<Entity> =
  | { readonly kind: 'found'; readonly entity: Entity | null; readonly readAtMs: number }
  /** This process asks for the id; the lease is null when the store is unavailable. */
  | { readonly kind: 'ask'; readonly lease: Lease | null }
  /** Another process asks for the id. */
  | { readonly kind: 'later'; readonly lookup: Lookup<Entity> };

interface Wanted<Expand extends string> {
  readonly expand: readonly Expand[];
  readonly maxAgeMs: number;
  /** Rows read since then are always fresh enough. */
  readonly askedAtMs: number;
}

/** Ids that are looked up together, for all requests of this process that wait for them. */
interface Lookup<Entity> extends SingleFlight<ReadonlyMap<string, Outcome<Entity>>> {}

/** Dependencies of a replica lookup, given by its entity source. */
export interface ReplicaLookupOptions<Entity, Expand extends string> {
  readonly type: string;
  readonly store: ReplicaStore;
  /** Time for which an entity with this `expand`, or an unknown id (`isAbsent`), may be used. */
  usableMs(expand: readonly Expand[], isAbsent: boolean): number;
  /** Caches rows in this process and gives their entities. */
  adopt(rows: ReadonlyMap<string, ReplicaRow>, expand: readonly Expand[]): ReadonlyMap<string, Entity | null>;
  /** Called before rows are judged: freshness of lists depends on the quota, which other processes spend as well. */
  refresh(): Promise<void>;
  /** Predicate: true for an id that a batch of this process asks for, which this request may join. */
  underWay(requestScope: RequestScope, expand: readonly Expand[]): (id: string) => boolean;
}

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

  /**
   * Results of the ids, from the store or from the upstream. Rejects only for defects of the gateway.
   *
   * @param ask Asks the upstream for some of the ids.
   * @param onFound Called for each id that was found in the store.
   */
  async load(
    requestScope: RequestScope,
    ids: readonly string[],
    expand: readonly Expand[],
    maxAgeMs: number,
    ask: (ids: readonly string[]) => Promise<FoundById<Entity>>,
    onFound: (id: string, readAtMs: number) => void,
  ): Promise<FoundById<Entity>> {
    const found = new Map<string, Found<Entity>>();
    const askFor = async (some: readonly string[]) => {
      const result = await ask(some);
      for (const id of some) found.set(id, result.get(id) ?? null);
    };

    const follow = async (lookup: Lookup<Entity>, some: readonly string[]): Promise<void> => {
      let outcomes: ReadonlyMap<string, Outcome<Entity>>;
      try {
        outcomes = await lookup.join(requestScope.deadline);
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error;
        for (const id of some) found.set(id, new UnknownValueError(error, this.#options.type, id));
        return;
      }
      const toAsk: string[] = [];
      const leases = new Set<Lease>();
      const later = new Map<Lookup<Entity>, string[]>();
      for (const id of some) {
        const outcome = outcomes.get(id);
        if (outcome?.kind === 'found') {
          found.set(id, outcome.entity);
          onFound(id, outcome.readAtMs);
        } else if (outcome?.kind === 'later') {
          const others = later.get(outcome.lookup);
          if (others === undefined) later.set(outcome.lookup, [id]);
          else others.push(id);
        } else {
          toAsk.push(id);
          if (outcome?.lease) leases.add(outcome.lease);
        }
      }
      const asking = toAsk.length === 0 ? undefined : askFor(toAsk);
      if (asking !== undefined) for (const lease of leases) lease.until(asking);
      await Promise.all([asking, ...[...later].map(([next, rest]) => follow(next, rest))]);
    };

    const here: string[] = [];
    const elsewhere: string[] = [];
    const isUnderWay = this.#options.underWay(requestScope, expand);
    for (const id of ids) (isUnderWay(id) ? here : elsewhere).push(id);
    const wanted = { expand, maxAgeMs, askedAtMs: performance.now() };
    const lookups = this.#lookupsOf(elsewhere, wanted);
    await Promise.all([
      here.length > 0 ? askFor(here) : undefined,
      ...[...lookups].map(([lookup, some]) => follow(lookup, some)),
    ]);
    return found;
  }

  /**
   * Ids that this process is to revalidate, leased so that no other does. Rows that another process read within `freshMs`
   * are adopted instead.
   */
  async revalidatable(
    ids: readonly string[],
    expand: readonly Expand[],
    freshMs: number,
  ): Promise<{ readonly ids: readonly string[]; readonly lease: Lease | null }> {
    const { store } = this.#options;
    const known = await store.get(ids, expand);
    if (known === null) return { ids, lease: null };
    const stale = this.#adoptFresh(ids, known, expand, freshMs);
    if (stale.length === 0) return { ids: [], lease: null };
    const leased = await store.lease(stale, expand);
    if (leased === null) return { ids: stale, lease: null };
    const { rows, mine, lease } = leased;
    const toAsk = this.#adoptFresh(stale, rows, expand, freshMs).filter((id) => mine.has(id));
    if (toAsk.length === 0) lease.releaseUnlessUsed();
    return { ids: toAsk, lease };
  }

  /** Adopts fresh rows; gives the ids without one. */
  #adoptFresh(
    ids: readonly string[],
    rows: ReadonlyMap<string, ReplicaRow>,
    expand: readonly Expand[],
    freshMs: number,
  ): string[] {
    const nowMs = performance.now();
    const fresh = new Map([...rows].filter(([, { readAtMs }]) => nowMs - readAtMs < freshMs));
    this.#options.adopt(fresh, expand);
    return ids.filter((id) => !fresh.has(id));
  }

  /** Joins lookups under way, and begins one for the rest of the ids. */
  #lookupsOf(ids: readonly string[], wanted: Wanted<Expand>): Map<Lookup<Entity>, string[]> {
    const lookups = new Map<Lookup<Entity>, string[]>();
    const rest: string[] = [];
    for (const id of ids) {
      const lookup = this.#lookups.get(lookupKeyOf(id, wanted));
      if (lookup === undefined || lookup.signal.aborted) rest.push(id);
      else {
        const others = lookups.get(lookup);
        if (others === undefined) lookups.set(lookup, [id]);
        else others.push(id);
      }
    }
    if (rest.length > 0) {
      lookups.set(
        this.#begin(rest, wanted, (shared) => this.#first(rest, wanted, shared)),
        rest,
      );
    }
    return lookups;
  }

  #begin(
    ids: readonly string[],
    wanted: Wanted<Expand>,
    work: (shared: InFlight) => Promise<ReadonlyMap<string, Outcome<Entity>>>,
  ): Lookup<Entity> {
    const lookup: Lookup<Entity> = new SingleFlight(() => {
      for (const id of ids) {
        const key = lookupKeyOf(id, wanted);
        if (this.#lookups.get(key) === lookup) this.#lookups.delete(key);
      }
    });
    for (const id of ids) this.#lookups.set(lookupKeyOf(id, wanted), lookup);
    // Deferred until the followers have joined: without any it would not begin.
    setImmediate(() => lookup.begin(work));
    return lookup;
  }

  async #first(
    ids: readonly string[],
    wanted: Wanted<Expand>,
    shared: InFlight,
  ): Promise<ReadonlyMap<string, Outcome<Entity>>> {
    const [known] = await Promise.all([this.#options.store.get(ids, wanted.expand), this.#options.refresh()]);
    const outcomes = new Map<string, Outcome<Entity>>();
    const missing = this.#noteUsable(ids, known, wanted, outcomes);
    return this.#leased(missing, wanted, outcomes, shared);
  }

  async #next(
    ids: readonly string[],
    wanted: Wanted<Expand>,
    shared: InFlight,
  ): Promise<ReadonlyMap<string, Outcome<Entity>>> {
    await this.#options.store.waitForRelease(ids, wanted.expand, shared.signal);
    return this.#leased(ids, wanted, new Map(), shared);
  }

  /** Adds an outcome for each of the ids to `outcomes`. */
  async #leased(
    ids: readonly string[],
    wanted: Wanted<Expand>,
    outcomes: Map<string, Outcome<Entity>>,
    { signal }: InFlight,
  ): Promise<ReadonlyMap<string, Outcome<Entity>>> {
    if (ids.length === 0 || signal.aborted) return outcomes;
    const leased = await this.#options.store.lease(ids, wanted.expand);
    if (leased === null) {
      for (const id of ids) outcomes.set(id, { kind: 'ask', lease: null });
      return outcomes;
    }
    const { rows, mine, lease } = leased;
    const missing = this.#noteUsable(ids, rows, wanted, outcomes);
    const others = missing.filter((id) => !mine.has(id));
    for (const id of missing) if (mine.has(id)) outcomes.set(id, { kind: 'ask', lease });
    if (others.length > 0) {
      const lookup = this.#begin(others, wanted, (shared) => this.#next(others, wanted, shared));
      for (const id of others) outcomes.set(id, { kind: 'later', lookup });
    }
    // The followers, who use the lease, may have left meanwhile.
    setImmediate(() => lease.releaseUnlessUsed());
    return outcomes;
  }

  /** Adds usable rows to `outcomes`; gives the ids without one. */
  #noteUsable(
    ids: readonly string[],
    rows: ReadonlyMap<string, ReplicaRow> | null,
    { expand, maxAgeMs, askedAtMs }: Wanted<Expand>,
    outcomes: Map<string, Outcome<Entity>>,
  ): string[] {
    if (rows === null || rows.size === 0) return [...ids];
    const nowMs = performance.now();
    const usable = new Map(
      [...rows].filter(([, { row, readAtMs }]) => {
        const usableMs = Math.min(maxAgeMs, this.#options.usableMs(expand, row === null));
        return nowMs - readAtMs < usableMs || readAtMs >= askedAtMs;
      }),
    );
    const entities = this.#options.adopt(usable, expand);
    return ids.filter((id) => {
      const entity = entities.get(id);
      const row = usable.get(id);
      if (entity === undefined || row === undefined) return true;
      outcomes.set(id, { kind: 'found', entity, readAtMs: row.readAtMs });
      return false;
    });
  }
}

function lookupKeyOf(id: string, { expand, maxAgeMs }: Wanted<string>): string {
  return `${id} ${expand.toSorted().join(' ')} ${maxAgeMs}`;
}
