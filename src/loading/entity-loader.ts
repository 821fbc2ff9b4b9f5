import DataLoader from 'dataloader';
import { UnknownValueError, UpstreamError } from '../errors.ts';
import { addWaiting, type FieldsWaiting, type FieldTrace } from '../upstream/trace.ts';
import type { RequestScope, UpstreamReader } from '../upstream/call.ts';
import { PlainReference, type Reference } from '../datasources/wire/reference.ts';
import type { WaitingById } from './batch.ts';
import type { Found, FoundById } from './read-batch.ts';
import type { Resource } from '../datasources/resource.ts';
import type { EntitySources } from './entity-sources.ts';
import type { EntitySource } from './entity-source.ts';

/** Properties of a request that its loaders need. */
export interface LoaderContext {
  /** Scope of the request, or the reason why it cannot read. */
  readonly requestScope: RequestScope | UpstreamError;
  readonly read: UpstreamReader;
}

const requestAnswered = new UpstreamError({
  code: 'UPSTREAM_TIMEOUT',
  message: 'the request has been answered already',
});

/** Context of a request that has been answered: no more calls are made. */
export const answered: LoaderContext = {
  requestScope: requestAnswered,
  read: () => Promise.reject(requestAnswered),
};

interface LoadKey<Expand> {
  /** One id, or several that are awaited only together. */
  readonly ids: readonly string[];
  readonly expand: readonly Expand[];
  readonly maxAgeMs: number;
}

/**
 * Loads the entities of one resource for one request, and so for one identity. All ids that fields need in the same tick are
 * looked up together, and those not cached go into the fewest calls. An id is asked for again only when a later field needs
 * a part that earlier calls did not ask for, or a fresher list. Results stay the same for the request, except such lists.
 */
export class EntityLoader<Entity, Expand extends string = never> {
  readonly #resource: Resource<Entity, Expand>;
  readonly #shared: EntitySources<Entity, Expand>;
  readonly #scope: string;
  #requestScope: RequestScope | UpstreamError;
  // Undefined until used: a request has a loader for each resource and uses few.
  /** Keyed by `keyOf`. */
  #found: Map<string, Found<Entity>> | undefined;
  /** Keys of lists that were read for this request, not for an earlier one. */
  #isRead: Set<string> | undefined;
  #dataLoader: DataLoader<LoadKey<Expand>, Entity | null, string | LoadKey<Expand>> | undefined;
  /** Traced fields by the key that they wait for. */
  #waiting: Map<string | LoadKey<Expand>, FieldsWaiting> | undefined;

  /** `scope` is the scope of the ids; see `EntitySources`. */
  constructor(shared: EntitySources<Entity, Expand>, { requestScope }: LoaderContext, scope = '') {
    this.#resource = shared.resourceOf(scope);
    this.#shared = shared;
    this.#scope = scope;
    this.#requestScope = requestScope;
  }

