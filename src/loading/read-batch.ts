import { UnknownValueError, UpstreamError } from '../errors.ts';
import type { RowTexts } from '../cache/replica-store.ts';
import type { Budget } from '../upstream/budget.ts';
import { jsonText } from '../lib/json-text.ts';
import { releaseBytes } from '../lib/release-bytes.ts';
import { LARGE_BYTES, type Slices } from '../lib/slices.ts';
import { parseJson } from '../lib/exact-json.ts';
import type { UpstreamAnswer, UpstreamRead } from '../upstream/answer.ts';
import type { UpstreamRequest } from '../upstream/request.ts';
import { isObject } from '../datasources/wire/wire-record.ts';
import type { Resource } from '../datasources/resource.ts';
import { canBisect, bisect } from './bisect.ts';
import { askForLacking, type Lacking, lackingIn } from './cut-answers.ts';

/** Cost of matching a row to its id, in bytes that would be parsed meanwhile. */
const BYTES_PER_MATCH = 16;

/** Result for an id: null when the upstream does not know it, an error when it could not be read. */
export type Found<Entity> = Entity | null | UnknownValueError;
/** Results by id; an id that the upstream does not know may be missing. */
export type FoundById<Entity> = ReadonlyMap<string, Found<Entity>>;

/** Entities in one answer of the upstream. */
export interface AnsweredEntities<Entity> {
  readonly entities: ReadonlyMap<string, Entity | null>;
  /**
   * Makes the same entities from the bytes of the answer, for a cache that keeps the bytes instead. Gives the entities of a
   * large answer as they are: they are kept, because parsing it again would take long.
   */
  readonly again: () => ReadonlyMap<string, Entity | null>;
  /** Frees the bytes at once, unless the answer is large; otherwise hundreds of answers can wait for the garbage collector. */
  readonly release: () => void;
  /** Size of the body in bytes. */
  readonly bytes: number;
  /** Undefined when a 404 said that the upstream does not know the ids. */
  readonly answer: UpstreamAnswer | undefined;
  /**
   * JSON of the rows, those of a large answer later; null for ids that the upstream does not know. Must be called within
   * `onAnswer`.
   */
  readonly rows: () => RowTexts | Promise<RowTexts>;
}

/** Makes one call. `write` runs when the call is sent, which fixes its ids. */
type Reader = (
  facts: Pick<UpstreamRequest, 'resource' | 'permissions' | 'isList'>,
  write: () => UpstreamRequest,
) => Promise<UpstreamRead>;

interface BatchMeans<Entity> {
  readonly read: Reader;
  /** Budget for bisecting a refused call. */
  readonly budget: Pick<Budget, 'left' | 'refusal'>;
  /** Called for a large answer. */
  readonly slices: () => Slices;
  /** Called with a number of ids that the upstream turned out to take, smaller than was asked for. */
  readonly onSize: (size: number, isProven: boolean) => void;
  /** Called for each answer; must take synchronously what it keeps. */
  readonly onAnswer: (answered: AnsweredEntities<Entity>) => void;
}

/**
 * Makes one bulk call for 1 to `maxIds` distinct ids that are not empty; more calls when it is refused for some of them, or
 * its answer is cut. An id missing from the map is unknown to the upstream. Rejects only for defects of the gateway.
 *
 * @param idsOf Ids, the same each time; not called before the call is sent.
 */
