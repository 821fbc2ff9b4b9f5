import {
  type FieldNode,
  getNamedType,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import {
  type EntityGetter,
  type EntityRequirement,
  entityRequirementOf,
  type EntityPrefetcher,
  hasResolver,
  isPersonalProperty,
  type LoadedResource,
} from './entity-fields.ts';
import { isOfType, selectedFields } from '../executor/collect-fields.ts';
import { includedByVariables } from '../executor/conditions.ts';
import { selectedBelow } from './selections.ts';

/** Requirements of the objects at one place of a query, with those of the nodes below. */
export interface LookaheadNode {
  /** Name of the objects' GraphQL type. */
  readonly type: string;
  /** True when objects of the type can be loaded. */
  readonly isEntity: boolean;
  readonly requirements: readonly Requirement[];
  /** Names of the selected fields that need nothing but the object, which has them as properties. */
  readonly properties: readonly string[];
  readonly edges: readonly LookaheadEdge[];
  /** Fields with arguments; their resolvers load what they give. */
  readonly fieldsWithArguments: readonly FieldNode[];
}

export interface Requirement {
  readonly prefetch: EntityPrefetcher;
  readonly resource: LoadedResource;
  readonly expand: readonly string[];
  /** True when a reference that has a name needs no load. */
  readonly unlessNamed: boolean;
  /** True when another entity than the object's own is loaded. */
  readonly isBeside: boolean;
  /** Field whose value is loaded; null when the load is for the object. */
  readonly field: string | null;
  /** Names of the selected fields that have the requirement. */
  readonly fields: readonly string[];
}

/** A field that leads to other objects. */
export interface LookaheadEdge {
  readonly field: string;
  /** Gets the entity that has the field; null when the object itself has it. */
  readonly getOrLoad: EntityGetter | null;
  /** Loads that entity; null when nothing has to be loaded. */
  readonly prefetch: EntityPrefetcher | null;
  /** True when only callers who may see personal data get the field. */
  readonly isPersonal: boolean;
  readonly node: LookaheadNode;
  /** True when the node, or one below it, loads something. */
  readonly isWanted: boolean;
}

export type SelectedOperation = Pick<GraphQLResolveInfo, 'fragments' | 'variableValues' | 'schema'>;

/** Keyed by `info.fieldNodes`, which stays the same array when an operation is compiled. */
const trees = new WeakMap<readonly unknown[], LookaheadNode | null>();

/** Lookahead tree of the rows of a type that a field gives at these paths below it. Null when there is no such type. */
export function selectionTreeBelow(
  info: GraphQLResolveInfo,
  type: string,
  paths: readonly (readonly string[])[],
): LookaheadNode | null {
  const known = trees.get(info.fieldNodes);
  if (known !== undefined) return known;
  const node = selectionTreeAt(info, info.fieldNodes, type, paths);
  trees.set(info.fieldNodes, node);
  return node;
}

/** Like `selectionTreeBelow`, for any field of an operation. */
export function selectionTreeAt(
  operation: SelectedOperation,
  nodes: readonly FieldNode[],
  type: string,
  paths: readonly (readonly string[])[],
): LookaheadNode | null {
  const rowType = operation.schema.getType(type);
  if (!isObjectType(rowType)) return null;
  const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  return nodeOf(
    rowType,
    paths.flatMap((path) => selectionsAt(sets, path, operation)),
    operation,
  );
}

function selectionsAt(
  selectionSets: readonly SelectionSetNode[],
  [name, ...rest]: readonly string[],
  operation: SelectedOperation,
): readonly SelectionSetNode[] {
  if (name === undefined) return selectionSets;
  const below = selectedBelow(selectionSets, operation).flatMap((field) =>
    field.name.value === name ? (field.selectionSet ?? []) : [],
  );
  return selectionsAt(below, rest, operation);
}

function nodeOf(
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
  operation: SelectedOperation,
): LookaheadNode {
  const fields = type.getFields();
  const requirements = new Map<
    EntityPrefetcher,
    Omit<Requirement, 'expand' | 'fields' | 'prefetch'> & { expand: Set<string>; fields: Set<string> }
  >();
  const selected = new Map<string, SelectionSetNode[]>();
  const properties = new Set<string>();
  const fieldsWithArguments: FieldNode[] = [];
  const { schema, fragments, variableValues } = operation;
  const isIncluded = includedByVariables(variableValues);
  const appliesTo = (typeCondition: string) => isOfType(schema, type, typeCondition);
  // Text order, not grouped by response key: the order of requirements is that of the upstream calls.
  for (const node of selectedFields(selectionSets, { fragments, isIncluded, appliesTo })) {
    const name = node.name.value;
    const definition = fields[name];
    const requirement = definition && entityRequirementOf(definition);
    if (requirement !== undefined && isLoadNeededFor(requirement, node, operation)) {
      const known = requirements.get(requirement.prefetch);
      const expand = known?.expand ?? new Set<string>();
      const needing = known?.fields ?? new Set<string>();
      needing.add(name);
      if (requirement.part !== undefined) expand.add(requirement.part);
      requirements.set(requirement.prefetch, {
        resource: requirement.resource,
        expand,
        unlessNamed: (known?.unlessNamed ?? true) && (requirement.unlessNamed ?? false),
        isBeside: requirement.isBeside ?? false,
        field: requirement.isValue === true ? name : null,
        fields: needing,
      });
    }
    if (definition !== undefined && definition.args.length > 0) fieldsWithArguments.push(node);
    else if (definition !== undefined && requirement === undefined) properties.add(name);
    // The resolver of a field with arguments loads what is below the field.
    if (node.selectionSet && node.arguments?.length === 0) {
      const sets = selected.get(name);
      if (sets === undefined) selected.set(name, [node.selectionSet]);
      else sets.push(node.selectionSet);
    }
  }
  const edges = [...selected].flatMap(([field, below]): LookaheadEdge[] => {
    const definition = fields[field];
    if (definition === undefined) return [];
    const itsType = getNamedType(definition.type);
    if (!isObjectType(itsType)) return [];
    const requirement = entityRequirementOf(definition);
    const isPersonal = isPersonalProperty(definition);
    // The results of other resolvers are not known beforehand.
    if (hasResolver(definition) && requirement === undefined && !isPersonal) return [];
    const node = nodeOf(itsType, below, operation);
    const isLeftOut = requirement?.except !== undefined && !requirements.has(requirement.prefetch);
    const { getOrLoad = null, prefetch = null } = isLeftOut
      ? { getOrLoad: requirement.except.holderOf }
      : (requirement ?? {});
    return [{ field, getOrLoad, prefetch, isPersonal, node, isWanted: isWanted(node) }];
  });
  return {
    type: type.name,
    isEntity: Object.values(fields).some((field) => entityRequirementOf(field) !== undefined),
    requirements: [...requirements].map(([prefetch, { expand, fields: needing, ...requirement }]) => ({
      prefetch,
      expand: [...expand],
      fields: [...needing],
      ...requirement,
    })),
    properties: [...properties],
    edges,
    fieldsWithArguments,
  };
}

/** False when all that is selected of the field's value is loaded in another way. */
export function isLoadNeededFor(
  { except }: Pick<EntityRequirement, 'except'>,
  { selectionSet }: FieldNode,
  operation: Pick<SelectedOperation, 'fragments' | 'variableValues'>,
): boolean {
  if (except === undefined || selectionSet === undefined) return true;
  const selected = selectedBelow([selectionSet], operation);
  return selected.some(({ name }) => name.value !== '__typename' && !except.fields.has(name.value));
}

function isWanted({ requirements, edges }: LookaheadNode): boolean {
  return requirements.length > 0 || edges.some((edge) => edge.isWanted);
}
