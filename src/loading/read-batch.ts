import { UnknownValueError, UpstreamError } from '../errors.ts';
import type { Budget } from '../upstream/budget.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import type { UpstreamAnswer, UpstreamRead } from '../upstream/answer.ts';
import type { UpstreamRequest } from '../upstream/request.ts';
import { isObject } from '../datasources/wire/wire-record.ts';
import type { Resource } from '../datasources/resource.ts';
import { canBisect, bisect } from './bisect.ts';

/** Result for an id: null when the upstream does not know it, an error when it could not be read. */
export type Found<Entity> = Entity | null | UnknownValueError;
/** Results by id; an id that the upstream does not know may be missing. */
export type FoundById<Entity> = ReadonlyMap<string, Found<Entity>>;

/** Entities in one answer of the upstream. */
export interface AnsweredEntities<Entity> {
  readonly entities: ReadonlyMap<string, Entity | null>;
  /** Makes the same entities from the bytes of the answer, for a cache that keeps the bytes instead. */
  readonly again: () => ReadonlyMap<string, Entity | null>;
  /** Frees the bytes at once; otherwise hundreds of answers can wait for the garbage collector. */
  readonly release: () => void;
  /** Size of the body in bytes. */
  readonly bytes: number;
  /** Undefined when a 404 said that the upstream does not know the ids. */
  readonly answer: UpstreamAnswer | undefined;
  /** JSON of the rows, null for ids that the upstream does not know. Must be called within `onAnswer`. */
  readonly rows: () => ReadonlyMap<string, string | Buffer | null>;
}

/** Makes one call. `write` runs when the call is sent, which fixes its ids. */
type Reader = (
  facts: Pick<UpstreamRequest, 'resource' | 'permissions' | 'isList'>,
  write: () => UpstreamRequest,
) => Promise<UpstreamRead>;

interface Means<Entity> {
  readonly read: Reader;
  /** Budget for bisecting a refused call. */
  readonly budget: Pick<Budget, 'left' | 'refusal'>;
  /** Called for each answer; must take synchronously what it keeps. */
  readonly onAnswer: (answered: AnsweredEntities<Entity>) => void;
}

/**
 * Makes one bulk call for 1 to `maxIds` distinct ids that are not empty; more calls when it is refused for some of them. An
 * id missing from the map is unknown to the upstream. Rejects only for defects of the gateway.
 *
 * @param idsOf Ids, the same each time; not called before the call is sent.
 */
export async function readBatch<Entity, Expand extends string>(
  resource: Resource<Entity, Expand>,
  idsOf: () => readonly string[],
  expand: readonly Expand[],
  { read, budget, onAnswer }: Means<Entity>,
): Promise<ReadonlyMap<string, Found<Entity>>> {
  let found: Map<string, Found<Entity>> = new Map();
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
        release: () => undefined,
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

  /** Resolves to the error of a call that can be bisected, to null otherwise. */
  async function ask(settle: () => readonly string[]): Promise<UpstreamError | null> {
    try {
      const { body, bytes, answer } = await read(facts, () => resource.request(settle(), expand));
      const some = settle();
      const entities = entitiesIn(resource, body, answer, some);
      const cut = resource.isCut(body, some) ? some.filter((id) => entities.get(id) === null) : [];
      for (const id of cut) entities.delete(id);
      onAnswer({
        entities,
        again: rereading(resource, bytes, answer, some),
        bytes: bytes.length,
        release: releasing(bytes),
        answer,
        rows: () => rowsIn(resource, body, bytes, entities),
      });
      // The only answer, nearly always, so its map is not copied.
      if (found.size === 0) found = entities;
      else entities.forEach((entity, id) => found.set(id, entity));
      if (cut.length > 0) unknown(cut, answer.fault('cut'));
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const some = settle();
      if (some.length > 1 && canBisect(error)) return error;
      refused(some, error);
    }
    return null;
  }

  const error = await ask(idsOf);
  if (error !== null) {
    await bisect(
      { ids: idsOf(), error },
      () => budget.left,
      (some) => ask(() => some),
      (part, why) => {
        if (why === 'all') refused(part.ids, part.error);
        else unknown(part.ids, why === 'spent' ? budget.refusal(resource.name, part.error) : part.error);
      },
    );
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

/** JSON of each entity's row. A body that is itself the row is copied, because its bytes can be released. */
function rowsIn<Entity, Expand extends string>(
  resource: Resource<Entity, Expand>,
  body: unknown,
  bytes: Buffer,
  entities: ReadonlyMap<string, Entity | null>,
): ReadonlyMap<string, string | Buffer | null> {
  const ids = [...entities.keys()];
  const textOf = (row: object) => (row === body ? Buffer.from(bytes) : JSON.stringify(row));
  return valuesById(resource, resource.rows(body, ids) ?? [], ids, textOf);
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
  for (const row of rows) {
    if (!isObject(row)) continue;
    const id = resource.idOf(row, ids);
    if (typeof id === 'string' && values.get(id) === null) values.set(id, valueOf(row, id));
  }
  return values;
}

// Functions that are kept are created at module level, where they retain only their arguments.

function rereading<Entity, Expand extends string>(
  resource: Resource<Entity, Expand>,
  bytes: Buffer,
  answer: UpstreamAnswer,
  ids: readonly string[],
): () => Map<string, Entity | null> {
  return () => entitiesIn(resource, JSON.parse(decodeUtf8(bytes)), answer, ids);
}

function releasing({ buffer, length }: Buffer): () => void {
  return () => {
    // The buffer holds this answer alone.
    if (buffer instanceof ArrayBuffer && buffer.byteLength === length) buffer.transfer(0);
  };
}

function always<Value>(value: Value): () => Value {
  return () => value;
}
