import {
  type FieldNode,
  getNamedType,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import {
  type EntityFinder,
  entityNeedOf,
  type EntityPreparer,
  hasResolver,
  isPersonalProperty,
  type LoadedResource,
} from './entity-fields.ts';
import { collectFields } from '../executor/collect-fields.ts';
import { conditionsIn } from '../executor/conditions.ts';
import { selectedBelow } from './selections.ts';

/** What is needed of the objects of one level of a query, and of those that they lead to. */
export interface Level {
  /** Name of their GraphQL type. */
  readonly type: string;
  /** Whether such objects can be loaded. */
  readonly isEntity: boolean;
  readonly needs: readonly Need[];
  /** Names of the fields that are selected and need nothing but the object, which has them as properties. */
  readonly properties: readonly string[];
  readonly steps: readonly Step[];
  /** Fields with arguments, which load what they give by themselves. */
  readonly fieldsWithArguments: readonly FieldNode[];
}

export interface Need {
  readonly prepare: EntityPreparer;
  readonly resource: LoadedResource;
  readonly parts: readonly string[];
  /** Whether a reference that has a name needs nothing. */
  readonly unlessNamed: boolean;
  /** Whether it is something else than the object's own entity. */
  readonly isBeside: boolean;
  /** The field whose value it is; null where it is for the object. */
  readonly field: string | null;
}

/** A field that leads to other objects. */
export interface Step {
  readonly field: string;
  /** Finds the entity that has the field; null where the object itself has it. */
  readonly find: EntityFinder | null;
  /** What has to be loaded for that; null where nothing has. */
  readonly prepare: EntityPreparer | null;
  /** Whether it is only for those who may see personal data. */
  readonly isPersonal: boolean;
  readonly level: Level;
  /** Whether anything is loaded on the way. */
  readonly isWanted: boolean;
}

export type Operation = Pick<GraphQLResolveInfo, 'fragments' | 'variableValues' | 'schema'>;

/** By the nodes of the field that leads to the level, which stay the same objects where an operation is compiled. */
const levels = new WeakMap<readonly unknown[], Level | null>();

/** What a query needs of the rows of a type that a field gives, at these paths below it. Null where there is no such type. */
export function levelBelow(
  info: GraphQLResolveInfo,
  type: string,
  paths: readonly (readonly string[])[],
): Level | null {
  const known = levels.get(info.fieldNodes);
  if (known !== undefined) return known;
  const level = levelAt(info, info.fieldNodes, type, paths);
  levels.set(info.fieldNodes, level);
  return level;
}

/** The same for any field of an operation. */
export function levelAt(
  operation: Operation,
  nodes: readonly FieldNode[],
  type: string,
  paths: readonly (readonly string[])[],
): Level | null {
  const rowType = operation.schema.getType(type);
  if (!isObjectType(rowType)) return null;
  const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  return levelOf(
    rowType,
    paths.flatMap((path) => selectionsAt(sets, path, operation)),
    operation,
  );
}

function selectionsAt(
  selectionSets: readonly SelectionSetNode[],
  [name, ...rest]: readonly string[],
  operation: Operation,
): readonly SelectionSetNode[] {
  if (name === undefined) return selectionSets;
  const below = selectedBelow(selectionSets, operation).flatMap((field) =>
    field.name.value === name ? (field.selectionSet ?? []) : [],
  );
  return selectionsAt(below, rest, operation);
}

function levelOf(
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
  operation: Operation,
): Level {
  const fields = type.getFields();
  const needs = new Map<EntityPreparer, Omit<Need, 'parts' | 'prepare'> & { parts: Set<string> }>();
  const selected = new Map<string, SelectionSetNode[]>();
  const properties = new Set<string>();
  const fieldsWithArguments: FieldNode[] = [];
  const byKey = collectFields(operation, conditionsIn(operation.variableValues), type, selectionSets);
  for (const node of [...byKey.values()].flat()) {
    const name = node.name.value;
    const definition = fields[name];
    const need = definition && entityNeedOf(definition);
    if (need !== undefined) {
      const known = needs.get(need.prepare);
      const parts = known?.parts ?? new Set<string>();
      if (need.part !== undefined) parts.add(need.part);
      needs.set(need.prepare, {
        resource: need.resource,
        parts,
        unlessNamed: (known?.unlessNamed ?? true) && (need.unlessNamed ?? false),
        isBeside: need.isBeside ?? false,
        field: need.isValue === true ? name : null,
      });
    }
    if (definition !== undefined && definition.args.length > 0) fieldsWithArguments.push(node);
    else if (definition !== undefined && need === undefined) properties.add(name);
    // What a field with arguments gives is the field's own concern.
    if (node.selectionSet && node.arguments?.length === 0) {
      selected.set(name, [...(selected.get(name) ?? []), node.selectionSet]);
    }
  }
  const steps = [...selected].flatMap(([field, below]): Step[] => {
    const definition = fields[field];
    if (definition === undefined) return [];
    const itsType = getNamedType(definition.type);
    if (!isObjectType(itsType)) return [];
    const need = entityNeedOf(definition);
    const isPersonal = isPersonalProperty(definition);
    // Of what other resolvers give nothing is known here.
    if (hasResolver(definition) && need === undefined && !isPersonal) return [];
    const level = levelOf(itsType, below, operation);
    const { find = null, prepare = null } = need ?? {};
    return [{ field, find, prepare, isPersonal, level, isWanted: isWanted(level) }];
  });
  return {
    type: type.name,
    isEntity: Object.values(fields).some((field) => entityNeedOf(field) !== undefined),
    needs: [...needs].map(([prepare, { parts, ...need }]) => ({ prepare, parts: [...parts], ...need })),
    properties: [...properties],
    steps,
    fieldsWithArguments,
  };
}

function isWanted({ needs, steps }: Level): boolean {
  return needs.length > 0 || steps.some((step) => step.isWanted);
}
