import { isSameExpand } from '../cache/entity-cache.ts';
import type { Resource } from '../datasources/resource.ts';
import { UnknownValueError, UpstreamError } from '../errors.ts';
import type { InFlight } from '../lib/single-flight.ts';
import { Slices } from '../lib/slices.ts';
import type { BatchOwner, RequestScope } from '../upstream/call.ts';
import { type UpstreamRequest, serialize, type SerializedRequest } from '../upstream/request.ts';
import { Batch, type WaitingById } from './batch.ts';
import type { LoadingOptions } from './loading-options.ts';
import { type Found, type FoundById, readBatch } from './read-batch.ts';
import type { ResourceCache } from './resource-cache.ts';

const none: readonly never[] = [];

type BatchOptions = Pick<
  LoadingOptions,
  'clock' | 'turns' | 'read' | 'foundUnknown' | 'batchSize' | 'batchSizes' | 'proofMs'
>;

/** Register of one identity's batches of one resource: those under way, and those to be made at the end of this tick. */
export class InFlightBatches<Entity, Expand extends string> {
  readonly #resource: Resource<Entity, Expand>;
  readonly #cache: Pick<ResourceCache<Entity, Expand>, 'keep'>;
  readonly #options: BatchOptions;
  #batches: Batch<Entity, Expand>[] = [];

  /** `cache` receives each answer. */
  constructor(
    resource: Resource<Entity, Expand>,
    cache: Pick<ResourceCache<Entity, Expand>, 'keep'>,
    options: BatchOptions,
  ) {
    this.#resource = resource;
    this.#cache = cache;
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#batches.length === 0;
  }

  /** Keeps later loads from joining the batches under way. */
  drop(): void {
    this.#batches = [];
  }

  /** True when a batch asks for this id, or will, with whatever `expand`. */
  carries(id: string): boolean {
    return carrierOf(id, this.#batches) !== undefined;
  }

  /** Batches with at least this `expand` that the request may join. */
  joinable(requestScope: RequestScope, expand: readonly Expand[]): readonly Batch<Entity, Expand>[] {
    if (this.#batches.length === 0) return none;
    const latestMs = this.#options.clock.now() - this.#options.proofMs;
    return this.#batches.filter((batch) => {
      if (batch.isGivenUp || !expand.every((part) => batch.expand.includes(part))) return false;
      // A batch that this request already waits for is joined at any age.
      return batch.sentAtMs === null || batch.sentAtMs >= latestMs || batch.isFollowedBy(requestScope);
    });
  }

  /**
   * Results of the ids, from batches joined or opened for them. An id missing from the map is unknown to the upstream.
   * Rejects only for defects of the gateway.
   */
  load(
    requestScope: RequestScope,
    ids: readonly string[],
    expand: readonly Expand[],
    waiting: WaitingById,
  ): Promise<FoundById<Entity>> {
    const joinable = this.joinable(requestScope, expand);
    const [first] = joinable;
    const maxSize = this.#maxSizeFor(requestScope);
    // Fast paths, nearly always taken: one batch for all ids.
    if (first === undefined && ids.length <= maxSize) {
      return this.#join(this.#open(ids, expand, maxSize), requestScope, ids, waiting);
    }
    if (first !== undefined && ids.every((id) => first.carries(id))) {
      return this.#join(first, requestScope, ids, waiting);
    }
    const idsByBatch =
      first === undefined
        ? this.#openAll(ids, expand, maxSize)
        : Map.groupBy(ids, (id) => carrierOf(id, joinable) ?? this.#openFor(id, expand, maxSize));
    const [only] = idsByBatch.keys();
    return only !== undefined && idsByBatch.size === 1
      ? this.#join(only, requestScope, ids, waiting)
      : this.#joinAll(idsByBatch, requestScope, waiting);
  }

  #maxSizeFor({ identity }: RequestScope): number {
    const { batchSize, batchSizes } = this.#options;
    const { maxIds, name } = this.#resource;
    return maxIds === 1 ? 1 : Math.min(maxIds, batchSize, batchSizes.of(identity, name));
  }

