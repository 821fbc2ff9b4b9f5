import type { Claim, ReplicatedRow, ReplicatedShelf } from '../cache/replica-store.ts';
import { UnknownValueError, UpstreamError } from '../errors.ts';
import { SharedCall, type SharedWork } from '../lib/single-flight.ts';
import type { Asker } from '../upstream/client.ts';
import type { Found } from './read-batch.ts';

type Result<Entity> = ReadonlyMap<string, Found<Entity>>;

/** What came of looking for an id elsewhere. */
type Outcome<Entity> =
  | { readonly kind: 'found'; readonly entity: Entity | null; readonly readAtMs: number }
  /** It is to be asked for here; under a claim, if there is anybody who heeds it. */
  | { readonly kind: 'ask'; readonly claim: Claim | null }
  /** It is being asked for elsewhere. */
  | { readonly kind: 'later'; readonly pursuit: Pursuit<Entity> };

interface Wanted<Part extends string> {
  readonly parts: readonly Part[];
  readonly maxAgeMs: number;
  /** What was read since then is fresh enough for anybody who asked then. */
  readonly askedAtMs: number;
}

/** Some ids that are looked for elsewhere on behalf of everybody who wants them here. */
interface Pursuit<Entity> extends SharedCall<ReadonlyMap<string, Outcome<Entity>>> {}

/** What replicated reads need of the stock whose ids they look for. */
export interface ReplicatedMeans<Entity, Part extends string> {
  readonly type: string;
  readonly shelf: ReplicatedShelf;
  /** For how long something may be used that was read with these parts, if the upstream knows it and if not. */
  usableMs(parts: readonly Part[], isAbsent: boolean): number;
  /** Keeps rows here as well, and gives their entities. */
  adopt(rows: ReadonlyMap<string, ReplicatedRow>, parts: readonly Part[]): ReadonlyMap<string, Entity | null>;
  /** Told before it is decided what is usable; lists go by the quota, which others spend as well. */
  refresh(): Promise<void>;
  /** Tells of an id whether a call for it is under way here that this asker may join. */
  underWay(asker: Asker, parts: readonly Part[]): (id: string) => boolean;
}

/**
 * Looks for ids in what replicas share before the upstream is asked, and has only one of the replicas ask for an id at a time: the
 * others wait for what it shows. When it dies, or has failed, the next one asks, each for its own callers.
 */
export class ReplicatedReads<Entity, Part extends string> {
  readonly #means: ReplicatedMeans<Entity, Part>;
  /** By id, parts and age. */
  readonly #pursuits = new Map<string, Pursuit<Entity>>();

  constructor(means: ReplicatedMeans<Entity, Part>) {
    this.#means = means;
  }

  /** Whether there is anything to look in. */
  get isThere(): boolean {
    return this.#means.shelf.isThere;
  }

  get isIdle(): boolean {
    return this.#pursuits.size === 0;
  }

