import type { LookupCounts } from '../cache/lookup-counts.ts';
import type { Claim, ReplicatedRow, ReplicatedShelf } from '../cache/replica-store.ts';
import { isSame, type Packed, Shelf } from '../cache/entity-cache.ts';
import { UnknownValueError, UpstreamError } from '../errors.ts';
import { deadlineIn } from '../lib/deadline.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { Asker } from '../upstream/client.ts';
import { type UpstreamRequest, written, type WrittenRequest } from '../upstream/request.ts';
import { UpstreamTally } from '../upstream/usage.ts';
import { answersOf } from './replica-rows.ts';
import { BulkCall, type WaitingById } from './batch.ts';
import { type AnsweredEntities, type Found, readEntities } from './read-batch.ts';
import { ReplicatedReads } from './replica-lookup.ts';
import type { Resource } from '../datasources/resource.ts';
import type { Freshness, SharingMeans } from './loading-options.ts';

/**
 * What a byte of an answer costs in resident memory, as it came and once objects are made of it: more than it takes itself,
 * for the garbage collector lets the heap grow to a multiple of what lives long.
 */
const PACKED_BYTES = 4;
const UNPACKED_BYTES = 8;
/** And what is noted of an answer, and of each entity in it, however small they are. */
const BYTES_PER_ANSWER = 4_000;
const BYTES_PER_ENTITY = 200;
/** An id that is not known may be known soon: it has been created just now. */
const LONGEST_ABSENCE_MS = 10_000;
/** What was asked for anew without success is not asked for again at once. */
const REFRESH_PAUSE_MS = 1_000;
/** While it is found out whether others have asked anew, nobody else has to. */
const LOOKING_PAUSE_MS = 100;

const nobodyLeaves = new AbortController().signal;

/** What one identity's requests share of one resource. */
export class Stock<Entity, Part extends string = never> {
  readonly resource: Resource<Entity, Part>;
  readonly #identity: UpstreamIdentity;
  readonly #means: SharingMeans;
  readonly #kept: Shelf<Entity>;
  readonly #lookups: LookupCounts | null;
  /** Where other processes show what they have read; null where there is nothing of the kind. */
  readonly #elsewhere: ReplicatedShelf | null;
  readonly #replicated: ReplicatedReads<Entity, Part> | null;
  /** Calls under way and to be made, by the parts that they ask for. */
  #calls: Calls<Entity>[] = [];
  #refreshFromMs = 0;
  #isDropped = false;

  constructor(
    resource: Resource<Entity, Part>,
    scope: string,
    identity: UpstreamIdentity,
    means: SharingMeans,
  ) {
    this.resource = resource;
    this.#identity = identity;
    this.#means = means;
    this.#kept = new Shelf(identity, resource.lifetime === 'live' ? means.lists : means.entities);
    this.#lookups = means.lookups?.of(resource.gives) ?? null;
    this.#elsewhere = means.secondLevel?.shelfOf(identity, resource, scope) ?? null;
    this.#replicated = this.#elsewhere && this.#readsBeyond(this.#elsewhere);
  }

