import { isBoundedJson, MAX_JSON_BYTES, MAX_JSON_DEPTH } from '../lib/json-bounds.ts';
import { idFormOf } from '../datasources/index.ts';
import { usualId } from '../datasources/wire/ids.ts';
import { type EntityKeys, entityKeys, type EntityType, entityTypesOf, isEntityType } from './entity-keys.ts';

/** Root field that routers load entities by, and its only argument. */
export const ENTITIES = '_entities';
const REPRESENTATIONS = 'representations';

/** Equal to the largest page of interactions. */
export const MAX_REPRESENTATIONS = 1000;

/** Entity as another subgraph refers to it: by its key. */
export interface Representation {
  readonly type: EntityType;
  readonly id: string;
  /** Contact list or campaign within which the id is valid; empty where the id needs none. */
  readonly scope: string;
}

/** Coerced arguments of `_entities`: a list of any values. */
type EntitiesArguments = Readonly<Record<string, unknown>>;

/** Problems of representations: one sentence each, with the place and what is allowed. */
export function representationProblems(args: EntitiesArguments, keys: EntityKeys = entityKeys): string[] {
  const given = givenIn(args);
  return given.length > MAX_REPRESENTATIONS
    ? [
        `Argument "${REPRESENTATIONS}" must have at most ${MAX_REPRESENTATIONS} elements, not ${given.length}.`,
      ]
    : given.flatMap((value, index) => representationProblemsIn(value, `${REPRESENTATIONS}[${index}]`, keys));
}

function representationProblemsIn(value: unknown, place: string, keys: EntityKeys): string[] {
  if (!isBoundedJson(value)) {
    return [
      `Argument "${place}" must be at most ${MAX_JSON_DEPTH} levels deep, and at most ${MAX_JSON_BYTES} bytes of JSON.`,
    ];
  }
  if (!isPlainObject(value)) return [`Argument "${place}" must be an object with __typename and a key.`];
  const { __typename: type } = value;
  if (!isEntityType(type, keys)) {
    return [`Argument "${place}.__typename" must be one of ${entityTypesOf(keys).join(', ')}.`];
  }
  return keys[type].flatMap((field) => {
    const { is, rule } = field === 'id' ? idFormOf(type) : usualId;
    return is(value[field]) ? [] : [`Argument "${place}.${field}" must be an id, ${rule}.`];
  });
}

/** Representations in the given order. Wrong ones have been rejected already (use-argument-rules.ts). */
export function representationsIn(args: EntitiesArguments, keys: EntityKeys = entityKeys): Representation[] {
  return givenIn(args).map((value, index) => {
    if (!isPlainObject(value) || !isEntityType(value['__typename'], keys)) {
      throw new TypeError(`The representation ${index} has not been checked.`);
    }
    const { __typename: type, id } = value;
    const [first] = keys[type];
    return { type, id: String(id), scope: first === 'id' ? '' : String(value[first ?? 'id']) };
  });
}

/** Numbers of distinct representations by type, one for each scope; they determine the number of calls. */
export function representationCounts(
  args: EntitiesArguments,
  keys: EntityKeys = entityKeys,
): ReadonlyMap<EntityType, readonly number[]> {
  const idsOf = new Map<EntityType, Map<string, Set<string>>>();
  for (const { type, scope, id } of representationsIn(args, keys)) {
    const byScope = idsOf.get(type) ?? new Map<string, Set<string>>();
    idsOf.set(type, byScope);
    byScope.set(scope, (byScope.get(scope) ?? new Set()).add(id));
  }
  return new Map([...idsOf].map(([type, byScope]) => [type, [...byScope.values()].map(({ size }) => size)]));
}

/** Number of representations by type. Duplicates count, because each is answered. */
export function representationsPerType(args: EntitiesArguments): ReadonlyMap<EntityType, number> {
  const counts = new Map<EntityType, number>();
  for (const { type } of representationsIn(args)) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}

function givenIn({ [REPRESENTATIONS]: given }: EntitiesArguments): readonly unknown[] {
  return Array.isArray(given) ? given : [];
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
