import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { LruAnswer, ByteLru } from './byte-lru.ts';

/** What one answer says of some ids, to be kept. */
export interface Packed<Entity> {
  readonly ids: readonly string[];
  /** The expand that the entities were read with. */
  readonly expand: readonly string[];
  /** When the answer came, on the clock of `performance.now()`. */
  readonly readAtMs: number;
  readonly expiresAtMs: number;
  /** Makes the entities. */
  readonly unpack: () => ReadonlyMap<string, Entity | null>;
  /** Gives back what they are made from; they are not made again after that. */
  readonly release: () => void;
  /** About what it takes in memory. */
  readonly packedBytes: number;
  /** The same once the entities are made. */
  readonly unpackedBytes: number;
}

/**
 * The entities of one answer, as long as they are kept. Most are never asked for again: until the first is, the answer's bytes
 * are all that is kept, which takes a fraction of the room and of the garbage collector's time.
 */
export class CachedEntities<Entity> {
  readonly expand: readonly string[];
  readonly readAtMs: number;
  readonly #answers: ByteLru;
  readonly #kept: LruAnswer;
  readonly #unpackedBytes: number;
  /** Null once the entities are made. */
  #packed: Pick<Packed<Entity>, 'unpack' | 'release'> | null;
  /** How many of its ids no later answer has taken over. */
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

  /** Null for an id that the upstream does not know. It counts as used just now. */
  use(id: string): Entity | null {
    this.#answers.touch(this.#kept);
    if (this.#packed !== null) {
      const entities = this.#packed.unpack();
      // Where there is no room for them they are made again each time: still better than to ask anew.
      if (!this.#answers.resize(this.#kept, this.#unpackedBytes)) return entities.get(id) ?? null;
      this.#entities = entities;
      this.release();
    }
    return this.#entities.get(id) ?? null;
  }

  /** A later answer speaks of one of its ids. */
  supersede(): void {
    this.#latestOf -= 1;
    if (this.#latestOf === 0) this.remove();
  }

  remove(): void {
    this.#answers.remove(this.#kept);
  }

  /** Gives back what the entities are made from. */
  release(): void {
    this.#packed?.release();
    this.#packed = null;
  }
}

/** What was read with the same expand. */
class Layer<Entity> {
  readonly expand: readonly string[];
  /** The only answer, until somebody looks for an id or there is a second: most identities' answers are never asked for. */
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

  /** Takes the place of what there is of these ids. */
  put(ids: readonly string[], entities: CachedEntities<Entity>): void {
    if (this.isEmpty) this.#first = { ids, entities };
    else putEach(this.#sorted(), ids, entities);
  }

  /** Forgets those of the ids that still stand for these entities. */
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

/** What is kept of one resource for one identity. */
export class EntityCache<Entity> {
  readonly #identity: UpstreamIdentity;
  readonly #answers: ByteLru;
  /** By the expand that entities were read with: whoever wants fewer may have one with more, never the other way round. */
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

  /** The latest that was read of an id with all of these expand, however old. */
  get(id: string, expand: readonly string[]): CachedEntities<Entity> | undefined {
    let latest: CachedEntities<Entity> | undefined;
    for (const layer of this.#layers) {
      if (!expand.every((part) => layer.expand.includes(part))) continue;
      const kept = layer.find(id);
      if (kept !== undefined && (latest === undefined || kept.readAtMs > latest.readAtMs)) latest = kept;
    }
    return latest;
  }

  /** Keeps an answer. A shelf that was cleared meanwhile takes nothing: what was read is not to be shown any more. */
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

  /** Forgets everything, also what is still to come of calls under way. */
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

/** Whether these are the same expand; each is there once. */
export function isSameExpand(expand: readonly string[], others: readonly string[]): boolean {
  return expand.length === others.length && expand.every((part) => others.includes(part));
}
