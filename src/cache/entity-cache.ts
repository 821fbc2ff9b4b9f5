import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { KeptAnswer, KeptAnswers } from './byte-lru.ts';

/** What one answer says of some ids, to be kept. */
export interface Packed<Entity> {
  readonly ids: readonly string[];
  /** The parts that the entities were read with. */
  readonly parts: readonly string[];
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
export class KeptEntities<Entity> {
  readonly parts: readonly string[];
  readonly readAtMs: number;
  readonly #answers: KeptAnswers;
  readonly #kept: KeptAnswer;
  readonly #unpackedBytes: number;
  /** Null once the entities are made. */
  #packed: Pick<Packed<Entity>, 'unpack' | 'release'> | null;
  /** How many of its ids no later answer has taken over. */
  #latestOf: number;
  #entities: ReadonlyMap<string, Entity | null> = new Map();

  constructor(packed: Packed<Entity>, kept: KeptAnswer, answers: KeptAnswers) {
    this.parts = packed.parts;
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

/** What was read with the same parts. */
class Layer<Entity> {
  readonly parts: readonly string[];
  /** The only answer, until somebody looks for an id or there is a second: most identities' answers are never asked for. */
  #first: { readonly ids: readonly string[]; readonly entities: KeptEntities<Entity> } | null = null;
  #byId: Map<string, KeptEntities<Entity>> | null = null;

  constructor(parts: readonly string[]) {
    this.parts = parts;
  }

  get isEmpty(): boolean {
    return this.#first === null && (this.#byId === null || this.#byId.size === 0);
  }

  find(id: string): KeptEntities<Entity> | undefined {
    return this.#sorted().get(id);
  }

  /** Takes the place of what there is of these ids. */
  put(ids: readonly string[], entities: KeptEntities<Entity>): void {
    if (this.isEmpty) this.#first = { ids, entities };
    else putEach(this.#sorted(), ids, entities);
  }

  /** Forgets those of the ids that still stand for these entities. */
  forget(ids: readonly string[], entities: KeptEntities<Entity>): void {
    if (this.#first?.entities === entities) this.#first = null;
    else for (const id of ids) if (this.#byId?.get(id) === entities) this.#byId.delete(id);
  }

  clear(): void {
    this.#first?.entities.remove();
    for (const entities of new Set(this.#byId?.values())) entities.remove();
  }

  #sorted(): Map<string, KeptEntities<Entity>> {
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
  byId: Map<string, KeptEntities<Entity>>,
  ids: readonly string[],
  entities: KeptEntities<Entity>,
): void {
  for (const id of ids) {
    byId.get(id)?.supersede();
    byId.set(id, entities);
  }
}

/** What is kept of one resource for one identity. */
export class Shelf<Entity> {
  readonly #identity: UpstreamIdentity;
  readonly #answers: KeptAnswers;
  /** By the parts that entities were read with: whoever wants fewer may have one with more, never the other way round. */
  readonly #layers: Layer<Entity>[] = [];
  #isCleared = false;

  constructor(identity: UpstreamIdentity, answers: KeptAnswers) {
    this.#identity = identity;
    this.#answers = answers;
  }

  get isEmpty(): boolean {
    for (const layer of this.#layers) if (!layer.isEmpty) return false;
    return true;
  }

  /** The latest that was read of an id with all of these parts, however old. */
  find(id: string, parts: readonly string[]): KeptEntities<Entity> | undefined {
    let latest: KeptEntities<Entity> | undefined;
    for (const layer of this.#layers) {
      if (!parts.every((part) => layer.parts.includes(part))) continue;
      const kept = layer.find(id);
      if (kept !== undefined && (latest === undefined || kept.readAtMs > latest.readAtMs)) latest = kept;
    }
    return latest;
  }

  /** Keeps an answer. A shelf that was cleared meanwhile takes nothing: what was read is not to be shown any more. */
  keep(packed: Packed<Entity>): void {
    const { ids, parts, packedBytes, expiresAtMs } = packed;
    if (this.#isCleared || ids.length === 0) return;
    const layer = this.#layerOf(parts);
    const kept = this.#answers.add(this.#identity, {
      bytes: packedBytes,
      expiresAtMs,
      forget: () => {
        layer.forget(ids, entities);
        entities.release();
      },
    });
    if (kept === null) return;
    const entities = new KeptEntities(packed, kept, this.#answers);
    layer.put(ids, entities);
  }

  /** Forgets everything, also what is still to come of calls under way. */
  clear(): void {
    this.#isCleared = true;
    for (const layer of this.#layers) layer.clear();
  }

  #layerOf(parts: readonly string[]): Layer<Entity> {
    let layer = this.#layers.find((other) => isSame(other.parts, parts));
    if (layer === undefined) {
      layer = new Layer(parts);
      this.#layers.push(layer);
    }
    return layer;
  }
}

/** Whether these are the same parts; each is there once. */
export function isSame(parts: readonly string[], others: readonly string[]): boolean {
  return parts.length === others.length && parts.every((part) => others.includes(part));
}
