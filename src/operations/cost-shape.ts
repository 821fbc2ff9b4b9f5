import {
  getArgumentValues,
  getNamedType,
  type GraphQLSchema,
  isInputObjectType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { NODE, nodeKeyIn, type NodeKinds } from '../datasources/node-keys.ts';
import { ENTITIES, representationCounts, representationsPerType } from '../federation/representations.ts';
import { selectedFields } from '../executor/collect-fields.ts';
import type { SelectedOperation } from '../lookahead/selection-tree.ts';
import { selectedBelow } from '../lookahead/selections.ts';

/** Text of all that decides the cost of an operation beside its own text: operations of one shape cost the same. */
export function costShape(
  operation: SelectedOperation,
  definition: OperationDefinitionNode,
  kinds: NodeKinds | undefined,
): string {
  return (
    variablesShape(operation.schema, definition, operation.variableValues) +
    (hasCountedRoots(operation, definition) ? rootsShape(operation, definition, kinds) : '')
  );
}

/** Text of those parts of the variables that decide the cost. */
function variablesShape(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variableValues: Readonly<Record<string, unknown>>,
): string {
  let shape = '';
  for (const { variable, type } of variableDefinitions) {
    const value = variableValues[variable.name.value];
    // Representations are objects of any size. They are counted by `rootsShape`.
    const isCounted = !isObject(value) || isInputObjectType(getNamedType(typeFromAST(schema, type)));
    shape += `${isCounted ? shapeOf(schema, value) : '+'} `;
  }
  return shape;
}

/** Numbers, flags, names of types, lengths of lists, and presence. */
function shapeOf(schema: GraphQLSchema, value: unknown): string {
  if (value === undefined) return '';
  if (value === null) return '-';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  // Argument of `__type`.
  if (typeof value === 'string') return schema.getType(value) === undefined ? '+' : value;
  if (Array.isArray(value)) return `[${value.length}]`;
  if (!isObject(value)) return '+';
  let shape = '';
  for (const [name, inner] of Object.entries(value)) shape += `${name}${shapeOf(schema, inner)} `;
  return shape;
}

/** True for objects of fields. Dates are objects of none. */
function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** By operation, so that each is searched once. */
const withCountedRoots = new WeakMap<OperationDefinitionNode, boolean>();

/** True when an operation may select root fields whose cost depends on the values of their arguments. */
function hasCountedRoots({ fragments }: SelectedOperation, definition: OperationDefinitionNode): boolean {
  let known = withCountedRoots.get(definition);
  if (known === undefined) {
    const roots = selectedFields([definition.selectionSet], { fragments, isIncluded: () => true });
    known = [...roots].some(({ name }) => name.value === ENTITIES || name.value === NODE);
    withCountedRoots.set(definition, known);
  }
  return known;
}

/**
 * Text of what decides the cost of root fields by the values of their arguments, literal or in variables: the numbers of
 * representations, how many differ and how many there are; the kinds of nodes, and which of them share a scope.
 */
function rootsShape(
  operation: SelectedOperation,
  { selectionSet }: OperationDefinitionNode,
  kinds: NodeKinds | undefined,
): string {
  const { variableValues } = operation;
  const fields = operation.schema.getQueryType()?.getFields() ?? {};
  const { [ENTITIES]: entities, [NODE]: nodeField } = fields;
  if (entities === undefined && nodeField === undefined) return '';
  let shape = '';
  const scopes: string[] = [];
  for (const node of selectedBelow([selectionSet], operation)) {
    const field = fields[node.name.value];
    if (field === undefined) continue;
    if (field === entities) {
      const args = getArgumentValues(field, node, variableValues);
      shape += `${JSON.stringify([...representationCounts(args), ...representationsPerType(args)])} `;
    } else if (field === nodeField) {
      const key = nodeKeyIn(getArgumentValues(field, node, variableValues), kinds);
      const scope = `${key?.kind} ${key?.scope}`;
      if (!scopes.includes(scope)) scopes.push(scope);
      shape += `${key?.kind}${scopes.indexOf(scope)} `;
    }
  }
  return shape;
}