  get #loader(): DataLoader<LoadKey<Expand>, Entity | null, string | LoadKey<Expand>> {
    // Batches do the chunking, after one id's keys with different `expand` have become one; `maxBatchSize` would count all.
    this.#dataLoader ??= new DataLoader((keys) => this.#batch(keys), { cacheKeyFn: loadKeyText });
    return this.#dataLoader;
  }

  /** Names of the parts that the upstream gives only when asked to. */
  get expand(): readonly Expand[] {
    return this.#resource.expand.map(({ name }) => name);
  }

  /**
   * Null when the upstream does not know the id. Rejects with an `UnknownValueError` when the id could not be read.
   * An entity read for an earlier request is used when it is no older than `maxAgeMs`.
   *
   * @param field Trace of the field that waits.
   */
  load(
    id: string,
    expand: readonly Expand[] = [],
    maxAgeMs = Infinity,
    field: FieldTrace | null = null,
  ): Promise<Entity | null> {
    const key = keyOf(id, expand);
    const builtIn = this.#resource.builtIn?.(id);
    if (builtIn !== undefined) return Promise.resolve(builtIn);
    // A list that was read for this request is fresh enough for any `maxAgeMs`.
    const found = this.#isRead?.has(key) === true ? this.#found?.get(key) : undefined;
    if (found !== undefined && !(found instanceof UnknownValueError)) return Promise.resolve(found);
    return this.#load({ ids: [id], expand, maxAgeMs }, field);
  }

  /**
   * Entity that a reference refers to: the reference itself, synchronously, when it is one and no part is wanted. Waiting
   * for a call that happens to be under way for the same id would separate entities found together and cost more calls.
   *
   * @throws UnknownValueError when an earlier load of the entity has failed, or no call may carry the id.
   */
  getOrLoad(reference: Reference, expand: readonly Expand[] = []): Entity | null | Promise<Entity | null> {
    // Plain references, which nearly all are, are never entities, and have ids that calls may carry.
    if (!(reference instanceof PlainReference)) {
      if (expand.length === 0 && this.#resource.isEntity(reference)) return reference;
      if (reference.refusal !== undefined) return this.#builtInOr(reference.refusal, reference);
    }
    const peek = this.known(reference.id, expand);
    return peek === undefined ? this.load(reference.id, expand) : peek;
  }

  /**
   * Entity that need not be loaded; undefined otherwise.
   *
   * @throws UnknownValueError when an earlier load of the entity has failed.
   */
  known(id: string, expand: readonly Expand[] = []): Entity | null | undefined {
    let found = this.#found?.get(keyOf(id, expand));
    if (found === undefined) found = this.#resource.builtIn?.(id) ?? this.#get(id, expand);
    if (found instanceof UnknownValueError) throw found;
    return found;
  }

  /**
   * Loads what `getOrLoad` will be asked for; undefined when nothing has to be loaded. Waiting for all of it together costs
   * one promise instead of hundreds. Failures are thrown by `getOrLoad`.
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
      // Plain references, which nearly all are, are never entities.
      if (!(reference instanceof PlainReference)) {
        if (expand.length === 0 && this.#resource.isEntity(reference)) continue;
        if (reference.refusal !== undefined) continue;
      }
      const { id } = reference;
      if (missing.has(id) || this.#found?.has(keyOf(id, expand)) === true) continue;
      if (this.#resource.builtIn?.(id) !== undefined) continue;
      const kept = recall?.(id);
      if (kept === undefined) missing.add(id);
      else this.#noteAll(id, expand, kept);
    }
    if (missing.size === 0) return undefined;
    return this.#load({ ids: [...missing], expand, maxAgeMs: Infinity }, field);
  }

  /** Adds an entity that was read in another way, such as a page of a listing, so that it is not loaded again. */
  prime(id: string, entity: Entity): void {
    this.#loader.prime({ ids: [id], expand: [], maxAgeMs: Infinity }, entity);
    this.#note(id, entity);
  }

  /**
   * Releases everything, because the request has been answered; no more calls are made. Nothing refers to the loader any
   * more, but V8 collects long-lived objects so rarely that what the loader refers to would be copied meanwhile.
   */
  release(): void {
    this.#requestScope = answered.requestScope;
    this.#found = undefined;
    this.#isRead = undefined;
    this.#dataLoader = undefined;
    this.#waiting = undefined;
  }

  /** @throws UnknownValueError unless the upstream need not be asked for the id. */
  #builtInOr(refusal: UnknownValueError, { id }: Reference): Entity {
    const builtIn = this.#resource.builtIn?.(id);
    if (builtIn === undefined) throw refusal;
    return builtIn;
  }

  get #foundSoFar(): Map<string, Found<Entity>> {
    return (this.#found ??= new Map());
  }

  #load(key: LoadKey<Expand>, field: FieldTrace | null): Promise<Entity | null> {
    if (field !== null) addWaiting((this.#waiting ??= new Map()), loadKeyText(key), field);
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
        // Replaces the older list that an earlier field of the request may have accepted.
        this.#foundSoFar.set(keyOf(id, expand), found.get(id) ?? null);
        (this.#isRead ??= new Set()).add(keyOf(id, expand));
      }
    }
    return keys.map(({ ids }) => {
      const [id] = ids;
      // Several ids of one key are awaited only together.
      return id === undefined || ids.length > 1 ? null : (answers.get(id) ?? found.get(id) ?? null);
    });
  }

  #sourceOf(requestScope: RequestScope): EntitySource<Entity, Expand> {
    return this.#shared.of(requestScope.identity, this.#scope);
  }

  /** Notes a result for fewer parts as well. Fields need one part at a time, root fields several, but those come first. */
  #noteAll(id: string, expand: readonly Expand[], found: Found<Entity>): void {
    this.#note(id, found);
    if (expand.length === 0) return;
    for (const some of [[], ...expand.map((part) => [part]), expand]) {
      this.#loader.prime({ ids: [id], expand: some, maxAgeMs: Infinity }, found);
      this.#note(keyOf(id, some), found);
    }
  }

  /** Notes a result; the first one for a key stays. */
  #note(key: string, found: Found<Entity>): void {
    const soFar = this.#foundSoFar;
    if (!soFar.has(key)) soFar.set(key, found);
  }
}

/** Keys merged by id: all parts and the lowest `maxAgeMs`, so that one answer serves all. */
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
 * Cache key by id, `expand` and maximum age: a field that needs a fresh entity does not get an older one. A key of several
 * ids is its own cache key: asked for again, the ids join the batch under way, and are found afterwards.
 */
function loadKeyText<Expand extends string>(asked: LoadKey<Expand>): string | LoadKey<Expand> {
  const { ids, expand, maxAgeMs } = asked;
  const [id] = ids;
  if (id === undefined || ids.length > 1) return asked;
  const key = keyOf(id, expand);
  return maxAgeMs === Infinity ? key : `${key}\n\n${maxAgeMs}`;
}

function waitingById<Expand extends string>(
  keys: readonly LoadKey<Expand>[],
  waiting: ReadonlyMap<string | LoadKey<Expand>, FieldsWaiting>,
): NonNullable<WaitingById> {
  const byId = new Map<string, FieldsWaiting[]>();
  for (const key of keys) {
    const fields = waiting.get(loadKeyText(key));
    if (fields === undefined) continue;
    for (const id of key.ids) {
      const others = byId.get(id);
      if (others === undefined) byId.set(id, [fields]);
      else others.push(fields);
    }
  }
  return byId;
}

function noteFailures<Entity>(found: FoundById<Entity>, waiting: NonNullable<WaitingById>): void {
  for (const [id, each] of found) {
    if (!(each instanceof UnknownValueError)) continue;
    for (const fields of waiting.get(id) ?? []) fields.failed(each.reason.failure);
  }
}

/** Ids have no line breaks, so keys are unambiguous. */
function keyOf(id: string, expand: readonly string[]): string {
  return expand.length === 0 ? id : `${id}\n${expand.toSorted().join(' ')}`;
}
