import type { LookupCounts } from '../cache/lookup-counts.ts';
import type { Lease, ReplicaRow, ReplicaStore } from '../cache/replica-store.ts';
import { isSameExpand, type Packed, EntityCache } from '../cache/entity-cache.ts';
import { UnknownValueError, UpstreamError } from '../errors.ts';
import { deadlineIn } from '../lib/deadline.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { RequestScope } from '../upstream/client.ts';
import { type UpstreamRequest, serialize, type SerializedRequest } from '../upstream/request.ts';
import { UpstreamUsage } from '../upstream/usage.ts';
import { answersOf } from './replica-rows.ts';
import { Batch, type WaitingById } from './batch.ts';
import { type AnsweredEntities, type Found, type FoundById, readBatch } from './read-batch.ts';
import { ReplicaLookup } from './replica-lookup.ts';
import type { Resource } from '../datasources/resource.ts';
import type { LoadingOptions } from './loading-options.ts';
import { type Freshness, NEGATIVE_TTL_MS } from '../cache/freshness.ts';

/**
 * Resident memory per byte of an answer, as bytes and once its entities are made. More than the byte itself, because the
 * garbage collector lets the heap grow to a multiple of what lives long.
 */
const PACKED_BYTES = 4;
const UNPACKED_BYTES = 8;
/** Overhead of an answer, and of each entity in it, however small they are. */
const BYTES_PER_ANSWER = 4_000;
const BYTES_PER_ENTITY = 200;
/** Pause after a revalidation that failed. */
const REVALIDATION_PAUSE_MS = 1_000;
/** Pause of further revalidations while one asks the replica store. */
const LOOKUP_PAUSE_MS = 100;

const nobodyLeaves = new AbortController().signal;

/** Entities of one resource that one identity's requests share. */
export class EntitySource<Entity, Expand extends string = never> {
  readonly resource: Resource<Entity, Expand>;
  readonly #identity: UpstreamIdentity;
  readonly #options: LoadingOptions;
  readonly #cache: EntityCache<Entity>;
  readonly #lookups: LookupCounts | null;
  /** Rows that other processes have read; null without a replica store. */
  readonly #replicaStore: ReplicaStore | null;
  readonly #replicaLookup: ReplicaLookup<Entity, Expand> | null;
  /** Batches under way and to be made, by `expand`. */
  #batches: BatchesByExpand<Entity>[] = [];
  #revalidateFromMs = 0;
  #isDropped = false;

  constructor(
    resource: Resource<Entity, Expand>,
    scope: string,
    identity: UpstreamIdentity,
    options: LoadingOptions,
  ) {
    this.resource = resource;
    this.#identity = identity;
    this.#options = options;
    this.#cache = new EntityCache(identity, resource.ttl === 'live' ? options.lists : options.entities);
    this.#lookups = options.lookups?.of(resource.resultType) ?? null;
    this.#replicaStore = options.replicaStores?.of(identity, resource, scope) ?? null;
    this.#replicaLookup = this.#replicaStore && this.#createReplicaLookup(this.#replicaStore);
  }

