import type { Slices } from '../lib/slices.ts';
import { UpstreamAnswer } from '../upstream/answer.ts';
import type { UpstreamRequest } from '../upstream/request.ts';
import { comparableId, type IdForm, usualId } from './wire/ids.ts';
import { type CutListing, cutOf, entitiesOf } from './listing-envelope.ts';
import type { EntityOrigin } from './wire/origin.ts';
import { isObject } from './wire/wire-record.ts';

type QueryParameter = readonly [name: string, value: string];

/**
 * Default TTL, which the setting `CACHE_TTL_<name>_SECONDS` overrides. The vendor allows configuration data to be one to five
 * minutes old; data that changes by the second is kept for seconds. A stale entry may be used for as long again while it is
 * revalidated.
 */
export interface Ttl {
  readonly name: string;
  readonly seconds: number;
}

/** TTL of entities; `live` for lists, which are read anew within seconds. */
type TtlOrLive = Ttl | 'live';

/** Part of every row that the upstream adds only when `query` asks for it. */
interface ExpandPart<Name extends string> {
  readonly name: Name;
  readonly query: QueryParameter;
  /** TTL of the part, where it differs from that of the row. */
  readonly ttl?: Ttl;
}

/** Assumed maximum count where only the upstream's answer could tell; see `config/cardinalities.ts`. */
export interface Cardinality {
  readonly most: number;
  readonly meaning: string;
  /** Field (`Type.field`) that gives so many objects for each object. */
  readonly perObject?: string;
  /** Type, or field (`Type.field`), of whose objects a list refers to so many. */
  readonly perList?: string;
}

/** Entities as other subgraphs of a federated graph refer to them. */
export interface Federated {
  /** GraphQL type of the entities. @default the resource's `type` */
  readonly type?: string;
  /** Key fields; all are ids. */
  readonly key: readonly string[];
  /** True when one call loads the list of all entities of a scope. */
  readonly isListed?: true;
}

/** Facts of a resource from which other parts are derived: settings, loaders, root fields, plans, federation. */
interface ResourceFacts {
  /** Name in reports and logs, such as `users`, and in the registry (`index.ts`). */
  readonly name: string;
  /** GraphQL type of the ids, such as `User`. */
  readonly type: string;
  readonly permissions: readonly string[];
  readonly ttl: TtlOrLive;
  /** Most ids per call; the configured batch size may lower it. */
  readonly maxIds: number;
  readonly expand: readonly ExpandPart<string>[];
  /** Root field that gives an entity by its `id`; absent where there is none. */
  readonly root?: string | undefined;
  /** Ids that calls may carry. */
  readonly ids: IdForm;
  /** True when rows may have whole numbers beyond 2^53, which then are text. */
  readonly exactNumbers?: true | undefined;
  /** True when callers that may not see personal data get no such entity. */
  readonly isPersonal?: true | undefined;
  /** Absent where the entities have no key in a federated graph. */
  readonly federated?: Federated | undefined;
  /** Cardinalities of the entities, by name. */
  readonly cardinalities?: Readonly<Record<string, Cardinality>> | undefined;
}

/** Calls that load a resource's entities by id, and the reading of their answers. */
interface ResourceCalls<Entity, Expand extends string> {
  /** GraphQL type of the result. */
  readonly resultType: string;
  /** Call for 1 to `maxIds` distinct ids. */
  request(ids: readonly string[], expand: readonly Expand[]): UpstreamRequest;
  /** Rows of the answer to a call for these ids; null when the body is no such answer. */
  readonly rows: (body: unknown, ids: readonly string[]) => readonly unknown[] | null;
  /** Id that a row answers; where the answer is a single row, the id that was asked for. */
  readonly idOf: (row: object, ids: readonly string[]) => unknown;
  /** What the answer itself says of lacking rows for these ids; null when it says nothing of the kind. */
  readonly cutOf: (body: unknown, ids: readonly string[]) => CutListing | null;
  entity(row: object, answer: UpstreamAnswer, id: string): Entity;
  /** `entity` for a row of a large answer: an entity that reads many rows at once does so in slices. */
  entityInSlices(row: object, answer: UpstreamAnswer, id: string, slices: Slices): Entity | Promise<Entity>;
  /** Entity that is known without a call, because the vendor gives its id a meaning; undefined for any other id. */
  readonly builtIn: ((id: string) => Entity | undefined) | undefined;
  /** True when a reference is itself the entity, so that nothing has to be loaded. */
  readonly isEntity: (value: unknown) => value is Entity;
  /** True when 404 means that the upstream does not know the ids, not that the call failed. */
  readonly absentOn404: boolean;
}

/**
 * Specifics of one REST resource. The code that all resources share (batching, chunking, matching, caching) is in
 * `loading/` and `cache/`.
 */
export interface Resource<Entity, Expand extends string = never>
  extends ResourceFacts, ResourceCalls<Entity, Expand> {
  readonly expand: readonly ExpandPart<Expand>[];
}

/** Resource whose ids mean something only within a scope, such as contacts within their contact list. */
export interface ScopedResource<Entity> extends ResourceFacts {
  readonly within: (scope: string) => Resource<Entity>;
}