  /**
   * What is found of the ids, elsewhere or by asking the upstream. Rejects only for defects of our own.
   *
   * @param ask Asks the upstream for some of them.
   * @param onFound Told of each that was found elsewhere.
   */
  async load(
    asker: Asker,
    ids: readonly string[],
    parts: readonly Part[],
    maxAgeMs: number,
    ask: (ids: readonly string[]) => Promise<Result<Entity>>,
    onFound: (id: string, readAtMs: number) => void,
  ): Promise<Result<Entity>> {
    const found = new Map<string, Found<Entity>>();
    const askFor = async (some: readonly string[]) => {
      const result = await ask(some);
      for (const id of some) found.set(id, result.get(id) ?? null);
    };

    const follow = async (pursuit: Pursuit<Entity>, some: readonly string[]): Promise<void> => {
      let outcomes: ReadonlyMap<string, Outcome<Entity>>;
      try {
        outcomes = await pursuit.join(asker.deadline);
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error;
        for (const id of some) found.set(id, new UnknownValueError(error, this.#means.type, id));
        return;
      }
      const toAsk: string[] = [];
      const claims = new Set<Claim>();
      const later = new Map<Pursuit<Entity>, string[]>();
      for (const id of some) {
        const outcome = outcomes.get(id);
        if (outcome?.kind === 'found') {
          found.set(id, outcome.entity);
          onFound(id, outcome.readAtMs);
        } else if (outcome?.kind === 'later') {
          const others = later.get(outcome.pursuit);
          if (others === undefined) later.set(outcome.pursuit, [id]);
          else others.push(id);
        } else {
          toAsk.push(id);
          if (outcome?.claim) claims.add(outcome.claim);
        }
      }
      const asking = toAsk.length === 0 ? undefined : askFor(toAsk);
      if (asking !== undefined) for (const claim of claims) claim.until(asking);
      await Promise.all([asking, ...[...later].map(([next, rest]) => follow(next, rest))]);
    };

    const here: string[] = [];
    const elsewhere: string[] = [];
    const isUnderWay = this.#means.underWay(asker, parts);
    for (const id of ids) (isUnderWay(id) ? here : elsewhere).push(id);
    const wanted = { parts, maxAgeMs, askedAtMs: performance.now() };
    const pursued = this.#pursuitsOf(elsewhere, wanted);
    await Promise.all([
      here.length > 0 ? askFor(here) : undefined,
      ...[...pursued].map(([pursuit, some]) => follow(pursuit, some)),
    ]);
    return found;
  }

  /**
   * Which of the ids are to be asked for anew here, so that nobody else does; what has been read elsewhere within `freshMs` is
   * taken over instead.
   */
  async refreshable(
    ids: readonly string[],
    parts: readonly Part[],
    freshMs: number,
  ): Promise<{ readonly ids: readonly string[]; readonly claim: Claim | null }> {
    const { shelf } = this.#means;
    const looked = await shelf.look(ids, parts);
    if (looked === null) return { ids, claim: null };
    const stale = this.#takeOver(ids, looked, parts, freshMs);
    if (stale.length === 0) return { ids: [], claim: null };
    const claimed = await shelf.claim(stale, parts);
    if (claimed === null) return { ids: stale, claim: null };
    const { rows, mine, claim } = claimed;
    const toAsk = this.#takeOver(stale, rows, parts, freshMs).filter((id) => mine.has(id));
    if (toAsk.length === 0) claim.dropUnlessUsed();
    return { ids: toAsk, claim };
  }

  /** Takes over what is fresh; gives the ids that are not. */
  #takeOver(
    ids: readonly string[],
    rows: ReadonlyMap<string, ReplicatedRow>,
    parts: readonly Part[],
    freshMs: number,
  ): string[] {
    const nowMs = performance.now();
    const fresh = new Map([...rows].filter(([, { readAtMs }]) => nowMs - readAtMs < freshMs));
    this.#means.adopt(fresh, parts);
    return ids.filter((id) => !fresh.has(id));
  }

  /** Joins those that are under way, and begins one for the rest. */
  #pursuitsOf(ids: readonly string[], wanted: Wanted<Part>): Map<Pursuit<Entity>, string[]> {
    const pursued = new Map<Pursuit<Entity>, string[]>();
    const rest: string[] = [];
    for (const id of ids) {
      const pursuit = this.#pursuits.get(keyOf(id, wanted));
      if (pursuit === undefined || pursuit.signal.aborted) rest.push(id);
      else {
        const others = pursued.get(pursuit);
        if (others === undefined) pursued.set(pursuit, [id]);
        else others.push(id);
      }
    }
    if (rest.length > 0) {
      pursued.set(
        this.#pursue(rest, wanted, (shared) => this.#first(rest, wanted, shared)),
        rest,
      );
    }
    return pursued;
  }

