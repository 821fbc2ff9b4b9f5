import { type AnyResource, type Registry, resources, resourcesOf } from '../datasources/index.ts';

/** Types that are entities in a federated graph. */
export type EntityType = TypeOf<AnyResource>;
type TypeOf<Each> = Each extends { readonly federated: { readonly type: infer Type extends string } }
  ? Type
  : Each extends { readonly federated: object; readonly type: infer Type extends string }
    ? Type
    : never;

/** Types whose ids need a scope. */
export type ScopedEntityType = TypeOf<
  Exclude<AnyResource, { readonly federated: { readonly key: readonly ['id'] } }>
>;

/** Key fields of entities for other subgraphs, by type; all are ids. */
export type EntityKeys = Readonly<Record<EntityType, readonly string[]>>;

/** Keys that the resources declare, in the order of the types. */
export function entityKeysOf(registry: Registry): EntityKeys {
  const entries = resourcesOf(registry).flatMap(({ type, federated }) =>
    federated === undefined ? [] : [[federated.type ?? type, federated.key] as const],
  );
  const inOrder = entries.toSorted(([one], [other]) => (one < other ? -1 : 1));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.fromEntries forgets the key type
  return Object.fromEntries(inOrder) as EntityKeys;
}

export const entityKeys = entityKeysOf(resources);

export function entityTypesOf(keys: EntityKeys): readonly EntityType[] {
  return Object.keys(keys).filter((name) => isEntityType(name, keys));
}

export function isEntityType(name: unknown, keys: EntityKeys): name is EntityType {
  return typeof name === 'string' && Object.hasOwn(keys, name);
}
