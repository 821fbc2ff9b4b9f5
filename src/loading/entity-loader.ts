import DataLoader from 'dataloader';
import { UnknownValueError, UpstreamError } from '../errors.ts';
import { addWaiting, type FieldsWaiting, type FieldTrace } from '../upstream/trace.ts';
import type { RequestScope, UpstreamReader } from '../upstream/client.ts';
import { PlainReference, type Reference } from '../datasources/wire/reference.ts';
import type { WaitingById } from './batch.ts';
import type { Found } from './read-batch.ts';
import type { Resource } from '../datasources/resource.ts';
import type { EntitySources } from './entity-sources.ts';
import type { EntitySource } from './entity-source.ts';

/** What loaders need of the request that they serve. */
export interface LoaderContext {
  /** On whose behalf it reads, or why it cannot. */
  readonly requestScope: RequestScope | UpstreamError;
  readonly read: UpstreamReader;
}

const requestAnswered = new UpstreamError({
  code: 'UPSTREAM_TIMEOUT',
  message: 'the request has been answered already',
});

/** That of a request that has been answered: nothing is asked for any more. */
export const answered: LoaderContext = {
  requestScope: requestAnswered,
  read: () => Promise.reject(requestAnswered),
};

interface LoadKey<Expand> {
  /** One, or several of which nobody waits for each by itself. */
  readonly ids: readonly string[];
  readonly expand: readonly Expand[];
  readonly maxAgeMs: number;
}

/**
 * Loads the entities of one resource for one request, and so for one identity. All ids that fields ask for in the same
 * tick are known up together, and what is not kept goes into the fewest calls that carry it; an id is asked for again only
 * when a later field needs a part that the earlier calls did not ask for. What was found once stays the same for the request.
 */
export class EntityLoader<Entity, Expand extends string = never> {
  readonly #resource: Resource<Entity, Expand>;
  readonly #shared: EntitySources<Entity, Expand>;
  readonly #scope: string;
  #requestScope: RequestScope | UpstreamError;
  // A request has a loader for each resource and uses few.
  /** By `keyOf`. */
  #found: Map<string, Found<Entity>> | undefined;
  /** The keys of what was read for this request and not kept from another. */
  #isRead: Set<string> | undefined;
  #dataLoader: DataLoader<LoadKey<Expand>, Entity | null, string | LoadKey<Expand>> | undefined;
  /** The fields that are traced and wait for a key. */
  #waiting: Map<string | LoadKey<Expand>, FieldsWaiting> | undefined;

  /** `scope` is what the ids have their meaning in, where that is not the same for all. */
  constructor(shared: EntitySources<Entity, Expand>, { requestScope }: LoaderContext, scope = '') {
    this.#resource = shared.resourceOf(scope);
    this.#shared = shared;
    this.#scope = scope;
    this.#requestScope = requestScope;
  }

