import { type Registry, resourcesOf } from '../datasources/index.ts';
import { contactIn } from '../datasources/contacts.ts';
import type { Federated, Resource } from '../datasources/resource.ts';
import { PlainReference } from '../datasources/wire/reference.ts';
import type { LoadedResource } from '../lookahead/entity-fields.ts';
import type { LookaheadNode } from '../lookahead/selection-tree.ts';
import { type LoadEntity, loadingById, loadScoped } from '../resolvers/load-entity.ts';
import type { EntityType, ScopedEntityType } from './entity-keys.ts';
import type { Representation } from './representations.ts';

type RepresentedKey = Pick<Representation, 'id' | 'scope'>;

/** Loading of the entities of one type. */
interface EntityLoading {
  readonly load: LoadEntity<RepresentedKey>;
  /** Object made of the key alone, without a call. Absent where a key does not suffice for an object of the type. */
  readonly reference?: (key: RepresentedKey) => object;
}

/** Source of the entities of one type. */
export interface FederatedEntity extends Federated, EntityLoading {
  /** Resource that is called. */
  readonly resource: LoadedResource;
}

export type FederatedEntities = Readonly<Record<EntityType, FederatedEntity>>;

const scoped: Readonly<Record<ScopedEntityType, EntityLoading>> = {
  CampaignInteraction: { load: loadScoped.CampaignInteraction },
  Contact: {
    load: loadScoped.Contact,
    reference: ({ scope, id }) => contactIn(scope, id),
  },
};

function loadedById(resource: Resource<object, string>): EntityLoading {
  return { load: loadingById(resource), reference: ({ id }) => new PlainReference(id, null, null) };
}

/** Sources of the entities that the resources declare, by type. */
export function federatedEntitiesOf(registry: Registry): FederatedEntities {
  const withScope = new Map<string, EntityLoading>(Object.entries(scoped));
  const entries = resourcesOf(registry).flatMap((resource) => {
    const { type, federated } = resource;
    if (federated === undefined) return [];
    const ofType = federated.type ?? type;
    const loading = withScope.get(ofType) ?? ('within' in resource ? null : loadedById(resource));
    if (loading === null) throw new TypeError(`${ofType} needs code of its own, for its ids need a scope.`);
    const entity: FederatedEntity = { ...federated, ...loading, resource };
    return [[ofType, entity] as const];
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.fromEntries forgets the key type
  return Object.fromEntries(entries) as FederatedEntities;
}

/**
 * True when the selection needs the entities themselves. Their keys are known, and fields with calls of their own, such as a
 * campaign's statistics, need only the key.
 */
export function isLoadNeeded(
  { resource, reference, key }: FederatedEntity,
  { requirements, properties }: LookaheadNode,
): boolean {
  return (
    reference === undefined ||
    requirements.some((requirement) => requirement.resource.name === resource.name) ||
    properties.some((name) => name !== 'nodeId' && !key.includes(name))
  );
}
