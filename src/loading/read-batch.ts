import { UnknownValueError, UpstreamError } from '../errors.ts';
import type { Budget } from '../upstream/budget.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import type { UpstreamAnswer, UpstreamRead } from '../upstream/answer.ts';
import type { UpstreamRequest } from '../upstream/request.ts';
import { isObject } from '../datasources/wire/wire-record.ts';
import type { Resource } from '../datasources/resource.ts';
import { canBisect, bisect } from './bisect.ts';

/** What was found of an id: null when the upstream does not know it, an error when that could not be found out. */
export type Found<Entity> = Entity | null | UnknownValueError;
/** Found entities by id; ids that the upstream does not know may be left out. */
export type FoundById<Entity> = ReadonlyMap<string, Found<Entity>>;

/** What one answer says of the ids that it was asked for. */
export interface AnsweredEntities<Entity> {
  readonly entities: ReadonlyMap<string, Entity | null>;
  /** Makes the same entities from what came over the wire, for those who keep that instead. */
  readonly again: () => ReadonlyMap<string, Entity | null>;
  /** Gives back at once what they are made from; until the garbage collector does, it can be hundreds of answers. */
  readonly release: () => void;
  /** How much came over the wire. */
  readonly bytes: number;
  /** Of the answer; undefined where there is none but that the upstream does not know the ids. */
  readonly answer: UpstreamAnswer | undefined;
  /** JSON of the rows, null for ids that the upstream does not know. Only to be asked for at once. */
  readonly rows: () => ReadonlyMap<string, string | Buffer | null>;
}

/** Makes one call; the ids are settled when it is sent. */
type Reader = (
  facts: Pick<UpstreamRequest, 'resource' | 'permissions' | 'isList'>,
  write: () => UpstreamRequest,
) => Promise<UpstreamRead>;

interface Means<Entity> {
  readonly read: Reader;
  /** What may be spent on splitting a call that was refused. */
  readonly budget: Pick<Budget, 'left' | 'refusal'>;
  /** Told of each answer; takes of it at once what it wants to keep. */
  readonly onAnswer: (answered: AnsweredEntities<Entity>) => void;
}

/**
 * Makes one bulk call for ids that differ, are not empty and not more than the resource takes at once; more calls where it is
 * refused for some of them. What is not in the map is not known to the upstream. Never rejects but for defects of our own.
 *
 * @param idsOf Gives the ids, the same each time; not asked before the call is sent.
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

  /** Resolves to the error of a call that may have been refused for a single id. */
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
      // Nearly always one answer is all there is.
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

/** The entities of an answer to a call for these ids. Throws an `UpstreamError` when it is no such answer. */
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

/** The rows of the entities that were read, as text. Where an answer is one row it is that text, of which nobody takes the bytes away. */
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
 * Values of rows by id, null for ids without a row. Rows are matched by id, never by position; a second row for an id, or one that
 * nobody asked for, is ignored.
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

// Functions that are kept are made out here, where they hold on to nothing but what they are given.

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
    // It is nobody else's.
    if (buffer instanceof ArrayBuffer && buffer.byteLength === length) buffer.transfer(0);
  };
}

function always<Value>(value: Value): () => Value {
  return () => value;
}
