import {
  type FieldNode,
  getArgumentValues,
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  isAbstractType,
  isLeafType,
  isListType,
  isObjectType,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from 'graphql';
import { NODE, nodeKeyIn } from '../datasources/node-keys.ts';
import type { SelectedOperation } from '../lookahead/selection-tree.ts';
import { collectFields, type FieldWalk } from '../executor/collect-fields.ts';
import { includedByVariables } from '../executor/conditions.ts';
import { ENTITIES, representationsPerType } from '../federation/representations.ts';
import type { Cardinalities } from '../config/cardinalities.ts';
import { IntrospectionFields } from './introspection-fields.ts';
import { campaignRows, interactionRows } from './object-counts.ts';
import { PositionKeys } from './position-keys.ts';

/**
 * Usual lengths of lists, by type and field. The cardinalities of the call plan are upper bounds: multiplied by one another
 * and by the rows of a page, they would refuse queries whose answers are small.
 */
export const usualLengths: Readonly<Record<string, number>> = {
  'CampaignInteraction.skills': 3,
  'Contact.callRecords': 2,
  'ContactList.columnNames': 10,
  'Conversation.participants': 3,
  'User.skills': 5,
};
/** Length of lists that are missing from the table. */
const USUAL_LENGTH = 10;
/** Weight of a JSON value, such as a contact's columns: one field in the schema, but written out as many. */
export const JSON_FIELDS = 20;
/** Maximum number of fields that the estimate visits. */
export const MAX_VISITED = 100_000;

/**
 * Estimated number of fields in the answer to an operation, or in one event of a subscription: completed values, leaves as
 * well as objects, and elements of lists. Pages count with their maximum length, other lists with their usual length. The
 * arguments must have been checked.
 */
export function estimateAnswerFields(
  operation: SelectedOperation,
  definition: OperationDefinitionNode,
  cardinalities: Pick<Cardinalities, 'campaignsPerPage'>,
): number {
  const root = operation.schema.getRootType(definition.operation);
  if (!root) return 0;
  const estimate = new AnswerEstimate(operation, definition, cardinalities);
  const fields = estimate.of(root, [definition.selectionSet], 0);
  // JSON has no exact integers above this bound.
  return Math.min(Math.ceil(fields), Number.MAX_SAFE_INTEGER);
}

type AnyField = GraphQLField<unknown, unknown>;

class AnswerEstimate {
  readonly #operation: SelectedOperation;
  readonly #cardinalities: Pick<Cardinalities, 'campaignsPerPage'>;
  readonly #isIncluded: FieldWalk['isIncluded'];
  readonly #introspection: IntrospectionFields;
  readonly #keys = new PositionKeys();
  /** Numbers of fields below positions that have been visited: nested fragments lead to the same ones again and again. */
  readonly #known = new Map<string, number>();
  #visited = 0;

  constructor(
    operation: SelectedOperation,
    definition: OperationDefinitionNode,
    cardinalities: Pick<Cardinalities, 'campaignsPerPage'>,
  ) {
    this.#operation = operation;
    this.#isIncluded = includedByVariables(operation.variableValues);
    this.#cardinalities = cardinalities;
    this.#introspection = new IntrospectionFields(operation, definition, this.#isIncluded);
  }

  /**
   * Number of fields of one object and of everything below it.
   *
   * @param rows Maximum rows of the page when the object is a connection.
   */
  of(type: GraphQLObjectType, sets: readonly SelectionSetNode[], rows: number): number {
    let total = 0;
    for (const nodes of collectFields(this.#operation, this.#isIncluded, type, sets).values()) {
      this.#visited += 1;
      if (this.#visited > MAX_VISITED) return Infinity;
      total += 1;
      const [node] = nodes;
      const field = fieldOf(type, node.name.value);
      if (field !== undefined) total += this.#below(type, field, nodes, rows);
    }
    return total;
  }

  #below(
    type: GraphQLObjectType,
    field: AnyField,
    nodes: readonly [FieldNode, ...FieldNode[]],
    rows: number,
  ): number {
    const whole = getNullableType(field.type);
    if (isLeafType(whole)) return leafFields(whole);
    const key = `${type.name} ${rows} ${this.#keys.of(nodes)}`;
    let below = this.#known.get(key);
    if (below === undefined) {
      below = this.#countBelow(type, field, nodes, rows);
      this.#known.set(key, below);
    }
    return below;
  }

  #countBelow(
    type: GraphQLObjectType,
    field: AnyField,
    nodes: readonly [FieldNode, ...FieldNode[]],
    rows: number,
  ): number {
    const named = getNamedType(field.type);
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    if (field === SchemaMetaFieldDef || field === TypeMetaFieldDef) {
      return this.#introspection.below(type, field, nodes);
    }
    if (field.name === ENTITIES) return this.#entities(field, nodes[0], sets);
    if (field.name === NODE && type === this.#operation.schema.getQueryType()) {
      return this.#largestOf(this.#typeOfNode(field, nodes[0]) ?? named, sets, 0);
    }
    const isList = isListType(getNullableType(field.type));
    const count = isList ? this.#lengthOf(type, field, rows) : 1;
    if (count === 0) return 0;
    const each = this.#largestOf(named, sets, this.#rowsOf(field, named, nodes[0]));
    return count * each + (isList ? count : 0);
  }

  #largestOf(type: GraphQLNamedType, sets: readonly SelectionSetNode[], rows: number): number {
    if (isObjectType(type)) return this.of(type, sets, rows);
    if (!isAbstractType(type)) return leafFields(type);
    const possible = this.#operation.schema.getPossibleTypes(type);
    return Math.max(0, ...possible.map((each) => this.of(each, sets, rows)));
  }

  #typeOfNode(field: AnyField, node: FieldNode): GraphQLNamedType | undefined {
    const { schema, variableValues } = this.#operation;
    const key = nodeKeyIn(getArgumentValues(field, node, variableValues));
    return key === null ? undefined : schema.getType(key.type);
  }

  #entities(field: AnyField, node: FieldNode, sets: readonly SelectionSetNode[]): number {
    const { schema, variableValues } = this.#operation;
    const given = representationsPerType(getArgumentValues(field, node, variableValues));
    let total = 0;
    for (const [name, count] of given) {
      const type = schema.getType(name);
      total += count * (1 + (isObjectType(type) ? this.of(type, sets, 0) : 0));
    }
    return total;
  }

  #lengthOf(type: GraphQLObjectType, field: AnyField, rows: number): number {
    if (CONNECTION.test(type.name)) return rows;
    const place = `${type.name}.${field.name}`;
    return usualLengths[place] ?? USUAL_LENGTH;
  }

  /** Maximum rows of the page that a field returns; 0 when it returns no connection. */
  #rowsOf(field: AnyField, { name }: GraphQLNamedType, node: FieldNode): number {
    const args = () => getArgumentValues(field, node, this.#operation.variableValues);
    if (name === 'CampaignConnection') return campaignRows(args(), this.#cardinalities);
    return name === 'CampaignInteractionConnection' ? (interactionRows(args()) ?? 0) : 0;
  }
}

const CONNECTION = /Connection$/;

/** Number of fields that a leaf counts beside itself. */
function leafFields({ name }: GraphQLNamedType): number {
  return name === 'JSON' ? JSON_FIELDS : 0;
}

/** Definition of a field. The introspection fields of the root belong to no type. */
function fieldOf(type: GraphQLObjectType, name: string): AnyField | undefined {
  if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
  if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  return type.getFields()[name];
}
