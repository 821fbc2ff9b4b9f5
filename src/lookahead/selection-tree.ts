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
  entityRequirementOf,
  type EntityPrefetcher,
  hasResolver,
  isPersonalProperty,
  type LoadedResource,
} from './entity-fields.ts';
import { collectFields } from '../executor/collect-fields.ts';
import { conditionsIn } from '../executor/conditions.ts';
import { selectedBelow } from './selections.ts';

/** What is needed of the objects of one node of a query, and of those that they lead to. */
export interface LookaheadNode {
  /** Name of their GraphQL type. */
  readonly type: string;
  /** Whether such objects can be loaded. */
  readonly isEntity: boolean;
  readonly requirements: readonly Requirement[];
  /** Names of the fields that are selected and requirement nothing but the object, which has them as properties. */
  readonly properties: readonly string[];
  readonly edges: readonly LookaheadEdge[];
  /** Fields with arguments, which load what they give by themselves. */
  readonly fieldsWithArguments: readonly FieldNode[];
}

export interface Requirement {
  readonly prefetch: EntityPrefetcher;
  readonly resource: LoadedResource;
  readonly expand: readonly string[];
  /** Whether a reference that has a name requirements nothing. */
  readonly unlessNamed: boolean;
  /** Whether it is something else than the object's own entity. */
  readonly isBeside: boolean;
  /** The field whose value it is; null where it is for the object. */
  readonly field: string | null;
}

/** A field that leads to other objects. */
export interface LookaheadEdge {
  readonly field: string;
  /** Finds the entity that has the field; null where the object itself has it. */
  readonly getOrLoad: EntityGetter | null;
  /** What has to be loaded for that; null where nothing has. */
  readonly prefetch: EntityPrefetcher | null;
  /** Whether it is only for those who may see personal data. */
  readonly isPersonal: boolean;
  readonly node: LookaheadNode;
  /** Whether anything is loaded on the way. */
  readonly isWanted: boolean;
}

export type SelectedOperation = Pick<GraphQLResolveInfo, 'fragments' | 'variableValues' | 'schema'>;

/** By the nodes of the field that leads to the node, which stay the same objects where an operation is compiled. */
const trees = new WeakMap<readonly unknown[], LookaheadNode | null>();

/** What a query requirements of the rows of a type that a field gives, at these paths below it. Null where there is no such type. */
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

/** The same for any field of an operation. */
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
    Omit<Requirement, 'expand' | 'prefetch'> & { expand: Set<string> }
  >();
  const selected = new Map<string, SelectionSetNode[]>();
  const properties = new Set<string>();
  const fieldsWithArguments: FieldNode[] = [];
  const byKey = collectFields(operation, conditionsIn(operation.variableValues), type, selectionSets);
  for (const node of [...byKey.values()].flat()) {
    const name = node.name.value;
    const definition = fields[name];
    const requirement = definition && entityRequirementOf(definition);
    if (requirement !== undefined) {
      const known = requirements.get(requirement.prefetch);
      const expand = known?.expand ?? new Set<string>();
      if (requirement.part !== undefined) expand.add(requirement.part);
      requirements.set(requirement.prefetch, {
        resource: requirement.resource,
        expand,
        unlessNamed: (known?.unlessNamed ?? true) && (requirement.unlessNamed ?? false),
        isBeside: requirement.isBeside ?? false,
        field: requirement.isValue === true ? name : null,
      });
    }
    if (definition !== undefined && definition.args.length > 0) fieldsWithArguments.push(node);
    else if (definition !== undefined && requirement === undefined) properties.add(name);
    // What a field with arguments gives is the field's own concern.
    if (node.selectionSet && node.arguments?.length === 0) {
      selected.set(name, [...(selected.get(name) ?? []), node.selectionSet]);
    }
  }
  const edges = [...selected].flatMap(([field, below]): LookaheadEdge[] => {
    const definition = fields[field];
    if (definition === undefined) return [];
    const itsType = getNamedType(definition.type);
    if (!isObjectType(itsType)) return [];
    const requirement = entityRequirementOf(definition);
    const isPersonal = isPersonalProperty(definition);
    // Of what other resolvers give nothing is known here.
    if (hasResolver(definition) && requirement === undefined && !isPersonal) return [];
    const node = nodeOf(itsType, below, operation);
    const { getOrLoad = null, prefetch = null } = requirement ?? {};
    return [{ field, getOrLoad, prefetch, isPersonal, node, isWanted: isWanted(node) }];
  });
  return {
    type: type.name,
    isEntity: Object.values(fields).some((field) => entityRequirementOf(field) !== undefined),
    requirements: [...requirements].map(([prefetch, { expand, ...requirement }]) => ({
      prefetch,
      expand: [...expand],
      ...requirement,
    })),
    properties: [...properties],
    edges,
    fieldsWithArguments,
  };
}

function isWanted({ requirements, edges }: LookaheadNode): boolean {
  return requirements.length > 0 || edges.some((edge) => edge.isWanted);
}