  get isIdle(): boolean {
    return (
      this.#kept.isEmpty &&
      this.#calls.every(({ underWay }) => underWay.length === 0) &&
      (this.#replicated?.isIdle ?? true)
    );
  }

  /** Nothing that was read, or is being read, is shown to anybody who asks from now on. */
  drop(): void {
    this.#isDropped = true;
    this.#kept.clear();
    this.#calls = [];
  }

  /**
   * Looks up what is kept of an id with these parts, if it may still be shown and is no older than `maxAgeMs`: at this moment,
   * and so not for longer than a tick. What is nearly too old is asked for anew in the background, on behalf of the one who
   * asks now. Null when nothing may be shown.
   */
  recaller(
    asker: Asker,
    parts: readonly Part[],
    maxAgeMs = Infinity,
  ): ((id: string) => Entity | null | undefined) | null {
    if (this.#kept.isEmpty) return null;
    const nowMs = performance.now();
    if (!this.#means.proofs.isProven(this.#identity, nowMs)) return null;
    const { freshMs, staleMs } = this.#freshness(parts);
    const usableMs = Math.min(freshMs + staleMs, maxAgeMs);
    return (id) => {
      const kept = this.#kept.find(id, parts);
      if (kept === undefined) return undefined;
      const ageMs = nowMs - kept.readAtMs;
      if (ageMs >= usableMs) return undefined;
      const entity = kept.use(id);
      if (entity === null && ageMs >= LONGEST_ABSENCE_MS) return undefined;
      const isStale = ageMs >= freshMs;
      if (isStale) this.#refreshSoon(asker, id, parts, nowMs);
      if (this.#lookups !== null) this.#lookups[isStale ? 'stale' : 'fresh'] += 1;
      asker.tally.kept(this.resource.gives, ageMs);
      return entity;
    };
  }

  /**
   * What is found of the ids, each from a call under way that asks for it or else by one that is made now; where it is shared
   * with other processes, from what they show. What is not in the map is not known to the upstream. Rejects only for defects of
   * our own.
   */
  load(
    asker: Asker,
    ids: readonly string[],
    parts: readonly Part[],
    waiting: WaitingById,
    maxAgeMs = Infinity,
  ): Promise<ReadonlyMap<string, Found<Entity>>> {
    const ask = (some: readonly string[]) => {
      if (this.#lookups !== null) this.#lookups.missing += some.length;
      return this.#read(asker, some, parts, waiting);
    };
    if (!this.#replicated?.isThere || this.#usableMs(parts) <= 0) return ask(ids);
    const askedAtMs = performance.now();
    return this.#replicated.load(
      asker,
      ids,
      parts,
      maxAgeMs,
      (some) => this.#unlessKeptSince(askedAtMs, some, parts, ask),
      (id, readAtMs) => {
        const nowMs = performance.now();
        if (this.#lookups !== null) this.#lookups.replicated += 1;
        asker.tally.kept(this.resource.gives, nowMs - readAtMs);
        if (nowMs - readAtMs >= this.#freshness(parts).freshMs) this.#refreshSoon(asker, id, parts, nowMs);
      },
    );
  }

  /** Asks for what has not come meanwhile, while it was looked for elsewhere. */
  async #unlessKeptSince(
    sinceMs: number,
    ids: readonly string[],
    parts: readonly Part[],
    ask: (ids: readonly string[]) => Promise<ReadonlyMap<string, Found<Entity>>>,
  ): Promise<ReadonlyMap<string, Found<Entity>>> {
    const come = new Map<string, Found<Entity>>();
    for (const id of ids) {
      const kept = this.#kept.find(id, parts);
      if (kept !== undefined && kept.readAtMs >= sinceMs) come.set(id, kept.use(id));
    }
    if (come.size === 0) return ask(ids);
    const rest = ids.filter((id) => !come.has(id));
    return rest.length === 0 ? come : new Map([...come, ...(await ask(rest))]);
  }

  async #read(
    asker: Asker,
    ids: readonly string[],
    parts: readonly Part[],
    waiting: WaitingById,
  ): Promise<ReadonlyMap<string, Found<Entity>>> {
    const idsByCall = this.#callsFor(asker, ids, parts);
    if (idsByCall.size === 1) for (const [call] of idsByCall) return this.#join(call, asker, ids, waiting);
    const found = new Map<string, Found<Entity>>();
    await Promise.all(
      [...idsByCall].map(async ([call, some]) => {
        const result = await this.#join(call, asker, some, waiting);
        for (const id of some) found.set(id, result.get(id) ?? null);
      }),
    );
    return found;
  }

  async #join(
    call: BulkCall<Entity>,
    asker: Asker,
    ids: readonly string[],
    waiting: WaitingById,
  ): Promise<ReadonlyMap<string, Found<Entity>>> {
    try {
      return await call.join(asker, ids, waiting);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const reason = error.resource === undefined ? error.of(this.resource.name) : error;
      return new Map(ids.map((id) => [id, new UnknownValueError(reason, this.resource.type, id)]));
    }
  }

  /** For each id the call under way, or to be made, that asks for it with at least these parts. */
  #callsFor(
    asker: Asker,
    ids: readonly string[],
    parts: readonly Part[],
  ): ReadonlyMap<BulkCall<Entity>, readonly string[]> {
    const joinable = this.#joinable(asker, parts);
    // As nearly always.
    if (joinable.length === 0 && ids.length <= this.#most) return new Map([[this.#newCall(ids, parts), ids]]);
    const idsByCall = new Map<BulkCall<Entity>, string[]>();
    let some: string[] = [];
    let latest: BulkCall<Entity> | null = null;
    for (const id of ids) {
      const call = carrierOf(id, joinable) ?? this.#toBeMade(id, parts);
      if (call !== latest) {
        latest = call;
        some = idsByCall.get(call) ?? [];
        idsByCall.set(call, some);
      }
      some.push(id);
    }
    return idsByCall;
  }

  #joinable(asker: Asker, parts: readonly Part[]): BulkCall<Entity>[] {
    const latestMs = performance.now() - this.#means.proofMs;
    const joinable: BulkCall<Entity>[] = [];
    for (const calls of this.#calls) {
      if (calls.underWay.length === 0 || !parts.every((part) => calls.parts.includes(part))) continue;
      for (const call of calls.underWay) {
        if (call.isGivenUp) continue;
        // However old: it is one of the very request that asks.
        const isProven = call.sentAtMs === null || call.sentAtMs >= latestMs || call.isAwaitedBy(asker);
        if (isProven) joinable.push(call);
      }
    }
    return joinable;
  }

  #toBeMade(id: string, parts: readonly Part[]): BulkCall<Entity> {
    const { next } = this.#callsWith(parts);
    if (!next?.isOpen) return this.#newCall([id], parts);
    next.add(id);
    return next;
  }

  /** How many ids one call can carry. */
  get #most(): number {
    return Math.min(this.resource.maxIds, this.#means.batchSize);
  }

  #callsWith(parts: readonly Part[]): Calls<Entity> {
    let calls = this.#calls.find((other) => isSame(other.parts, parts));
    if (calls === undefined) {
      calls = { parts, underWay: [], next: null, stale: null };
      this.#calls.push(calls);
    }
    return calls;
  }

  /** A call that is made when whatever else happens at this moment has added its ids. */
  #newCall(ids: readonly string[], parts: readonly Part[]): BulkCall<Entity> {
    const { resource } = this;
    const calls = this.#callsWith(parts);
    const call = new BulkCall<Entity>(ids, this.#most, () => {
      if (calls.next === call) calls.next = null;
      const at = calls.underWay.indexOf(call);
      if (at !== -1) calls.underWay.splice(at, 1);
    });
    calls.underWay.push(call);
    calls.next = call;
    setImmediate(() =>
      call.make(resource.name, (maker, shared) =>
        readEntities(resource, () => call.seal(), parts, {
          read: (facts, write) => this.#means.read(maker, shared, { ...facts, written: once(write) }),
          budget: maker.budget,
          onAnswer: (answered) => this.#keep(answered, parts),
        }),
      ),
    );
    return call;
  }

  #keep(answered: AnsweredEntities<Entity>, parts: readonly Part[]): void {
    const longestMs = this.#longestMs();
    if (longestMs <= 0) return;
    const { entities, again, bytes, release } = answered;
    // Before the bytes are somebody's who may give them back.
    this.#show(answered, parts);
    this.#put([...entities.keys()], parts, performance.now(), { unpack: again, release, bytes });
  }

  #put(
    ids: readonly string[],
    parts: readonly Part[],
    readAtMs: number,
    { unpack, release, bytes }: Pick<Packed<Entity>, 'unpack' | 'release'> & { readonly bytes: number },
  ): void {
    const notedBytes = BYTES_PER_ANSWER + ids.length * BYTES_PER_ENTITY;
    this.#kept.keep({
      ids,
      parts,
      readAtMs,
      expiresAtMs: readAtMs + this.#longestMs(),
      unpack,
      release,
      packedBytes: bytes * PACKED_BYTES + notedBytes,
      unpackedBytes: bytes * UNPACKED_BYTES + notedBytes,
    });
  }

  /** Shows an answer to other processes: with the parts that were asked for, and as what it is to whoever wants none. */
  #show({ answer, rows }: AnsweredEntities<Entity>, parts: readonly Part[]): void {
    if (!this.#elsewhere?.isThere || this.#isDropped) return;
    const read = {
      rows: rows(),
      status: answer?.status ?? 404,
      correlationId: answer?.correlationId,
      absenceMs: LONGEST_ABSENCE_MS,
    };
    for (const shown of parts.length === 0 ? [parts] : [parts, []]) {
      const lifeMs = this.#usableMs(shown);
      if (lifeMs > 0) this.#elsewhere.show({ ...read, parts: shown, lifeMs: Math.ceil(lifeMs) });
    }
  }

  #readsBeyond(shelf: ReplicatedShelf): ReplicatedReads<Entity, Part> {
    const { resource } = this;
    return new ReplicatedReads({
      type: resource.type,
      shelf,
      usableMs: (parts, isAbsent) => {
        const { freshMs, staleMs } = this.#freshness(parts);
        return Math.min(freshMs + staleMs, isAbsent ? LONGEST_ABSENCE_MS : Infinity);
      },
      adopt: (rows, parts) => this.#adopt(rows, parts),
      refresh: async () => {
        if (resource.lifetime === 'live') await this.#means.refreshQuota(this.#identity);
      },
      underWay: (asker, parts) => {
        const joinable = this.#joinable(asker, parts);
        return (id) => carrierOf(id, joinable) !== undefined;
      },
    });
  }

  /** Keeps rows that another process has read as if they had been read here, and gives what they are. */
  #adopt(
    rows: ReadonlyMap<string, ReplicatedRow>,
    parts: readonly Part[],
  ): ReadonlyMap<string, Entity | null> {
    const entities = new Map<string, Entity | null>();
    for (const { ids, readAtMs, unpack, bytes } of answersOf(this.resource, rows)) {
      for (const [id, entity] of unpack()) entities.set(id, entity);
      // What was read here since is not replaced.
      const older = ids.filter(
        (id) => entities.has(id) && (this.#kept.find(id, parts)?.readAtMs ?? -Infinity) < readAtMs,
      );
      this.#put(older, parts, readAtMs, { unpack, release: () => undefined, bytes });
    }
    return entities;
  }

  /** Notes what is to be asked for anew: all that is found stale in the same tick is asked for together. */
  #refreshSoon(asker: Asker, id: string, parts: readonly Part[], nowMs: number): void {
    if (nowMs < this.#refreshFromMs || asker.budget.left <= 0) return;
    for (const { underWay } of this.#calls) if (underWay.some((call) => call.carries(id))) return;
    const calls = this.#callsWith(parts);
    if (calls.stale === null) {
      calls.stale = new Set();
      queueMicrotask(() => void this.#refresh(asker, calls, parts));
    }
    calls.stale.add(id);
  }

  /** Asks anew for what can still be shown meanwhile. What comes of it is kept; a failure changes nothing. */
  async #refresh(
    { identity, caller, budget, trace }: Asker,
    calls: Calls<Entity>,
    parts: readonly Part[],
  ): Promise<void> {
    const ids = [...(calls.stale ?? [])];
    calls.stale = null;
    const deadline = deadlineIn(this.#means.refreshMs, nobodyLeaves);
    let hasFailed = true;
    try {
      const asker = { identity, caller, budget, tally: new UpstreamTally(), trace, deadline };
      hasFailed = !(await this.#refreshed(asker, ids, parts));
    } finally {
      if (hasFailed) this.#refreshFromMs = performance.now() + REFRESH_PAUSE_MS;
    }
  }

  /** Asks for what nobody else has asked for anew, or is about to. False where something could not be found out. */
  async #refreshed(asker: Asker, stale: readonly string[], parts: readonly Part[]): Promise<boolean> {
    let ids = stale;
    let claim: Claim | null = null;
    if (this.#replicated?.isThere === true) {
      this.#refreshFromMs = performance.now() + LOOKING_PAUSE_MS;
      const { freshMs } = this.#freshness(parts);
      ({ ids, claim } = await this.#replicated.refreshable(stale, parts, freshMs));
      if (ids.length === 0) return true;
    }
    const reading = this.#read(asker, ids, parts, null);
    claim?.until(reading);
    const found = await reading;
    return !ids.some((id) => found.get(id) instanceof Error);
  }

  #usableMs(parts: readonly Part[]): number {
    // A list may be shown for longer by whoever is short of quota.
    if (this.resource.lifetime === 'live') return this.#means.listMs;
    const { freshMs, staleMs } = this.#freshness(parts);
    return freshMs + staleMs;
  }

  /** As long as the one of the parts that changes fastest. */
  #freshness(parts: readonly Part[]): Freshness {
    let { freshMs, staleMs } = this.#means.freshnessOf(this.resource.lifetime, this.#identity);
    for (const part of this.resource.parts) {
      if (part.lifetime === undefined || !parts.includes(part.name)) continue;
      const ofPart = this.#means.freshnessOf(part.lifetime, this.#identity);
      freshMs = Math.min(freshMs, ofPart.freshMs);
      staleMs = Math.min(staleMs, ofPart.staleMs);
    }
    return { freshMs, staleMs };
  }

  /** When what is read now is of no use any more to whoever wants no parts of it. */
  #longestMs(): number {
    return this.#usableMs([]);
  }
}

function carrierOf<Entity>(id: string, calls: readonly BulkCall<Entity>[]): BulkCall<Entity> | undefined {
  return calls.length === 0 ? undefined : calls.find((call) => call.carries(id));
}

/** Written once, however often it is sent. */
function once(write: () => UpstreamRequest): () => WrittenRequest {
  let text: WrittenRequest | undefined;
  return () => (text ??= written(write()));
}

interface Calls<Entity> {
  readonly parts: readonly string[];
  /** With the one that is still to be made. */
  readonly underWay: BulkCall<Entity>[];
  /** The one that is still to be made, while ids can go with it. */
  next: BulkCall<Entity> | null;
  /** What is to be asked for anew with these parts, if anything is. */
  stale: Set<string> | null;
}
