import {
  getNamedType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';
import { type Registry, resourcesOf } from '../../datasources/index.ts';
import { entityRequirementOf } from '../../lookahead/entity-fields.ts';

/** Fields of the schema that get their values from the calls of a resource. */
export interface FieldsOfResource {
  /** Names such as `Queue.memberCount`, in the order of the schema. */
  readonly fields: readonly string[];
  /** Fields that need the resource for some objects only: names that a reference may have itself. */
  readonly sometimes: readonly string[];
}

/** Fields by the name of their resource, derived from the registry and from what the schema's resolvers load. */
export function fieldsOfResources(
  schema: GraphQLSchema,
  registry: Registry,
): ReadonlyMap<string, FieldsOfResource> {
  const found = new Map<string, FieldLists>(
    resourcesOf(registry).map(({ name }) => [name, { fields: [], sometimes: [] }]),
  );
  const resourceOfRoot = rootResources(registry);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const isRoot = type === schema.getQueryType() || type === schema.getSubscriptionType();
    for (const field of Object.values(type.getFields())) {
      const requirement = entityRequirementOf(field);
      const name = requirement?.resource.name ?? (isRoot ? resourceOfRoot(field) : resourceOfList(field));
      const own = name === null ? undefined : found.get(name);
      const isSometimes = requirement?.unlessNamed === true || requirement?.isBeside === true;
      own?.[isSometimes ? 'sometimes' : 'fields'].push(`${type.name}.${field.name}`);
    }
  }
  return found;

  /** Lists that are loaded by a field with arguments, which has no requirement of its own. */
  function resourceOfList(field: GraphQLField<unknown, unknown>): string | null {
    const { name } = getNamedType(field.type);
    const listed = resourcesOf(registry).find(
      (resource) => resource.ttl === 'live' && !('within' in resource) && resource.resultType === name,
    );
    return listed?.name ?? null;
  }
}

interface FieldLists {
  readonly fields: string[];
  readonly sometimes: string[];
}

/** Gives the resource that a root field asks: the one that it is the root of, or else the one whose entities it returns. */
function rootResources(registry: Registry): (field: GraphQLField<unknown, unknown>) => string | null {
  const all = resourcesOf(registry).map((resource) => ({
    ...resource,
    resultType: 'within' in resource ? resource.type : resource.resultType,
  }));
  return (field) => {
    const type = getNamedType(field.type);
    if (!isObjectType(type)) return null;
    const rows = rowTypeOf(type);
    const asked =
      all.find(({ root }) => root === field.name) ??
      all.find(({ resultType }) => resultType === type.name) ??
      all.find(({ federated }) => federated?.type === type.name) ??
      all.find(({ resultType }) => resultType === rows);
    return asked?.name ?? null;
  };
}

/** Type of a connection's rows; null for any other type. */
function rowTypeOf(type: GraphQLObjectType): string | null {
  const nodes = type.getFields()['nodes'];
  return nodes === undefined ? null : getNamedType(nodes.type).name;
}

/** Fields in few words, root fields first: `Query.queue; Queue { description, memberCount }`. */
export function groupedFields(fields: readonly string[]): string {
  const byType = Map.groupBy(fields, (field) => field.slice(0, field.indexOf('.')));
  return [...byType]
    .toSorted((a, b) => placeOf(a) - placeOf(b))
    .map(([type, names]) => {
      const own = names.map((name) => name.slice(type.length + 1));
      return own.length === 1 ? `${type}.${own.join('')}` : `${type} { ${own.join(', ')} }`;
    })
    .join('; ');
}

function placeOf([type]: readonly [string, unknown]): number {
  return type === 'Query' ? 0 : 1;
}