  get #loader(): DataLoader<LoadKey<Expand>, Entity | null, string | LoadKey<Expand>> {
    // Chunking is done where calls are made, after one id's keys with different expand have become one; maxBatchSize would count them all.
    this.#dataLoader ??= new DataLoader((keys) => this.#batch(keys), { cacheKeyFn });
    return this.#dataLoader;
  }

  /** The expand that the upstream gives only when asked to. */
  get expand(): readonly Expand[] {
    return this.#resource.expand.map(({ name }) => name);
  }

  /**
   * Null when the upstream does not know the id. Rejects with an `UnknownValueError` when that could not be found out.
   * What was read for an earlier request is used if it is no older than `maxAgeMs`.
   *
   * @param field Who waits for it, where that is traced.
   */
  load(
    id: string,
    expand: readonly Expand[] = [],
    maxAgeMs = Infinity,
    field: FieldTrace | null = null,
  ): Promise<Entity | null> {
    const key = keyOf(id, expand);
    // However fresh it is wanted: it has been read for this very request.
    const found = this.#isRead?.has(key) === true ? this.#found?.get(key) : undefined;
    if (found !== undefined && !(found instanceof UnknownValueError)) return Promise.resolve(found);
    return this.#load({ ids: [id], expand, maxAgeMs }, field);
  }

  /**
   * The entity that a reference refers to: the reference itself, at once, where it is one and no part of it is wanted. Waiting
   * for a call that happens to be under way for the same id would part what was found together, and cost calls further on.
   *
   * @throws UnknownValueError when it is known at once that nothing can be known.
   */
  getOrLoad(reference: Reference, expand: readonly Expand[] = []): Entity | null | Promise<Entity | null> {
    // Nearly all are plain, and of those it is known.
    if (!(reference instanceof PlainReference) && expand.length === 0 && this.#resource.isEntity(reference)) {
      return reference;
    }
    const peek = this.known(reference.id, expand);
    return peek === undefined ? this.load(reference.id, expand) : peek;
  }

  /**
   * The entity, if it need not be loaded; undefined otherwise.
   *
   * @throws UnknownValueError when it was loaded in vain.
   */
  known(id: string, expand: readonly Expand[] = []): Entity | null | undefined {
    let found = this.#found?.get(keyOf(id, expand));
    if (found === undefined) found = this.#get(id, expand);
    if (found instanceof UnknownValueError) throw found;
    return found;
  }

  /**
   * Loads what `find` is going to be asked for, or undefined where nothing has to be loaded. To wait for all of it at once costs
   * one promise instead of hundreds. What could not be found out `find` throws then.
   */
  prefetch(
    references: readonly Reference[],
    expand: readonly Expand[] = [],
    field: FieldTrace | null = null,
  ): Promise<unknown> | undefined {
    const requestScope = this.#requestScope;
    const recall =
      requestScope instanceof UpstreamError
        ? null
        : this.#sourceOf(requestScope).lookup(requestScope, expand);
    const missing = new Set<string>();
    for (const reference of references) {
      // Nearly all are plain, and of those it is known.
      const isPlain = reference instanceof PlainReference;
      if (!isPlain && expand.length === 0 && this.#resource.isEntity(reference)) continue;
      const { id } = reference;
      if (missing.has(id) || this.#found?.has(keyOf(id, expand)) === true) continue;
      const kept = recall?.(id);
      if (kept === undefined) missing.add(id);
      else this.#noteAll(id, expand, kept);
    }
    if (missing.size === 0) return undefined;
    return this.#load({ ids: [...missing], expand, maxAgeMs: Infinity }, field);
  }

  /** Takes in an entity that came by another way, such as a page of a listing, so that it is not asked for again. */
  prime(id: string, entity: Entity): void {
    this.#loader.prime({ ids: [id], expand: [], maxAgeMs: Infinity }, entity);
    this.#note(id, entity);
  }

  /**
   * Lets go of everything, for the request has been answered; nothing is asked for any more. Nobody may refer to the loader
   * from here on, but V8 collects what has lived for a while so rarely that what it refers to would be copied about meanwhile.
   */
  release(): void {
    this.#requestScope = answered.requestScope;
    this.#found = undefined;
    this.#isRead = undefined;
    this.#dataLoader = undefined;
    this.#waiting = undefined;
  }

  get #foundSoFar(): Map<string, Found<Entity>> {
    return (this.#found ??= new Map());
  }

  #load(key: LoadKey<Expand>, field: FieldTrace | null): Promise<Entity | null> {
    if (field !== null) addWaiting((this.#waiting ??= new Map()), cacheKeyFn(key), field);
    return this.#loader.load(key);
  }

  #get(id: string, expand: readonly Expand[]): Entity | null | undefined {
    const requestScope = this.#requestScope;
    if (requestScope instanceof UpstreamError) return undefined;
    const kept = this.#sourceOf(requestScope).lookup(requestScope, expand)?.(id);
    if (kept === undefined) return undefined;
    this.#noteAll(id, expand, kept);
    return kept;
  }

  async #batch(keys: readonly LoadKey<Expand>[]): Promise<(Entity | null | Error)[]> {
    const requestScope = this.#requestScope;
    if (requestScope instanceof UpstreamError) {
      return keys.map(({ ids: [id = null] }) => new UnknownValueError(requestScope, this.#resource.type, id));
    }
    const source = this.#sourceOf(requestScope);
    const answers = new Map<string, Found<Entity>>();
    const missing: string[] = [];
    const missingExpand = new Set<Expand>();
    let missingAgeMs = Infinity;
    for (const { ids, expand, maxAgeMs } of strictest(keys)) {
      const recall = source.lookup(requestScope, expand, maxAgeMs);
      const missingBefore = missing.length;
      for (const id of ids) {
        const kept = recall?.(id);
        if (kept === undefined) missing.push(id);
        else {
          answers.set(id, kept);
          this.#noteAll(id, expand, kept);
        }
      }
      if (missing.length === missingBefore) continue;
      for (const part of expand) missingExpand.add(part);
      missingAgeMs = Math.min(missingAgeMs, maxAgeMs);
    }
    const expand = [...missingExpand];
    const waiting = this.#waiting === undefined ? null : waitingById(keys, this.#waiting);
    const found =
      missing.length === 0
        ? answers
        : await source.load(requestScope, missing, expand, waiting, missingAgeMs);
    if (waiting !== null) noteFailures(found, waiting);
    for (const id of missing) {
      this.#noteAll(id, expand, found.get(id) ?? null);
      if (this.#resource.ttl === 'live') {
        // Not the older one that an earlier field of the request may have been content with.
        this.#foundSoFar.set(keyOf(id, expand), found.get(id) ?? null);
        (this.#isRead ??= new Set()).add(keyOf(id, expand));
      }
    }
    return keys.map(({ ids }) => {
      const [id] = ids;
      // Nobody waits for several one by one.
      return id === undefined || ids.length > 1 ? null : (answers.get(id) ?? found.get(id) ?? null);
    });
  }

  #sourceOf(requestScope: RequestScope): EntitySource<Entity, Expand> {
    return this.#shared.of(requestScope.identity, this.#scope);
  }

  /** Whoever asks later for less has it already. Fields ask for one part at a time, root fields for several, but those come first. */
  #noteAll(id: string, expand: readonly Expand[], found: Found<Entity>): void {
    this.#note(id, found);
    if (expand.length === 0) return;
    for (const some of [[], ...expand.map((part) => [part]), expand]) {
      this.#loader.prime({ ids: [id], expand: some, maxAgeMs: Infinity }, found);
      this.#note(keyOf(id, some), found);
    }
  }

  /** What was found first stays. */
  #note(key: string, found: Found<Entity>): void {
    const soFar = this.#foundSoFar;
    if (!soFar.has(key)) soFar.set(key, found);
  }
}