export async function readBatch<Entity, Expand extends string>(
  resource: Resource<Entity, Expand>,
  idsOf: () => readonly string[],
  expand: readonly Expand[],
  { read, budget, slices, onSize, onAnswer }: BatchMeans<Entity>,
): Promise<ReadonlyMap<string, Found<Entity>>> {
  let found: Map<string, Found<Entity>> = new Map();
  const lacking: Lacking[] = [];
  const unknown = (some: Iterable<string>, reason: UpstreamError) => {
    for (const id of some) found.set(id, new UnknownValueError(reason, resource.type, id));
  };
  const refused = (some: readonly string[], error: UpstreamError) => {
    if (!resource.absentOn404 || !error.isNotFound) unknown(some, error);
    else {
      const absent = new Map(some.map((id) => [id, null]));
      onAnswer({
        entities: absent,
        again: always(absent),
        bytes: 0,
        release: nothing,
        answer: undefined,
        rows: always(absent),
      });
    }
  };
  const facts = {
    resource: resource.name,
    permissions: resource.permissions,
    ...(resource.ttl === 'live' && { isList: true as const }),
  };

  /**
   * Resolves to the error of a call that can be bisected, to null otherwise.
   *
   * @param isOwed True when the upstream has said that it has rows for some of the ids, so that none is unknown.
   */
  async function ask(settle: () => readonly string[], isOwed: boolean): Promise<UpstreamError | null> {
    try {
      const { body, bytes, answer } = await read(facts, () => resource.request(settle(), expand));
      const some = settle();
      const isLarge = bytes.length > LARGE_BYTES;
      const entities = isLarge
        ? await entitiesInSlices(resource, body, answer, some, slices())
        : entitiesIn(resource, body, answer, some);
      const cut = resource.cutOf(body, some);
      const missing = cut === null && !isOwed ? [] : some.filter((id) => entities.get(id) === null);
      for (const id of missing) entities.delete(id);
      let isTextWanted = false;
      onAnswer({
        entities,
        // A copy of the map, which the results of further calls are added to.
        again: isLarge ? always(new Map(entities)) : rereading(resource, bytes, answer, some),
        bytes: bytes.length,
        release: isLarge ? nothing : releasing(bytes),
        answer,
        rows() {
          isTextWanted = true;
          const ids = [...entities.keys()];
          return isLarge
            ? rowsInSlices(resource, { body, bytes, answer }, ids, slices())
            : rowsIn(resource, body, bytes, ids);
        },
      });
      if (isLarge && !isTextWanted) releaseBytes(bytes);
      // The only answer, nearly always, so its map is not copied.
      if (found.size === 0) found = entities;
      else entities.forEach((entity, id) => found.set(id, entity));
      if (cut !== null && missing.length > 0) {
        lacking.push(lackingIn(cut, missing, some.length, answer));
      }
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const some = settle();
      if (canBisect(error)) return error;
      refused(some, error);
    }
    return null;
  }

  async function askOrBisect(settle: () => readonly string[], isOwed: boolean): Promise<void> {
    const error = await ask(settle, isOwed);
    if (error === null) return;
    if (settle().length === 1) {
      refused(settle(), error);
      return;
    }
    const taken = await bisect(
      { ids: settle(), error },
      {
        callsLeft: () => budget.left,
        isAbsentOn404: resource.absentOn404,
        ask: (some) => ask(() => some, isOwed),
        giveUp(part, why) {
          if (why === 'all' || (why === 'these' && part.ids.length === 1)) refused(part.ids, part.error);
          else unknown(part.ids, why === 'spent' ? budget.refusal(resource.name, part.error) : part.error);
        },
      },
    );
    if (taken !== null) onSize(taken.size, taken.isProven);
  }

  await askOrBisect(idsOf, false);
  if (lacking.length > 0) {
    await askForLacking(lacking, {
      callsLeft: () => budget.left,
      ask: (some, isOwed) => askOrBisect(() => some, isOwed),
      isFound(id) {
        const each = found.get(id);
        return each !== undefined && each !== null && !(each instanceof UnknownValueError);
      },
      giveUp(some, answer, why) {
        const error = answer.fault('cut');
        const failed = some.filter((id) => !(found.get(id) instanceof UnknownValueError));
        unknown(failed, why === 'spent' ? budget.refusal(resource.name, error) : error);
      },
      onSize: (size) => onSize(size, true),
    });
  }
  return found;
}

/** Entities in the answer to a call for these ids. Throws an `UpstreamError` when the body cannot be read as one. */
function entitiesIn<Entity, Expand extends string>(
  resource: Resource<Entity, Expand>,
  body: unknown,
  answer: UpstreamAnswer,
  ids: readonly string[],
): Map<string, Entity | null> {
  const rows = resource.rows(body, ids);
  if (rows === null) throw answer.fault('body');
  return valuesById(resource, rows, ids, (row, id) => resource.entity(row, answer, id));
}

/** `entitiesIn` for a large answer. Rejects also with the reason of the slices. */
async function entitiesInSlices<Entity, Expand extends string>(
  resource: Resource<Entity, Expand>,
  body: unknown,
  answer: UpstreamAnswer,
  ids: readonly string[],
  slices: Slices,
): Promise<Map<string, Entity | null>> {
  const entities = new Map<string, Entity | null>();
  for (const [id, row] of await rowsById(resource, body, answer, ids, slices)) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one slice after the other
    entities.set(id, row && (await resource.entityInSlices(row, answer, id, slices)));
  }
  return entities;
}

/** `rowsIn` for a large answer, whose bytes are not released. */
async function rowsInSlices<Entity, Expand extends string>(
  resource: Resource<Entity, Expand>,
  { body, bytes, answer }: UpstreamRead,
  ids: readonly string[],
  slices: Slices,
): Promise<RowTexts> {
  const texts = new Map<string, string | Buffer | null>();
  for (const [id, row] of await rowsById(resource, body, answer, ids, slices)) {
    const text = row === null || row === body ? row && bytes : jsonText(row);
    if (row === null || text !== null) texts.set(id, text);
    // oxlint-disable-next-line eslint/no-await-in-loop -- one slice after the other
    if (slices.isOver(text?.length ?? 0)) await slices.next();
  }
  return texts;
}