  async #joinAll(
    idsByBatch: ReadonlyMap<Batch<Entity, Expand>, readonly string[]>,
    requestScope: RequestScope,
    waiting: WaitingById,
  ): Promise<FoundById<Entity>> {
    const found = new Map<string, Found<Entity>>();
    await Promise.all(
      [...idsByBatch].map(async ([batch, ids]) => {
        const result = await this.#join(batch, requestScope, ids, waiting);
        for (const id of ids) found.set(id, result.get(id) ?? null);
      }),
    );
    return found;
  }

  async #join(
    batch: Batch<Entity, Expand>,
    requestScope: RequestScope,
    ids: readonly string[],
    waiting: WaitingById,
  ): Promise<FoundById<Entity>> {
    try {
      return await batch.join(requestScope, ids, waiting);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const reason = error.resource === undefined ? error.of(this.#resource.name) : error;
      return new Map(ids.map((id) => [id, new UnknownValueError(reason, this.#resource.type, id)]));
    }
  }

  /** New batches of the greatest size, the last one of the rest. */
  #openAll(
    ids: readonly string[],
    expand: readonly Expand[],
    maxSize: number,
  ): Map<Batch<Entity, Expand>, string[]> {
    const opened = new Map<Batch<Entity, Expand>, string[]>();
    for (let from = 0; from < ids.length; from += maxSize) {
      const some = ids.slice(from, from + maxSize);
      opened.set(this.#open(some, expand, maxSize), some);
    }
    return opened;
  }

  /** Batch that takes one more id: an open one with the same `expand`, or a new one. */
  #openFor(id: string, expand: readonly Expand[], maxSize: number): Batch<Entity, Expand> {
    const open = this.#batches.findLast((batch) => batch.isOpen && isSameExpand(batch.expand, expand));
    if (open === undefined) return this.#open([id], expand, maxSize);
    open.add(id);
    return open;
  }

  /** New batch, made once the rest of this tick has added its ids. */
  #open(ids: readonly string[], expand: readonly Expand[], maxSize: number): Batch<Entity, Expand> {
    const { clock } = this.#options;
    const batch = new Batch<Entity, Expand>(clock, ids, expand, maxSize, () => {
      const at = this.#batches.indexOf(batch);
      if (at !== -1) this.#batches.splice(at, 1);
    });
    this.#batches.push(batch);
    setImmediate(() => batch.make(this.#resource.name, (maker, shared) => this.#read(batch, maker, shared)));
    return batch;
  }

  #read(
    batch: Batch<Entity, Expand>,
    maker: BatchOwner,
    shared: InFlight,
  ): Promise<ReadonlyMap<string, Found<Entity>>> {
    const reading = readBatch(this.#resource, () => batch.close(), batch.expand, {
      read: (facts, write) => this.#options.read(maker, shared, { ...facts, serialize: once(write) }),
      budget: maker.budget,
      slices: () => new Slices(this.#options.turns, shared.signal),
      onSize: (size, isProven) =>
        this.#options.batchSizes.learn(maker.identity, this.#resource.name, size, isProven),
      onAnswer: (answered) => this.#cache.keep(answered, batch.expand),
    });
    const { foundUnknown } = this.#options;
    if (foundUnknown === null) return reading;
    return reading.then((found) => {
      for (const [caller, share] of batch.unknownByCaller(found)) foundUnknown(maker.identity, caller, share);
      return found;
    });
  }
}

/** The first of the batches that carries the id. */
export function carrierOf<Entity, Expand extends string>(
  id: string,
  batches: readonly Batch<Entity, Expand>[],
): Batch<Entity, Expand> | undefined {
  return batches.length === 0 ? undefined : batches.find((batch) => batch.carries(id));
}

/** Serializes a call once, however often it is sent. */
function once(write: () => UpstreamRequest): () => SerializedRequest {
  let text: SerializedRequest | undefined;
  return () => (text ??= serialize(write()));
}