/** All that is asked of each id, so that one answer serves everybody. */
function strictest<Expand>(keys: readonly LoadKey<Expand>[]): Iterable<LoadKey<Expand>> {
  if (keys.length === 1) return keys;
  const byId = new Map<string, LoadKey<Expand>>();
  for (const { ids, expand, maxAgeMs } of keys) {
    for (const id of ids) {
      const known = byId.get(id) ?? { ids: [id], expand: [], maxAgeMs: Infinity };
      byId.set(id, {
        ids: known.ids,
        expand: expand.length === 0 ? known.expand : [...new Set([...known.expand, ...expand])],
        maxAgeMs: Math.min(maxAgeMs, known.maxAgeMs),
      });
    }
  }
  return byId.values();
}

/**
 * By what is asked for; one who wants it fresh does not get what another was content with. Several ids at once stand for
 * themselves: whoever asks for them again while they are under way joins that call, and afterwards they are known.
 */
function cacheKeyFn<Expand extends string>(asked: LoadKey<Expand>): string | LoadKey<Expand> {
  const { ids, expand, maxAgeMs } = asked;
  const [id] = ids;
  if (id === undefined || ids.length > 1) return asked;
  const key = keyOf(id, expand);
  return maxAgeMs === Infinity ? key : `${key} ${maxAgeMs}`;
}

function waitingById<Expand extends string>(
  keys: readonly LoadKey<Expand>[],
  waiting: ReadonlyMap<string | LoadKey<Expand>, FieldsWaiting>,
): NonNullable<WaitingById> {
  const byId = new Map<string, FieldsWaiting[]>();
  for (const key of keys) {
    const fields = waiting.get(cacheKeyFn(key));
    if (fields === undefined) continue;
    for (const id of key.ids) {
      const others = byId.get(id);
      if (others === undefined) byId.set(id, [fields]);
      else others.push(fields);
    }
  }
  return byId;
}

function noteFailures<Entity>(
  found: ReadonlyMap<string, Found<Entity>>,
  waiting: NonNullable<WaitingById>,
): void {
  for (const [id, each] of found) {
    if (!(each instanceof UnknownValueError)) continue;
    for (const fields of waiting.get(id) ?? []) fields.failed(each.reason.failure);
  }
}

function keyOf(id: string, expand: readonly string[]): string {
  return expand.length === 0 ? id : `${id} ${expand.toSorted().join(' ')}`;
}
