import type { TtlName } from './ttl.ts';
import type { UpstreamAnswer } from '../upstream/answer.ts';
import type { UpstreamRequest } from '../upstream/request.ts';
import type { EntityOrigin } from './wire/origin.ts';
import { isObject } from './wire/wire-record.ts';

type QueryParameter = readonly [name: string, value: string];

/** Something that the upstream adds to every row only when it is asked to by this parameter. */
interface ExpandPart<Name extends string> {
  readonly name: Name;
  readonly query: QueryParameter;
  /** How long it may be used again, where that differs from the rest of the row. */
  readonly ttl?: TtlName;
}

/**
 * What is peculiar to one REST resource: how to ask for its entities by id and how to read the answer. Everything
 * general (batching, chunking, matching, keeping) is in the files beside this one and knows no resource by name.
 */
export interface Resource<Entity, Expand extends string = never> {
  /** Name in reports and logs, such as `users`. */
  readonly name: string;
  /** GraphQL type whose ids it takes, such as `User`. */
  readonly type: string;
  /** GraphQL type that it gives. */
  readonly resultType: string;
  readonly permissions: readonly string[];
  /** How long what was read may be used again; `live` for lists that are asked for anew within seconds. */
  readonly ttl: TtlName | 'live';
  /** The most ids that one call takes; the configured batch size may lower it. */
  readonly maxIds: number;
  readonly expand: readonly ExpandPart<Expand>[];
  /** The call for these ids, which are not empty, differ from each other and are at most `maxIds`. */
  request(ids: readonly string[], expand: readonly Expand[]): UpstreamRequest;
  /** The rows of an answer to a call for these ids; null when it is no such answer. */
  readonly rows: (body: unknown, ids: readonly string[]) => readonly unknown[] | null;
  /** The id that a row answers; where one row is all there is, the id that was asked for. */
  readonly idOf: (row: object, ids: readonly string[]) => unknown;
  /** Whether the answer itself says that rows for these ids are missing from it. */
  readonly isCut: (body: unknown, ids: readonly string[]) => boolean;
  entity(row: object, answer: UpstreamAnswer, id: string): Entity;
  /** Whether a reference is such an entity itself, so that nothing has to be loaded. */
  readonly isEntity: (value: unknown) => value is Entity;
  /** Whether 404 says that the upstream does not know the ids, rather than that the call failed. */
  readonly absentOn404: boolean;
}

type EntityClass<Entity> = new (row: object, origin: EntityOrigin) => Entity;

interface Described<Entity> {
  readonly name: string;
  readonly type: string;
  /** @default `type` */
  readonly resultType?: string;
  /** What the identity needs one of to be answered; empty where every identity is. Source: the vendor's API. */
  readonly permissions: readonly string[];
  readonly ttl: TtlName | 'live';
  readonly path: string;
  readonly Entity: EntityClass<Entity>;
}

/** A listing that takes ids: `GET path?id=…&id=…`, answered by `{ entities }` in an order of its own, without unknown ids. */
export function listingById<Entity, Expand extends string = never>(
  description: Described<Entity> & {
    readonly maxIds: number;
    /** Sent with every call. */
    readonly query?: readonly QueryParameter[];
    readonly expand?: readonly ExpandPart<Expand>[];
  },
): Resource<Entity, Expand> {
  const { name, permissions, path, query = [], expand = [] } = description;
  return {
    ...described(description),
    maxIds: description.maxIds,
    expand,
    request: (ids, wanted) => ({
      resource: name,
      permissions,
      keys: ids.length,
      method: 'GET',
      path,
      query: [
        // Every listing is cut at 25 rows, silently, unless it is asked for more.
        ['pageSize', String(ids.length)],
        ...query,
        ...expand.filter((part) => wanted.includes(part.name)).map((part) => part.query),
        ...ids.map((id) => ['id', id] as const),
      ],
    }),
    rows: entitiesOf,
    isCut: saysThereAreMore,
    absentOn404: false,
  };
}

/** A reading POST whose body is the ids: `POST path` with `["…"]`. */
export function postOfIds<Entity>(
  description: Described<Entity> & {
    readonly maxIds: number;
    readonly rows: (body: unknown) => readonly unknown[] | null;
    readonly idOf?: (row: object) => unknown;
    readonly absentOn404?: boolean;
  },
): Resource<Entity> {
  const { name, permissions, path, maxIds, rows, idOf, absentOn404 = false } = description;
  const base = described(description);
  return {
    ...base,
    maxIds,
    expand: [],
    request: (ids) => ({
      resource: name,
      permissions,
      keys: ids.length,
      method: 'POST',
      path,
      body: ids,
    }),
    rows,
    idOf: idOf ?? base.idOf,
    absentOn404,
  };
}

/** What can only be had one by one: `GET path/{id}`, 404 for an id that the upstream does not know. */
export function oneByOne<Entity>(
  description: Described<Entity> & {
    /** What follows the id in the path. */
    readonly below?: string;
    /** The id that an answer says it is for; by default its own. */
    readonly idOf?: (row: object) => unknown;
  },
): Resource<Entity> {
  const { name, permissions, ttl, path, below = '', idOf = idOfRow } = description;
  return {
    ...described(description),
    maxIds: 1,
    expand: [],
    request: ([id = '']) => ({
      resource: name,
      permissions,
      keys: 1,
      method: 'GET',
      path: `${path}/${encodeURIComponent(id)}${below}`,
      ...(ttl === 'live' && { isList: true }),
    }),
    rows: (body, [asked]) => (isObject(body) && (idOf(body) ?? asked) === asked ? [body] : null),
    idOf: (_, [asked]) => asked,
    absentOn404: true,
  };
}

function idOfRow(row: { id?: unknown }): unknown {
  return row.id;
}

/** The rows of a listing's envelope. */
export function entitiesOf(body: unknown): readonly unknown[] | null {
  if (typeof body !== 'object' || body === null || !('entities' in body)) return null;
  return bareArray(body.entities);
}

/** A total that is larger than the number of ids counts something else, and tells nothing. */
function saysThereAreMore(body: unknown, ids: readonly string[]): boolean {
  const { total }: { total?: unknown } = isObject(body) ? body : {};
  const rows = entitiesOf(body)?.length ?? 0;
  return typeof total === 'number' && rows < total && total <= ids.length;
}

/** The rows of an answer that is nothing but them. */
export function bareArray(body: unknown): readonly unknown[] | null {
  return Array.isArray(body) ? body : null;
}

function described<Entity>({ name, type, resultType = type, permissions, ttl, Entity }: Described<Entity>) {
  return {
    name,
    type,
    resultType,
    permissions,
    ttl,
    idOf: idOfRow,
    isCut: () => false,
    entity: (row: object, answer: UpstreamAnswer, id: string) => new Entity(row, { type, id, answer }),
    isEntity: (value: unknown): value is Entity => value instanceof Entity,
  };
}
