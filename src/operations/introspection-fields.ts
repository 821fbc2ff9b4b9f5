import {
  type FieldNode,
  getArgumentValues,
  getNamedType,
  getNullableType,
  type GraphQLField,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  isListType,
  isObjectType,
  type OperationDefinitionNode,
} from 'graphql';
import { collectFields, type FieldWalk } from '../executor/collect-fields.ts';
import type { SelectedOperation } from '../lookahead/selection-tree.ts';
import { PositionKeys } from './position-keys.ts';

type Field = GraphQLField<unknown, unknown>;
type MergedNodes = readonly [FieldNode, ...FieldNode[]];

/** Selections on the objects of one introspection type. */
interface Position {
  /** Number of fields that an object has whatever it is. */
  readonly leaves: number;
  /** Fields whose part of the answer differs from object to object. */
  readonly branches: readonly Branch[];
  /** Number of fields of an object and of everything below it. */
  readonly counts: Map<unknown, number>;
}

interface Branch {
  readonly valueOf: (source: unknown) => unknown;
  /** Null for lists of leaves. */
  readonly below: () => Position | null;
}

/** Maximum number of objects that a count visits, each at each of its positions. */
export const MAX_VISITED = 50_000;

/**
 * Exact number of fields in answers to `__schema` and `__type`, which depend on nothing but the schema and the query. Averages
 * of the schema are far too low: the types with the most fields are also those that most fields refer to.
 *
 * The values come from graphql's own resolvers. Each part of the schema is visited once at each position of the query,
 * however often the answer repeats it.
 */
export class IntrospectionFields {
  readonly #operation: SelectedOperation;
  readonly #definition: OperationDefinitionNode;
  readonly #isIncluded: FieldWalk['isIncluded'];
  readonly #positions = new Map<string, Position>();
  readonly #keys = new PositionKeys();
  #visited = 0;

  constructor(
    operation: SelectedOperation,
    definition: OperationDefinitionNode,
    isIncluded: FieldWalk['isIncluded'],
  ) {
    this.#operation = operation;
    this.#definition = definition;
    this.#isIncluded = isIncluded;
  }

  /** Number of fields below a root field. Infinity when the count would take too many steps. */
  below(root: GraphQLObjectType, field: Field, nodes: MergedNodes): number {
    const { valueOf, below } = this.#branch(root, field, nodes);
    return this.#countOf(valueOf(undefined), below());
  }

  /** Number of fields in a value, without itself. */
  #countOf(value: unknown, position: Position | null): number {
    if (value === null || value === undefined) return 0;
    if (Array.isArray(value)) {
      const elements: readonly unknown[] = value;
      return elements.reduce<number>(
        (sum, element) => sum + this.#countOf(element, position),
        elements.length,
      );
    }
    if (position === null) return 0;
    if (position.branches.length === 0) return position.leaves;
    const known = position.counts.get(value);
    if (known !== undefined) return known;
    this.#visited += 1;
    if (this.#visited > MAX_VISITED) return Infinity;
    let count = position.leaves;
    for (const { valueOf, below } of position.branches) {
      const inner = valueOf(value);
      if (inner !== null && inner !== undefined) count += this.#countOf(inner, below());
    }
    position.counts.set(value, count);
    return count;
  }

  #branch(type: GraphQLObjectType, field: Field, nodes: MergedNodes): Branch {
    const { schema, fragments, variableValues } = this.#operation;
    const { resolve } = field;
    const info: GraphQLResolveInfo = {
      fieldName: field.name,
      fieldNodes: nodes,
      returnType: field.type,
      parentType: type,
      path: { prev: undefined, key: field.name, typename: type.name },
      schema,
      fragments,
      rootValue: undefined,
      operation: this.#definition,
      variableValues,
    };
    const args = argumentsOf(field, nodes[0], variableValues);
    const named = getNamedType(field.type);
    return {
      // The answer of a field with bad arguments is null.
      valueOf: (source) => (args === null ? null : resolve?.(source, args, undefined, info)),
      below: () => (isObjectType(named) ? this.#positionBelow(named, nodes) : null),
    };
  }

  #positionBelow(type: GraphQLObjectType, nodes: MergedNodes): Position {
    const key = this.#keys.of(nodes);
    const known = this.#positions.get(key);
    if (known !== undefined) return known;
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const branches: Branch[] = [];
    const selected = collectFields(this.#operation, this.#isIncluded, type, sets);
    for (const inner of selected.values()) {
      const field = type.getFields()[inner[0].name.value];
      if (field !== undefined && isBranch(field)) branches.push(this.#branch(type, field, inner));
    }
    const position = { leaves: selected.size, branches, counts: new Map<unknown, number>() };
    this.#positions.set(key, position);
    return position;
  }
}

/** True for lists and objects. `__typename` is a leaf as well, and not among the fields of a type. */
function isBranch({ type }: Field): boolean {
  return isListType(getNullableType(type)) || isObjectType(getNamedType(type));
}

/** Null when they are wrong, as a variable with a default that is null all the same. */
function argumentsOf(
  field: Field,
  node: FieldNode,
  variableValues: Readonly<Record<string, unknown>>,
): Record<string, unknown> | null {
  try {
    return getArgumentValues(field, node, variableValues);
  } catch (error) {
    if (error instanceof GraphQLError) return null;
    throw error;
  }
}