/** Rows of a large answer as `valuesById` finds them. Rejects like `entitiesInSlices`. */
async function rowsById<Entity, Expand extends string>(
  resource: Resource<Entity, Expand>,
  body: unknown,
  answer: UpstreamAnswer,
  ids: readonly string[],
  slices: Slices,
): Promise<Map<string, object | null>> {
  const rows = resource.rows(body, ids);
  if (rows === null) throw answer.fault('body');
  const found = new Map<string, object | null>(ids.map((id) => [id, null]));
  for (const row of rows) {
    addTo(found, resource, row, ids, asItIs);
    // oxlint-disable-next-line eslint/no-await-in-loop -- one slice after the other
    if (slices.isOver(BYTES_PER_MATCH)) await slices.next();
  }
  addOtherSpellings(found, resource, rows, ids, asItIs);
  return found;
}

/**
 * JSON of the row of each of these ids, without rows that JSON cannot be made of again. A body that is itself the row is
 * copied, because its bytes can be released.
 */
function rowsIn<Entity, Expand extends string>(
  resource: Resource<Entity, Expand>,
  body: unknown,
  bytes: Buffer,
  ids: readonly string[],
): RowTexts {
  const unwritable = new Set<string>();
  const textOf = (row: object, id: string) => {
    const text = row === body ? Buffer.from(bytes) : jsonText(row);
    if (text === null) unwritable.add(id);
    return text;
  };
  const rows = valuesById(resource, resource.rows(body, ids) ?? [], ids, textOf);
  for (const id of unwritable) rows.delete(id);
  return rows;
}

/**
 * Values of rows by id, null for ids without a row. Rows are matched by id, never by position. A second row for an id is
 * ignored, and so is a row for an id that was not asked for.
 */
function valuesById<Entity, Expand extends string, Value>(
  resource: Resource<Entity, Expand>,
  rows: readonly unknown[],
  ids: readonly string[],
  valueOf: (row: object, id: string) => Value,
): Map<string, Value | null> {
  const values = new Map<string, Value | null>();
  for (const id of ids) values.set(id, null);
  for (const row of rows) addTo(values, resource, row, ids, valueOf);
  addOtherSpellings(values, resource, rows, ids, valueOf);
  return values;
}

function addTo<Entity, Expand extends string, Value>(
  values: Map<string, Value | null>,
  resource: Resource<Entity, Expand>,
  row: unknown,
  ids: readonly string[],
  valueOf: (row: object, id: string) => Value,
): void {
  if (!isObject(row)) return;
  const id = resource.idOf(row, ids);
  if (typeof id === 'string' && values.get(id) === null) values.set(id, valueOf(row, id));
}

/** Adds values of rows whose ids are written in another way than they were asked for, as a UUID in upper case can be. */
function addOtherSpellings<Entity, Expand extends string, Value>(
  values: Map<string, Value | null>,
  resource: Resource<Entity, Expand>,
  rows: readonly unknown[],
  ids: readonly string[],
  valueOf: (row: object, id: string) => Value,
): void {
  const missing = ids.filter((id) => values.get(id) === null);
  if (missing.length === 0) return;
  const { comparable } = resource.ids;
  const rowsByForm = new Map<string, object>();
  for (const row of rows) {
    if (!isObject(row)) continue;
    const id = resource.idOf(row, ids);
    if (typeof id !== 'string') continue;
    const form = comparable(id);
    if (!rowsByForm.has(form)) rowsByForm.set(form, row);
  }
  for (const id of missing) {
    const row = rowsByForm.get(comparable(id));
    if (row !== undefined) values.set(id, valueOf(row, id));
  }
}

// Functions that are kept are created at module level, where they retain only their arguments.

function rereading<Entity, Expand extends string>(
  resource: Resource<Entity, Expand>,
  bytes: Buffer,
  answer: UpstreamAnswer,
  ids: readonly string[],
): () => Map<string, Entity | null> {
  return () => entitiesIn(resource, parseJson(bytes, resource.exactNumbers ?? false), answer, ids);
}

/** A function of its own: one within another would keep the parsed answer in memory, as long as a cache keeps it. */
function releasing(bytes: Buffer): () => void {
  return () => releaseBytes(bytes);
}

function nothing(): void {}

function asItIs(row: object): object {
  return row;
}

function always<Value>(value: Value): () => Value {
  return () => value;
}