  #pursue(
    ids: readonly string[],
    wanted: Wanted<Part>,
    work: (shared: SharedWork) => Promise<ReadonlyMap<string, Outcome<Entity>>>,
  ): Pursuit<Entity> {
    const pursuit: Pursuit<Entity> = new SharedCall(() => {
      for (const id of ids) {
        const key = keyOf(id, wanted);
        if (this.#pursuits.get(key) === pursuit) this.#pursuits.delete(key);
      }
    });
    for (const id of ids) this.#pursuits.set(keyOf(id, wanted), pursuit);
    // Once those who wait have joined it.
    setImmediate(() => pursuit.begin(work));
    return pursuit;
  }

  async #first(
    ids: readonly string[],
    wanted: Wanted<Part>,
    shared: SharedWork,
  ): Promise<ReadonlyMap<string, Outcome<Entity>>> {
    const [looked] = await Promise.all([this.#means.shelf.look(ids, wanted.parts), this.#means.refresh()]);
    const outcomes = new Map<string, Outcome<Entity>>();
    const missing = this.#noteUsable(ids, looked, wanted, outcomes);
    return this.#claimed(missing, wanted, outcomes, shared);
  }

  async #next(
    ids: readonly string[],
    wanted: Wanted<Part>,
    shared: SharedWork,
  ): Promise<ReadonlyMap<string, Outcome<Entity>>> {
    await this.#means.shelf.changed(ids, wanted.parts, shared.signal);
    return this.#claimed(ids, wanted, new Map(), shared);
  }

  /** Adds an outcome for each of the ids to those that there are. */
  async #claimed(
    ids: readonly string[],
    wanted: Wanted<Part>,
    outcomes: Map<string, Outcome<Entity>>,
    { signal }: SharedWork,
  ): Promise<ReadonlyMap<string, Outcome<Entity>>> {
    if (ids.length === 0 || signal.aborted) return outcomes;
    const claimed = await this.#means.shelf.claim(ids, wanted.parts);
    if (claimed === null) {
      for (const id of ids) outcomes.set(id, { kind: 'ask', claim: null });
      return outcomes;
    }
    const { rows, mine, claim } = claimed;
    const missing = this.#noteUsable(ids, rows, wanted, outcomes);
    const others = missing.filter((id) => !mine.has(id));
    for (const id of missing) if (mine.has(id)) outcomes.set(id, { kind: 'ask', claim });
    if (others.length > 0) {
      const pursuit = this.#pursue(others, wanted, (shared) => this.#next(others, wanted, shared));
      for (const id of others) outcomes.set(id, { kind: 'later', pursuit });
    }
    // Who waited may have gone meanwhile.
    setImmediate(() => claim.dropUnlessUsed());
    return outcomes;
  }

  /** Notes what may be used; gives the ids of which there is nothing. */
  #noteUsable(
    ids: readonly string[],
    rows: ReadonlyMap<string, ReplicatedRow> | null,
    { parts, maxAgeMs, askedAtMs }: Wanted<Part>,
    outcomes: Map<string, Outcome<Entity>>,
  ): string[] {
    if (rows === null || rows.size === 0) return [...ids];
    const nowMs = performance.now();
    const usable = new Map(
      [...rows].filter(([, { row, readAtMs }]) => {
        const usableMs = Math.min(maxAgeMs, this.#means.usableMs(parts, row === null));
        return nowMs - readAtMs < usableMs || readAtMs >= askedAtMs;
      }),
    );
    const entities = this.#means.adopt(usable, parts);
    return ids.filter((id) => {
      const entity = entities.get(id);
      const row = usable.get(id);
      if (entity === undefined || row === undefined) return true;
      outcomes.set(id, { kind: 'found', entity, readAtMs: row.readAtMs });
      return false;
    });
  }
}

function keyOf(id: string, { parts, maxAgeMs }: Wanted<string>): string {
  return `${id} ${parts.toSorted().join(' ')} ${maxAgeMs}`;
}