interface EntityClass {
  new (row: object, origin: EntityOrigin): object;
  /** Makes an entity from a large row. @default the constructor */
  readonly inSlices?: (row: object, origin: EntityOrigin, slices: Slices) => Promise<object>;
}

interface Described extends Omit<ResourceFacts, 'expand' | 'ids' | 'maxIds'> {
  /** @default `usualId` */
  readonly ids?: IdForm;
  /** @default `type` */
  readonly resultType?: string;
  /** Permissions, one of which the identity needs; empty where none is needed. Source: the vendor's API. */
  readonly permissions: readonly string[];
  readonly path: string;
  readonly Entity: EntityClass;
  /** Row of an id that the vendor gives a meaning, which the upstream is never asked for. */
  readonly builtIn?: (id: string) => object | undefined;
}

interface DescribedListing extends Described {
  readonly maxIds: number;
  /** Parameters of every call. */
  readonly query?: readonly QueryParameter[];
  readonly expand?: readonly ExpandPart<string>[];
}

interface DescribedPost extends Described {
  readonly maxIds: number;
  readonly rows: (body: unknown) => readonly unknown[] | null;
  readonly idOf?: (row: object) => unknown;
  readonly absentOn404?: boolean;
}

interface DescribedOne extends Described {
  /** Path after the id. */
  readonly below?: string;
  /** Id that an answer says it is for; by default its `id`. */
  readonly idOf?: (row: object) => unknown;
}

/** Rejects properties that a description does not have, which a generic parameter would take. */
type Only<Description, Given> = Given & Readonly<Record<Exclude<keyof Given, keyof Description>, never>>;

/** Resource as described, with its facts as literal types. */
type Declared<Given extends Described> = ResourceCalls<InstanceType<Given['Entity']>, ExpandNameOf<Given>> & {
  readonly [Fact in keyof Required<ResourceFacts>]: Fact extends keyof Given
    ? Given[Fact]
    : Fact extends 'maxIds'
      ? number
      : Fact extends 'ids'
        ? IdForm
        : Fact extends 'expand'
          ? readonly []
          : undefined;
};

type ExpandNameOf<Given> = Given extends { readonly expand: readonly ExpandPart<infer Name>[] }
  ? Name
  : never;

/** Listing by ids: `GET path?id=…&id=…`, answered by `{ entities }` in any order, without unknown ids. */
export function listingById<const Given extends DescribedListing>(
  description: Only<DescribedListing, Given>,
): Declared<Given>;
export function listingById(description: DescribedListing): Resource<object, string> {
  const { name, permissions, path, maxIds, query = [], expand = [] } = description;
  return {
    ...described(description),
    maxIds,
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
    absentOn404: false,
  };
}

/** Reading POST with the ids as its body: `POST path` with `["…"]`. */
export function postOfIds<const Given extends DescribedPost>(
  description: Only<DescribedPost, Given>,
): Declared<Given>;
export function postOfIds(description: DescribedPost): Resource<object> {
  const { name, permissions, path, maxIds, rows, idOf, absentOn404 = false, exactNumbers } = description;
  const base = described(description);
  return {
    ...base,
    maxIds,
    expand: [],
    request: (ids) => ({
      resource: name,
      permissions,
      ...(exactNumbers && { exactNumbers }),
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

/** Resource without a bulk call: `GET path/{id}`, 404 for an id that the upstream does not know. */
export function oneByOne<const Given extends DescribedOne>(
  description: Only<DescribedOne, Given>,
): Declared<Given>;
export function oneByOne(description: DescribedOne): Resource<object> {
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
    rows: (body, [asked = '']) => (isObject(body) && isSaid(idOf(body), asked) ? [body] : null),
    idOf: (_, [asked]) => asked,
    absentOn404: true,
  };
}

function idOfRow(row: { id?: unknown }): unknown {
  return row.id;
}

/** False for a row that says another id than the one that was asked for. */
export function isSaid(said: unknown, asked: string): boolean {
  return (
    said === undefined ||
    said === null ||
    said === asked ||
    (typeof said === 'string' && comparableId(said) === comparableId(asked))
  );
}

/** Properties of all forms. Each is set in each resource, so that all resources of a form have one shape. */
function described(description: Described) {
  const { name, type, resultType = type, permissions, ttl, Entity } = description;
  const { root, ids = usualId, isPersonal, federated, cardinalities, builtIn, exactNumbers } = description;
  return {
    name,
    type,
    resultType,
    permissions,
    ttl,
    root,
    ids,
    isPersonal,
    federated,
    cardinalities,
    builtIn:
      builtIn &&
      ((id: string) => {
        const row = builtIn(id);
        return row && new Entity(row, { type, id, answer: new UpstreamAnswer(name, 200, undefined, 0) });
      }),
    exactNumbers,
    idOf: idOfRow,
    cutOf,
    entity: (row: object, answer: UpstreamAnswer, id: string) => new Entity(row, { type, id, answer }),
    entityInSlices: (row: object, answer: UpstreamAnswer, id: string, slices: Slices) =>
      Entity.inSlices?.(row, { type, id, answer }, slices) ?? new Entity(row, { type, id, answer }),
    isEntity: (value: unknown): value is object => value instanceof Entity,
  };
}
