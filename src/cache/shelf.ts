import type { UpstreamIdentity } from '../upstream/identity.ts';
import type { KeptAnswer, KeptAnswers } from './kept-answers.ts';

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
  #unpack: Packed<Entity>['unpack'] | null;
  /** How many of its ids no later answer has taken over. */
  #latestOf: number;
  #entities: ReadonlyMap<string, Entity | null> = new Map();

  constructor(packed: Packed<Entity>, kept: KeptAnswer, answers: KeptAnswers) {
    this.parts = packed.parts;
    this.readAtMs = packed.readAtMs;
    this.#answers = answers;
    this.#kept = kept;
    this.#unpackedBytes = packed.unpackedBytes;
    this.#unpack = packed.unpack;
    this.#latestOf = packed.ids.length;
  }

  /** Null for an id that the upstream does not know. It counts as used just now. */
  use(id: string): Entity | null {
    this.#answers.touch(this.#kept);
    if (this.#unpack !== null) {
      const entities = this.#unpack();
      // Where there is no room for them they are made again each time: still better than to ask anew.
      if (!this.#answers.resize(this.#kept, this.#unpackedBytes)) return entities.get(id) ?? null;
      this.#entities = entities;
      this.#unpack = null;
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
}

interface Layer<Entity> {
  readonly parts: readonly string[];
  readonly byId: Map<string, KeptEntities<Entity>>;
}

/** What is kept of one resource for one identity. */
export class Shelf<Entity> {
  readonly #identity: UpstreamIdentity;
  readonly #answers: KeptAnswers;
  /** By the parts that entities were read with: whoever wants fewer may have one with more, never the other way round. */
  readonly #layers = new Map<string, Layer<Entity>>();
  #isCleared = false;

  constructor(identity: UpstreamIdentity, answers: KeptAnswers) {
    this.#identity = identity;
    this.#answers = answers;
  }

  get isEmpty(): boolean {
    for (const { byId } of this.#layers.values()) if (byId.size > 0) return false;
    return true;
  }

  /** The latest that was read of an id with all of these parts, however old. */
  find(id: string, parts: readonly string[]): KeptEntities<Entity> | undefined {
    let latest: KeptEntities<Entity> | undefined;
    for (const layer of this.#layers.values()) {
      if (!parts.every((part) => layer.parts.includes(part))) continue;
      const kept = layer.byId.get(id);
      if (kept !== undefined && (latest === undefined || kept.readAtMs > latest.readAtMs)) latest = kept;
    }
    return latest;
  }

  /** Keeps an answer. A shelf that was cleared meanwhile takes nothing: what was read is not to be shown any more. */
  keep(packed: Packed<Entity>): void {
    const { ids, parts, packedBytes, expiresAtMs } = packed;
    if (this.#isCleared || ids.length === 0) return;
    const { byId } = this.#layerOf(parts);
    const kept = this.#answers.add(this.#identity, {
      bytes: packedBytes,
      expiresAtMs,
      forget() {
        for (const id of ids) if (byId.get(id) === entities) byId.delete(id);
      },
    });
    if (kept === null) return;
    const entities = new KeptEntities(packed, kept, this.#answers);
    for (const id of ids) {
      byId.get(id)?.supersede();
      byId.set(id, entities);
    }
  }

  /** Forgets everything, also what is still to come of calls under way. */
  clear(): void {
    this.#isCleared = true;
    for (const { byId } of this.#layers.values()) for (const kept of new Set(byId.values())) kept.remove();
  }

  #layerOf(parts: readonly string[]): Layer<Entity> {
    const key = parts.toSorted().join(' ');
    let layer = this.#layers.get(key);
    if (layer === undefined) {
      layer = { parts, byId: new Map() };
      this.#layers.set(key, layer);
    }
    return layer;
  }
}
