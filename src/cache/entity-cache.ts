import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { LruAnswer, ByteLru } from './byte-lru.ts';

/** Entities of one answer, still packed as the bytes of the answer. */
export interface Packed<Entity> {
  readonly ids: readonly string[];
  /** Expand values that the entities were read with. */
  readonly expand: readonly string[];
  /** Arrival of the answer, on the monotonic clock. */
  readonly readAtMs: number;
  readonly expiresAtMs: number;
  /** Creates the entities. */
  readonly unpack: () => ReadonlyMap<string, Entity | null>;
  /** Releases the bytes; `unpack` is not called any more. */
  readonly release: () => void;
  /** Approximate size in memory while packed. */
  readonly packedBytes: number;
  /** Approximate size in memory once unpacked. */
  readonly unpackedBytes: number;
}

/**
 * Cached entities of one answer. Most are never looked up: until the first lookup only the bytes of the answer are kept,
 * which take a fraction of the memory and of the garbage collector's time.
 */
export class CachedEntities<Entity> {
  readonly expand: readonly string[];
  readonly readAtMs: number;
  readonly #answers: ByteLru;
  readonly #kept: LruAnswer;
  readonly #unpackedBytes: number;
  /** Null once unpacked. */
  #packed: Pick<Packed<Entity>, 'unpack' | 'release'> | null;
  /** Number of ids that no later answer has superseded. */
  #latestOf: number;
  #entities: ReadonlyMap<string, Entity | null> = new Map();

  constructor(packed: Packed<Entity>, kept: LruAnswer, answers: ByteLru) {
    this.expand = packed.expand;
    this.readAtMs = packed.readAtMs;
    this.#answers = answers;
    this.#kept = kept;
    this.#unpackedBytes = packed.unpackedBytes;
    this.#packed = { unpack: packed.unpack, release: packed.release };
    this.#latestOf = packed.ids.length;
  }

  /** Null when the upstream does not know the id. Marks the answer as used just now. */
  use(id: string): Entity | null {
    this.#answers.touch(this.#kept);
    if (this.#packed !== null) {
      const entities = this.#packed.unpack();
      // Entities too large to keep are unpacked at each use: still cheaper than a call.
      if (!this.#answers.resize(this.#kept, this.#unpackedBytes)) return entities.get(id) ?? null;
      this.#entities = entities;
      this.release();
    }
    return this.#entities.get(id) ?? null;
  }

  /** Records that a later answer holds one of the ids. */
  supersede(): void {
    this.#latestOf -= 1;
    if (this.#latestOf === 0) this.remove();
  }

  remove(): void {
    this.#answers.remove(this.#kept);
  }

  /** Releases the packed bytes. */
  release(): void {
    this.#packed?.release();
    this.#packed = null;
  }
}

/** Cached entities that were read with the same expand values. */
class Layer<Entity> {
  readonly expand: readonly string[];
  /** The only answer, unindexed until a lookup or a second answer: most identities' answers are never looked up. */
  #first: { readonly ids: readonly string[]; readonly entities: CachedEntities<Entity> } | null = null;
  #byId: Map<string, CachedEntities<Entity>> | null = null;

  constructor(expand: readonly string[]) {
    this.expand = expand;
  }

  get isEmpty(): boolean {
    return this.#first === null && (this.#byId === null || this.#byId.size === 0);
  }

  find(id: string): CachedEntities<Entity> | undefined {
    return this.#sorted().get(id);
  }

  /** Supersedes earlier entities of these ids. */
  put(ids: readonly string[], entities: CachedEntities<Entity>): void {
    if (this.isEmpty) this.#first = { ids, entities };
    else putEach(this.#sorted(), ids, entities);
  }

  /** Removes those of the ids that still map to these entities. */
  forget(ids: readonly string[], entities: CachedEntities<Entity>): void {
    if (this.#first?.entities === entities) this.#first = null;
    else for (const id of ids) if (this.#byId?.get(id) === entities) this.#byId.delete(id);
  }

  clear(): void {
    this.#first?.entities.remove();
    for (const entities of new Set(this.#byId?.values())) entities.remove();
  }

  #sorted(): Map<string, CachedEntities<Entity>> {
    this.#byId ??= new Map();
    if (this.#first !== null) {
      const { ids, entities } = this.#first;
      this.#first = null;
      putEach(this.#byId, ids, entities);
    }
    return this.#byId;
  }
}

function putEach<Entity>(
  byId: Map<string, CachedEntities<Entity>>,
  ids: readonly string[],
  entities: CachedEntities<Entity>,
): void {
  for (const id of ids) {
    byId.get(id)?.supersede();
    byId.set(id, entities);
  }
}

/** Cached entities of one resource for one identity. */
export class EntityCache<Entity> {
  readonly #identity: UpstreamIdentity;
  readonly #answers: ByteLru;
  /** One layer per set of expand values. Entities with more values serve a lookup with fewer, never the reverse. */
  readonly #layers: Layer<Entity>[] = [];
  #isCleared = false;

  constructor(identity: UpstreamIdentity, answers: ByteLru) {
    this.#identity = identity;
    this.#answers = answers;
  }

  get isEmpty(): boolean {
    for (const layer of this.#layers) if (!layer.isEmpty) return false;
    return true;
  }

  /** True once cleared: answers are ignored from then on. */
  get isCleared(): boolean {
    return this.#isCleared;
  }

  /** Latest answer for an id that was read with all of these expand values, of any age. */
  get(id: string, expand: readonly string[]): CachedEntities<Entity> | undefined {
    let latest: CachedEntities<Entity> | undefined;
    for (const layer of this.#layers) {
      if (!expand.every((part) => layer.expand.includes(part))) continue;
      const kept = layer.find(id);
      if (kept !== undefined && (latest === undefined || kept.readAtMs > latest.readAtMs)) latest = kept;
    }
    return latest;
  }

  /** Keeps an answer. A cleared cache ignores it: answers of calls under way then must not be shown any more. */
  set(packed: Packed<Entity>): void {
    const { ids, expand, packedBytes, expiresAtMs } = packed;
    if (this.#isCleared || ids.length === 0) return;
    const layer = this.#layerOf(expand);
    const kept = this.#answers.add(this.#identity, {
      bytes: packedBytes,
      expiresAtMs,
      forget: () => {
        layer.forget(ids, entities);
        entities.release();
      },
    });
    if (kept === null) return;
    const entities = new CachedEntities(packed, kept, this.#answers);
    layer.put(ids, entities);
  }

  /** Removes all entities, and ignores the answers of calls still under way. */
  clear(): void {
    this.#isCleared = true;
    for (const layer of this.#layers) layer.clear();
  }

  #layerOf(expand: readonly string[]): Layer<Entity> {
    let layer = this.#layers.find((other) => isSameExpand(other.expand, expand));
    if (layer === undefined) {
      layer = new Layer(expand);
      this.#layers.push(layer);
    }
    return layer;
  }
}

/** True for the same values in any order; each value occurs once. */
export function isSameExpand(expand: readonly string[], others: readonly string[]): boolean {
  return expand.length === others.length && expand.every((part) => others.includes(part));
}