  get isIdle(): boolean {
    return (
      this.#cache.isEmpty &&
      this.#batches.every(({ underWay }) => underWay.length === 0) &&
      (this.#replicaLookup?.isIdle ?? true)
    );
  }

  /** Hides what was read, or is being read, from all later lookups and loads. */
  drop(): void {
    this.#isDropped = true;
    this.#cache.clear();
    this.#batches = [];
  }

  /**
   * Lookup of cached entities with at least this `expand`, no older than `maxAgeMs`. Valid for this tick only. Undefined for
   * an id that has to be loaded. Stale entities are revalidated in the background, on behalf of this request. Null instead
   * of a lookup when nothing may be shown.
   */
  lookup(
    requestScope: RequestScope,
    expand: readonly Expand[],
    maxAgeMs = Infinity,
  ): ((id: string) => Entity | null | undefined) | null {
    if (this.#cache.isEmpty) return null;
    const nowMs = performance.now();
    if (!this.#options.credentialChecks.isFresh(this.#identity, nowMs)) return null;
    const { freshMs, staleMs } = this.#freshness(expand);
    const usableMs = Math.min(freshMs + staleMs, maxAgeMs);
    return (id) => {
      const kept = this.#cache.get(id, expand);
      if (kept === undefined) return undefined;
      const ageMs = nowMs - kept.readAtMs;
      if (ageMs >= usableMs) return undefined;
      const entity = kept.use(id);
      if (entity === null && ageMs >= NEGATIVE_TTL_MS) return undefined;
      const isStale = ageMs >= freshMs;
      if (isStale) this.#revalidateSoon(requestScope, id, expand, nowMs);
      if (this.#lookups !== null) this.#lookups[isStale ? 'stale' : 'fresh'] += 1;
      requestScope.usage.kept(this.resource.resultType, ageMs);
      return entity;
    };
  }

  /**
   * Results of the ids: from the replica store when it is available, or from a batch, joined when one already asks for it.
   * An id missing from the map is unknown to the upstream. Rejects only for defects of the gateway.
   */
  load(
    requestScope: RequestScope,
    ids: readonly string[],
    expand: readonly Expand[],
    waiting: WaitingById,
    maxAgeMs = Infinity,
  ): Promise<FoundById<Entity>> {
    const ask = (some: readonly string[]) => {
      if (this.#lookups !== null) this.#lookups.missing += some.length;
      return this.#read(requestScope, some, expand, waiting);
    };
    if (!this.#replicaLookup?.isAvailable || this.#usableMs(expand) <= 0) return ask(ids);
    const askedAtMs = performance.now();
    return this.#replicaLookup.load(
      requestScope,
      ids,
      expand,
      maxAgeMs,
      (some) => this.#unlessCachedSince(askedAtMs, some, expand, ask),
      (id, readAtMs) => {
        const nowMs = performance.now();
        if (this.#lookups !== null) this.#lookups.replicated += 1;
        requestScope.usage.kept(this.resource.resultType, nowMs - readAtMs);
        if (nowMs - readAtMs >= this.#freshness(expand).freshMs)
          this.#revalidateSoon(requestScope, id, expand, nowMs);
      },
    );
  }

  /** Calls `ask` for the ids that were not cached since `sinceMs`, while the replica lookup ran. */
  async #unlessCachedSince(
    sinceMs: number,
    ids: readonly string[],
    expand: readonly Expand[],
    ask: (ids: readonly string[]) => Promise<FoundById<Entity>>,
  ): Promise<FoundById<Entity>> {
    const come = new Map<string, Found<Entity>>();
    for (const id of ids) {
      const kept = this.#cache.get(id, expand);
      if (kept !== undefined && kept.readAtMs >= sinceMs) come.set(id, kept.use(id));
    }
    if (come.size === 0) return ask(ids);
    const rest = ids.filter((id) => !come.has(id));
    return rest.length === 0 ? come : new Map([...come, ...(await ask(rest))]);
  }

  async #read(
    requestScope: RequestScope,
    ids: readonly string[],
    expand: readonly Expand[],
    waiting: WaitingById,
  ): Promise<FoundById<Entity>> {
    const idsByBatch = this.#batchesFor(requestScope, ids, expand);
    if (idsByBatch.size === 1)
      for (const [batch] of idsByBatch) return this.#join(batch, requestScope, ids, waiting);
    const found = new Map<string, Found<Entity>>();
    await Promise.all(
      [...idsByBatch].map(async ([batch, some]) => {
        const result = await this.#join(batch, requestScope, some, waiting);
        for (const id of some) found.set(id, result.get(id) ?? null);
      }),
    );
    return found;
  }

  async #join(
    batch: Batch<Entity>,
    requestScope: RequestScope,
    ids: readonly string[],
    waiting: WaitingById,
  ): Promise<FoundById<Entity>> {
    try {
      return await batch.join(requestScope, ids, waiting);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const reason = error.resource === undefined ? error.of(this.resource.name) : error;
      return new Map(ids.map((id) => [id, new UnknownValueError(reason, this.resource.type, id)]));
    }
  }

  /** Ids by the batch under way, or to be made, that asks for them with at least this `expand`. */
  #batchesFor(
    requestScope: RequestScope,
    ids: readonly string[],
    expand: readonly Expand[],
  ): ReadonlyMap<Batch<Entity>, readonly string[]> {
    const joinable = this.#joinable(requestScope, expand);
    // Fast path, nearly always taken.
    if (joinable.length === 0 && ids.length <= this.#maxSize)
      return new Map([[this.#openBatch(ids, expand), ids]]);
    const idsByBatch = new Map<Batch<Entity>, string[]>();
    let some: string[] = [];
    let latest: Batch<Entity> | null = null;
    for (const id of ids) {
      const batch = carrierOf(id, joinable) ?? this.#openBatchFor(id, expand);
      if (batch !== latest) {
        latest = batch;
        some = idsByBatch.get(batch) ?? [];
        idsByBatch.set(batch, some);
      }
      some.push(id);
    }
    return idsByBatch;
  }

  #joinable(requestScope: RequestScope, expand: readonly Expand[]): Batch<Entity>[] {
    const latestMs = performance.now() - this.#options.proofMs;
    const joinable: Batch<Entity>[] = [];
    for (const batches of this.#batches) {
      if (batches.underWay.length === 0 || !expand.every((part) => batches.expand.includes(part))) continue;
      for (const batch of batches.underWay) {
        if (batch.isGivenUp) continue;
        // A batch that this request already waits for is joined at any age.
        const isProven =
          batch.sentAtMs === null || batch.sentAtMs >= latestMs || batch.isFollowedBy(requestScope);
        if (isProven) joinable.push(batch);
      }
    }
    return joinable;
  }

  #openBatchFor(id: string, expand: readonly Expand[]): Batch<Entity> {
    const { next } = this.#batchesWith(expand);
    if (!next?.isOpen) return this.#openBatch([id], expand);
    next.add(id);
    return next;
  }

  get #maxSize(): number {
    return Math.min(this.resource.maxIds, this.#options.batchSize);
  }

  #batchesWith(expand: readonly Expand[]): BatchesByExpand<Entity> {
    let batches = this.#batches.find((other) => isSameExpand(other.expand, expand));
    if (batches === undefined) {
      batches = { expand, underWay: [], next: null, stale: null };
      this.#batches.push(batches);
    }
    return batches;
  }

  /** New batch, made once the rest of this tick has added its ids. */
  #openBatch(ids: readonly string[], expand: readonly Expand[]): Batch<Entity> {
    const { resource } = this;
    const batches = this.#batchesWith(expand);
    const batch = new Batch<Entity>(ids, this.#maxSize, () => {
      if (batches.next === batch) batches.next = null;
      const at = batches.underWay.indexOf(batch);
      if (at !== -1) batches.underWay.splice(at, 1);
    });
    batches.underWay.push(batch);
    batches.next = batch;
    setImmediate(() =>
      batch.make(resource.name, (maker, shared) =>
        readBatch(resource, () => batch.close(), expand, {
          read: (facts, write) => this.#options.read(maker, shared, { ...facts, serialize: once(write) }),
          budget: maker.budget,
          onAnswer: (answered) => this.#keep(answered, expand),
        }),
      ),
    );
    return batch;
  }

  #keep(answered: AnsweredEntities<Entity>, expand: readonly Expand[]): void {
    const longestMs = this.#longestMs();
    if (longestMs <= 0) return;
    const { entities, again, bytes, release } = answered;
    // Published first: the cache may release the bytes.
    this.#publish(answered, expand);
    this.#put([...entities.keys()], expand, performance.now(), { unpack: again, release, bytes });
  }

  #put(
    ids: readonly string[],
    expand: readonly Expand[],
    readAtMs: number,
    { unpack, release, bytes }: Pick<Packed<Entity>, 'unpack' | 'release'> & { readonly bytes: number },
  ): void {
    const notedBytes = BYTES_PER_ANSWER + ids.length * BYTES_PER_ENTITY;
    this.#cache.set({
      ids,
      expand,
      readAtMs,
      expiresAtMs: readAtMs + this.#longestMs(),
      unpack,
      release,
      packedBytes: bytes * PACKED_BYTES + notedBytes,
      unpackedBytes: bytes * UNPACKED_BYTES + notedBytes,
    });
  }

  /** Shares an answer with other processes, under its `expand` and under none, for lookups without `expand`. */
  #publish({ answer, rows }: AnsweredEntities<Entity>, expand: readonly Expand[]): void {
    if (!this.#replicaStore?.isAvailable || this.#isDropped) return;
    const read = {
      rows: rows(),
      status: answer?.status ?? 404,
      correlationId: answer?.correlationId,
      negativeTtlMs: NEGATIVE_TTL_MS,
    };
    for (const shown of expand.length === 0 ? [expand] : [expand, []]) {
      const ttlMs = this.#usableMs(shown);
      if (ttlMs > 0) this.#replicaStore.set({ ...read, expand: shown, ttlMs: Math.ceil(ttlMs) });
    }
  }

  #createReplicaLookup(store: ReplicaStore): ReplicaLookup<Entity, Expand> {
    const { resource } = this;
    return new ReplicaLookup({
      type: resource.type,
      store,
      usableMs: (expand, isAbsent) => {
        const { freshMs, staleMs } = this.#freshness(expand);
        return Math.min(freshMs + staleMs, isAbsent ? NEGATIVE_TTL_MS : Infinity);
      },
      adopt: (rows, expand) => this.#adopt(rows, expand),
      refresh: async () => {
        if (resource.ttl === 'live') await this.#options.refreshQuota(this.#identity);
      },
      underWay: (requestScope, expand) => {
        const joinable = this.#joinable(requestScope, expand);
        return (id) => carrierOf(id, joinable) !== undefined;
      },
    });
  }

  /** Caches rows that another process has read as if they had been read here; gives their entities. */
  #adopt(
    rows: ReadonlyMap<string, ReplicaRow>,
    expand: readonly Expand[],
  ): ReadonlyMap<string, Entity | null> {
    const entities = new Map<string, Entity | null>();
    for (const { ids, readAtMs, unpack, bytes } of answersOf(this.resource, rows)) {
      for (const [id, entity] of unpack()) entities.set(id, entity);
      // Later reads of this process are not replaced.
      const older = ids.filter(
        (id) => entities.has(id) && (this.#cache.get(id, expand)?.readAtMs ?? -Infinity) < readAtMs,
      );
      this.#put(older, expand, readAtMs, { unpack, release: () => undefined, bytes });
    }
    return entities;
  }

  /** Schedules revalidation of an id; ids found stale in the same tick are revalidated together. */
  #revalidateSoon(requestScope: RequestScope, id: string, expand: readonly Expand[], nowMs: number): void {
    if (nowMs < this.#revalidateFromMs || requestScope.budget.left <= 0) return;
    for (const { underWay } of this.#batches) if (underWay.some((batch) => batch.carries(id))) return;
    const batches = this.#batchesWith(expand);
    if (batches.stale === null) {
      batches.stale = new Set();
      queueMicrotask(() => void this.#revalidate(requestScope, batches, expand));
    }
    batches.stale.add(id);
  }

  /** Reads stale ids again and caches the results. A failure changes nothing: stale entities may still be shown. */
  async #revalidate(
    { identity, caller, budget, trace }: RequestScope,
    batches: BatchesByExpand<Entity>,
    expand: readonly Expand[],
  ): Promise<void> {
    const ids = [...(batches.stale ?? [])];
    batches.stale = null;
    const deadline = deadlineIn(this.#options.clock, this.#options.refreshMs, nobodyLeaves);
    let hasFailed = true;
    try {
      const requestScope = { identity, caller, budget, usage: new UpstreamUsage(), trace, deadline };
      hasFailed = !(await this.#revalidated(requestScope, ids, expand));
    } finally {
      if (hasFailed) this.#revalidateFromMs = performance.now() + REVALIDATION_PAUSE_MS;
    }
  }

  /** Reads the ids that no other process has revalidated or leased. False when an id could not be read. */
  async #revalidated(
    requestScope: RequestScope,
    stale: readonly string[],
    expand: readonly Expand[],
  ): Promise<boolean> {
    let ids = stale;
    let lease: Lease | null = null;
    if (this.#replicaLookup?.isAvailable === true) {
      this.#revalidateFromMs = performance.now() + LOOKUP_PAUSE_MS;
      const { freshMs } = this.#freshness(expand);
      ({ ids, lease } = await this.#replicaLookup.revalidatable(stale, expand, freshMs));
      if (ids.length === 0) return true;
    }
    const reading = this.#read(requestScope, ids, expand, null);
    lease?.until(reading);
    const found = await reading;
    return !ids.some((id) => found.get(id) instanceof Error);
  }

  #usableMs(expand: readonly Expand[]): number {
    // Upper bound: lists may be shown longer where the quota runs short.
    if (this.resource.ttl === 'live') return this.#options.listMs;
    const { freshMs, staleMs } = this.#freshness(expand);
    return freshMs + staleMs;
  }

  /** Shortest freshness of the resource and of each part of `expand`. */
  #freshness(expand: readonly Expand[]): Freshness {
    let { freshMs, staleMs } = this.#options.freshnessOf(this.resource.ttl, this.#identity);
    for (const part of this.resource.expand) {
      if (part.ttl === undefined || !expand.includes(part.name)) continue;
      const ofPart = this.#options.freshnessOf(part.ttl, this.#identity);
      freshMs = Math.min(freshMs, ofPart.freshMs);
      staleMs = Math.min(staleMs, ofPart.staleMs);
    }
    return { freshMs, staleMs };
  }

  /** Longest time that an answer can be used, which is by lookups without `expand`. */
  #longestMs(): number {
    return this.#usableMs([]);
  }
}

function carrierOf<Entity>(id: string, batches: readonly Batch<Entity>[]): Batch<Entity> | undefined {
  return batches.length === 0 ? undefined : batches.find((batch) => batch.carries(id));
}

/** Serializes a call once, however often it is sent. */
function once(write: () => UpstreamRequest): () => SerializedRequest {
  let text: SerializedRequest | undefined;
  return () => (text ??= serialize(write()));
}

interface BatchesByExpand<Entity> {
  readonly expand: readonly string[];
  /** Includes the batch that is still to be made. */
  readonly underWay: Batch<Entity>[];
  /** Latest batch; takes more ids while it is open. */
  next: Batch<Entity> | null;
  /** Ids to revalidate; null when there are none. */
  stale: Set<string> | null;
}
