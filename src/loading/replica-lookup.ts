import type { Lease, ReplicaRow, ReplicaStore } from '../cache/replica-store.ts';
import { UnknownValueError, UpstreamError } from '../errors.ts';
import { SingleFlight, type InFlight } from '../lib/single-flight.ts';
import type { RequestScope } from '../upstream/client.ts';
import type { Found, FoundById } from './read-batch.ts';

/** What came of looking for an id elsewhere. */
type Outcome<Entity> =
  | { readonly kind: 'found'; readonly entity: Entity | null; readonly readAtMs: number }
  /** It is to be asked for here; under a lease, if there is anybody who heeds it. */
  | { readonly kind: 'ask'; readonly lease: Lease | null }
  /** It is being asked for elsewhere. */
  | { readonly kind: 'later'; readonly lookup: Lookup<Entity> };

interface Wanted<Expand extends string> {
  readonly expand: readonly Expand[];
  readonly maxAgeMs: number;
  /** What was read since then is fresh enough for anybody who asked then. */
  readonly askedAtMs: number;
}

/** Some ids that are known for elsewhere on behalf of everybody who wants them here. */
interface Lookup<Entity> extends SingleFlight<ReadonlyMap<string, Outcome<Entity>>> {}

/** What replicated reads need of the source whose ids they look for. */
export interface ReplicaLookupOptions<Entity, Expand extends string> {
  readonly type: string;
  readonly store: ReplicaStore;
  /** For how long something may be used that was read with these expand, if the upstream knows it and if not. */
  usableMs(expand: readonly Expand[], isAbsent: boolean): number;
  /** Keeps rows here as well, and gives their entities. */
  adopt(rows: ReadonlyMap<string, ReplicaRow>, expand: readonly Expand[]): ReadonlyMap<string, Entity | null>;
  /** Told before it is decided what is usable; lists go by the quota, which others spend as well. */
  refresh(): Promise<void>;
  /** Tells of an id whether a call for it is under way here that this requestScope may join. */
  underWay(requestScope: RequestScope, expand: readonly Expand[]): (id: string) => boolean;
}

/**
 * Looks for ids in what replicas share before the upstream is asked, and has only one of the replicas ask for an id at a time: the
 * others wait for what it shows. When it dies, or has failed, the next one asks, each for its own callers.
 */
export class ReplicaLookup<Entity, Expand extends string> {
  readonly #options: ReplicaLookupOptions<Entity, Expand>;
  /** By id, expand and age. */
  readonly #lookups = new Map<string, Lookup<Entity>>();

  constructor(options: ReplicaLookupOptions<Entity, Expand>) {
    this.#options = options;
  }

  /** Whether there is anything to look in. */
  get isAvailable(): boolean {
    return this.#options.store.isAvailable;
  }

  get isIdle(): boolean {
    return this.#lookups.size === 0;
  }

  /**
   * What is found of the ids, elsewhere or by asking the upstream. Rejects only for defects of our own.
   *
   * @param ask Asks the upstream for some of them.
   * @param onFound Told of each that was found elsewhere.
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
   * Which of the ids are to be asked for anew here, so that nobody else does; what has been read elsewhere within `freshMs` is
   * taken over instead.
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

  /** Takes over what is fresh; gives the ids that are not. */
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

  /** Joins those that are under way, and begins one for the rest. */
  #lookupsOf(ids: readonly string[], wanted: Wanted<Expand>): Map<Lookup<Entity>, string[]> {
    const lookups = new Map<Lookup<Entity>, string[]>();
    const rest: string[] = [];
    for (const id of ids) {
      const lookup = this.#lookups.get(keyOf(id, wanted));
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
        const key = keyOf(id, wanted);
        if (this.#lookups.get(key) === lookup) this.#lookups.delete(key);
      }
    });
    for (const id of ids) this.#lookups.set(keyOf(id, wanted), lookup);
    // Once those who wait have joined it.
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

  /** Adds an outcome for each of the ids to those that there are. */
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
    // Who waited may have gone meanwhile.
    setImmediate(() => lease.releaseUnlessUsed());
    return outcomes;
  }

  /** Notes what may be used; gives the ids of which there is nothing. */
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

function keyOf(id: string, { expand, maxAgeMs }: Wanted<string>): string {
  return `${id} ${expand.toSorted().join(' ')} ${maxAgeMs}`;
}
