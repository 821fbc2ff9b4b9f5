import DataLoader from 'dataloader';
import { UnknownValueError, UpstreamError } from '../../errors.ts';
import type { CallBudget } from '../../upstream/call-budget.ts';
import type { UpstreamReader } from '../../upstream/upstream-request.ts';
import type { Reference } from '../wire/reference.ts';
import type { Resource } from './resource.ts';
import { canBeSplit, splitRefused } from './split-refused.ts';
import { isObject } from '../wire/wire-record.ts';

/** What a loader needs of the request that it serves. */
export interface LoaderContext {
  readonly read: UpstreamReader;
  /** The most ids that any one call may carry. */
  readonly batchSize: number;
  /** What may be spent on splitting calls that were refused. */
  readonly budget: CallBudget;
}

interface Key<Part> {
  readonly id: string;
  readonly parts: readonly Part[];
}

/**
 * Loads the entities of one resource for one request, and so for one identity. All ids that fields ask for in the same
 * tick go into the fewest calls that carry them; an id is asked for again only when a later field needs a part that the
 * earlier calls did not ask for.
 */
export class EntityLoader<Entity, Part extends string = never> {
  readonly #resource: Resource<Entity, Part>;
  readonly #context: LoaderContext;
  readonly #loader: DataLoader<Key<Part>, Entity | null, string>;

  constructor(resource: Resource<Entity, Part>, context: LoaderContext) {
    this.#resource = resource;
    this.#context = context;
    // Chunking is done in #batch, after one id's keys with different parts have become one; maxBatchSize would count them all.
    this.#loader = new DataLoader((keys) => this.#batch(keys), { cacheKeyFn });
  }

  /** The parts that the upstream gives only when asked to. */
  get parts(): readonly Part[] {
    return this.#resource.parts.map(({ name }) => name);
  }

  /** Null when the upstream does not know the id. Rejects with an `UnknownValueError` when that could not be found out. */
  load(id: string, parts: readonly Part[] = []): Promise<Entity | null> {
    return this.#loader.load({ id, parts });
  }

  /**
   * The entity that a reference refers to: the reference itself, at once, where it is one and no part of it is wanted. Waiting
   * for a call that happens to be under way for the same id would part what was found together, and cost calls further on.
   */
  find(reference: Reference, parts: readonly Part[] = []): Entity | Promise<Entity | null> {
    return parts.length === 0 && this.#resource.isEntity(reference)
      ? reference
      : this.load(reference.id, parts);
  }

  /** Takes in an entity that came by another way, such as a page of a listing, so that it is not asked for again. */
  prime(id: string, entity: Entity): void {
    this.#loader.prime({ id, parts: [] }, entity);
  }

  async #batch(keys: readonly Key<Part>[]): Promise<(Entity | null | Error)[]> {
    const ids = [...new Set(keys.map(({ id }) => id))];
    const parts = [...new Set(keys.flatMap((key) => key.parts))];
    const found = new Map<string, Entity | Error>();
    const size = Math.min(this.#resource.maxIds, this.#context.batchSize);
    const calls: Promise<void>[] = [];
    for (let at = 0; at < ids.length; at += size) {
      calls.push(this.#call(ids.slice(at, at + size), parts, found));
    }
    await Promise.all(calls);
    if (parts.length > 0) this.#primeFewerParts(ids, parts, found);
    return keys.map(({ id }) => found.get(id) ?? null);
  }

  /** Notes what was found of these ids: the entity, or why it is not known. Never rejects. */
  async #call(
    ids: readonly string[],
    parts: readonly Part[],
    found: Map<string, Entity | Error>,
  ): Promise<void> {
    const ask = (some: readonly string[]) => this.#ask(some, parts, found);
    const error = await ask(ids);
    if (error === null) return;
    await splitRefused(
      { ids, error },
      () => this.#context.budget.left,
      ask,
      (refused, isHopeless) =>
        isHopeless
          ? this.#refused(refused.ids, refused.error, found)
          : this.#unknown(refused.ids, refused.error, found),
    );
  }

  /** Makes one call and notes what it found. Resolves to the error of one that may have been refused for a single id. */
  async #ask(
    ids: readonly string[],
    parts: readonly Part[],
    found: Map<string, Entity | Error>,
  ): Promise<UpstreamError | null> {
    try {
      const { body, answer } = await this.#context.read(this.#resource.request(ids, parts));
      const rows = this.#resource.rows(body, ids);
      if (rows === null) throw answer.fault('body');
      const asked = new Set(ids);
      for (const row of rows) {
        if (!isObject(row)) continue;
        const id = this.#resource.idOf(row, ids);
        // By id, never by position; a second row for an id, or one that nobody asked for, is ignored.
        if (typeof id !== 'string' || !asked.delete(id)) continue;
        found.set(id, this.#resource.entity(row, answer, id));
      }
      if (asked.size > 0 && this.#resource.isCut(body, ids)) {
        this.#unknown(asked, answer.fault('cut'), found);
      }
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      if (ids.length > 1 && canBeSplit(error)) return error;
      this.#refused(ids, error, found);
    }
    return null;
  }

  #refused(ids: readonly string[], error: UpstreamError, found: Map<string, Entity | Error>): void {
    if (!this.#resource.absentOn404 || !error.isNotFound) this.#unknown(ids, error, found);
  }

  #unknown(ids: Iterable<string>, reason: UpstreamError, found: Map<string, Entity | Error>): void {
    for (const id of ids) found.set(id, new UnknownValueError(reason, this.#resource.type, id));
  }

  /** Whoever asks later for less has it already. Fields ask for one part at a time, root fields for several, but those come first. */
  #primeFewerParts(ids: string[], parts: readonly Part[], found: Map<string, Entity | Error>): void {
    const fewer = [[], ...parts.map((part) => [part]), parts];
    for (const id of ids) {
      for (const some of fewer) this.#loader.prime({ id, parts: some }, found.get(id) ?? null);
    }
  }
}

function cacheKeyFn<Part extends string>({ id, parts }: Key<Part>): string {
  return parts.length === 0 ? id : `${id} ${parts.toSorted().join(' ')}`;
}
