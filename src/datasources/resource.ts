import type { TtlName } from './default-ttls.ts';
import type { UpstreamAnswer } from '../upstream/answer.ts';
import type { UpstreamRequest } from '../upstream/request.ts';
import type { EntityOrigin } from './wire/origin.ts';
import { isObject } from './wire/wire-record.ts';

type QueryParameter = readonly [name: string, value: string];

/** Part of every row that the upstream adds only when `query` asks for it. */
interface ExpandPart<Name extends string> {
  readonly name: Name;
  readonly query: QueryParameter;
  /** TTL of the part, where it differs from that of the row. */
  readonly ttl?: TtlName;
}

/**
 * Specifics of one REST resource: how to request its entities by id and how to read the answer. The code that all
 * resources share (batching, chunking, matching, caching) is in `loading/` and `cache/`.
 */
export interface Resource<Entity, Expand extends string = never> {
  /** Name in reports and logs, such as `users`. */
  readonly name: string;
  /** GraphQL type of the ids, such as `User`. */
  readonly type: string;
  /** GraphQL type of the result. */
  readonly resultType: string;
  readonly permissions: readonly string[];
  /** Name of the TTL; `live` for lists, which are read anew within seconds. */
  readonly ttl: TtlName | 'live';
  /** Most ids per call; the configured batch size may lower it. */
  readonly maxIds: number;
  readonly expand: readonly ExpandPart<Expand>[];
  /** Call for 1 to `maxIds` distinct ids. */
  request(ids: readonly string[], expand: readonly Expand[]): UpstreamRequest;
  /** Rows of the answer to a call for these ids; null when the body is no such answer. */
  readonly rows: (body: unknown, ids: readonly string[]) => readonly unknown[] | null;
  /** Id that a row answers; where the answer is a single row, the id that was asked for. */
  readonly idOf: (row: object, ids: readonly string[]) => unknown;
  /** True when the answer itself says that it lacks rows for these ids. */
  readonly isCut: (body: unknown, ids: readonly string[]) => boolean;
  entity(row: object, answer: UpstreamAnswer, id: string): Entity;
  /** True when a reference is itself the entity, so that nothing has to be loaded. */
  readonly isEntity: (value: unknown) => value is Entity;
  /** True when 404 means that the upstream does not know the ids, not that the call failed. */
  readonly absentOn404: boolean;
}

type EntityClass<Entity> = new (row: object, origin: EntityOrigin) => Entity;

interface Described<Entity> {
  readonly name: string;
  readonly type: string;
  /** @default `type` */
  readonly resultType?: string;
  /** Permissions, one of which the identity needs; empty where none is needed. Source: the vendor's API. */
  readonly permissions: readonly string[];
  readonly ttl: TtlName | 'live';
  readonly path: string;
  readonly Entity: EntityClass<Entity>;
}

/** Listing by ids: `GET path?id=…&id=…`, answered by `{ entities }` in any order, without unknown ids. */
export function listingById<Entity, Expand extends string = never>(
  description: Described<Entity> & {
    readonly maxIds: number;
    /** Parameters of every call. */
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
        // Listings are silently cut at 25 rows unless the call asks for more.
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

/** Reading POST with the ids as its body: `POST path` with `["…"]`. */
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
    request: (ids) => ({ resource: name, permissions, keys: ids.length, method: 'POST', path, body: ids }),
    rows,
    idOf: idOf ?? base.idOf,
    absentOn404,
  };
}

/** Resource without a bulk call: `GET path/{id}`, 404 for an id that the upstream does not know. */
export function oneByOne<Entity>(
  description: Described<Entity> & {
    /** Path after the id. */
    readonly below?: string;
    /** Id that an answer says it is for; by default its `id`. */
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

/** Rows of a listing's envelope; null for any other body. */
export function entitiesOf(body: unknown): readonly unknown[] | null {
  if (typeof body !== 'object' || body === null || !('entities' in body)) return null;
  return bareArray(body.entities);
}

/** A total above the number of ids counts something else and proves nothing. */
function saysThereAreMore(body: unknown, ids: readonly string[]): boolean {
  const { total }: { total?: unknown } = isObject(body) ? body : {};
  const rows = entitiesOf(body)?.length ?? 0;
  return typeof total === 'number' && rows < total && total <= ids.length;
}

/** Rows of an answer that is a bare array. */
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
