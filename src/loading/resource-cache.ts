import type { ByteLru } from '../cache/byte-lru.ts';
import { EntityCache, type Packed } from '../cache/entity-cache.ts';
import { NEGATIVE_TTL_MS } from '../cache/freshness.ts';
import type { ReplicaRow, ReplicaStore } from '../cache/replica-store.ts';
import type { Resource } from '../datasources/resource.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { Clock } from '../lib/clock.ts';
import { Cancellation } from '../lib/signal.ts';
import { LARGE_BYTES, Slices } from '../lib/slices.ts';
import type { Turns } from '../lib/turns.ts';
import type { AnsweredEntities } from './read-batch.ts';
import { answersOf } from './replica-rows.ts';
import type { ResourceFreshness } from './resource-freshness.ts';

/**
 * Resident memory per byte of an answer, as bytes and once its entities are made. More than the byte itself, because the
 * garbage collector lets the heap grow to a multiple of what lives long.
 */
const PACKED_BYTES = 4;
const UNPACKED_BYTES = 8;
/** Largest answer that is shared with other processes: larger ones would be encoded and decoded in one go, for too long. */
const MOST_SHARED_BYTES = 4 * 1024 * 1024;
/** Overhead of an answer, and of each entity in it, however small they are. */
const BYTES_PER_ANSWER = 4_000;
const BYTES_PER_ENTITY = 200;

const nobodyLeaves = new Cancellation();

interface ResourceCacheOptions<Entity, Expand extends string> {
  readonly resource: Resource<Entity, Expand>;
  readonly identity: UpstreamIdentity;
  readonly answers: ByteLru;
  readonly freshness: ResourceFreshness<Expand>;
  /** Store in which answers are shared with other processes; null without one. */
  readonly store: ReplicaStore | null;
  readonly clock: Clock;
  readonly turns: Turns;
}

/** Cache of one resource's entities for one identity, filled from answers of the upstream and rows of other processes. */
export class ResourceCache<Entity, Expand extends string> extends EntityCache<Entity> {
  readonly #options: ResourceCacheOptions<Entity, Expand>;

  constructor(options: ResourceCacheOptions<Entity, Expand>) {
    super(options.identity, options.answers);
    this.#options = options;
  }

  /** Keeps an answer of the upstream, and shares it with other processes. */
  keep(answered: AnsweredEntities<Entity>, expand: readonly Expand[]): void {
    const { clock, freshness } = this.#options;
    if (freshness.longestMs([]) <= 0) return;
    // Published first: the cache may release the bytes.
    this.#publish(answered, expand);
    const { entities, again, bytes, release } = answered;
    this.#put([...entities.keys()], expand, clock.now(), { unpack: again, release, bytes });
  }

  /** Keeps rows that another process has read as if they had been read here; gives their entities. */
  async adopt(
    rows: ReadonlyMap<string, ReplicaRow>,
    expand: readonly Expand[],
  ): Promise<Map<string, Entity | null>> {
    const { resource, clock, turns } = this.#options;
    const entities = new Map<string, Entity | null>();
    for (const { ids, readAtMs, unpack, unpackInSlices, bytes } of answersOf(resource, rows, clock)) {
      const isLarge = bytes > LARGE_BYTES;
      // oxlint-disable-next-line eslint/no-await-in-loop -- nearly always one
      const found = isLarge ? await unpackInSlices(new Slices(turns, nobodyLeaves)) : unpack();
      for (const [id, entity] of found) entities.set(id, entity);
      // Later reads of this process are not replaced.
      const older = ids.filter(
        (id) => entities.has(id) && (this.get(id, expand)?.readAtMs ?? -Infinity) < readAtMs,
      );
      this.#put(older, expand, readAtMs, {
        unpack: isLarge ? () => found : unpack,
        release: () => undefined,
        bytes,
      });
    }
    return entities;
  }

  #put(
    ids: readonly string[],
    expand: readonly Expand[],
    readAtMs: number,
    { unpack, release, bytes }: Pick<Packed<Entity>, 'unpack' | 'release'> & { readonly bytes: number },
  ): void {
    const notedBytes = BYTES_PER_ANSWER + ids.length * BYTES_PER_ENTITY;
    const unpackedBytes = bytes * UNPACKED_BYTES + notedBytes;
    this.set({
      ids,
      expand,
      readAtMs,
      // Lookups without `expand` use an answer for the longest time.
      expiresAtMs: readAtMs + this.#options.freshness.longestMs([]),
      unpack,
      release,
      // Entities of a large answer are kept from the beginning.
      packedBytes: bytes > LARGE_BYTES ? unpackedBytes : bytes * PACKED_BYTES + notedBytes,
      unpackedBytes,
    });
  }

  /** Shares an answer with other processes, under its `expand` and under none, for lookups without `expand`. */
  #publish({ answer, bytes, rows }: AnsweredEntities<Entity>, expand: readonly Expand[]): void {
    const { store, freshness } = this.#options;
    if (!store?.isAvailable || this.isCleared || bytes > MOST_SHARED_BYTES) return;
    const read = {
      rows: rows(),
      status: answer?.status ?? 404,
      correlationId: answer?.correlationId,
      negativeTtlMs: NEGATIVE_TTL_MS,
    };
    for (const shown of expand.length === 0 ? [expand] : [expand, []]) {
      const ttlMs = freshness.longestMs(shown);
      if (ttlMs > 0) store.set({ ...read, expand: shown, ttlMs: Math.ceil(ttlMs) });
    }
  }
}
