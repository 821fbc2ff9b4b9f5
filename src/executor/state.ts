import {
  type FieldNode,
  type FragmentDefinitionNode,
  getArgumentValues,
  GraphQLError,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
} from 'graphql';
import type { AnswerSize } from './answer-size.ts';
import { fieldError } from './field-error.ts';

type ArgumentValues = Readonly<Record<string, unknown>>;

/** What is the same at every execution of an operation. */
export interface Operation {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Record<string, FragmentDefinitionNode>;
}

/** A field as an operation selects it. */
export interface SelectedField {
  readonly key: string;
  readonly parentType: GraphQLObjectType;
  readonly definition: GraphQLField<unknown, unknown>;
  /** Null where a property of the source answers. */
  readonly resolve: GraphQLFieldResolver<unknown, unknown> | null;
  /** The same array at every execution, for others key what they find out about a field by it. */
  readonly nodes: readonly FieldNode[];
}

/** Completes a value at a position of objects or lists: the text that was generated for it. */
type Completion = (execution: Execution, value: unknown, ...indices: number[]) => unknown;

/**
 * A place of an answer, but for the positions in lists: a field, or what a list holds. What is known of it beforehand is here,
 * so that a value costs nothing beyond itself unless something goes wrong. Positions come apart, outermost first: `indices`.
 */
export class ResponsePosition {
  readonly number: number;
  readonly parent: ResponsePosition | null;
  readonly field: SelectedField;
  readonly isItem: boolean;
  readonly isNonNull: boolean;
  /** Without the non-null. */
  readonly type: Exclude<GraphQLOutputType, { readonly ofType: never }>;
  /** How many positions in lists lead here. */
  readonly depth: number;
  /** Of what a list holds; null where the type is none. */
  readonly item: ResponsePosition | null;
  /** Sites right below this one. */
  readonly children: ResponsePosition[] = [];
  /** Number of fields of an object, `__typename` included. */
  fieldCount = 0;
  completion: Completion | null = null;

  /** Numbers itself by its place among `positions`, to which it adds itself. */
  constructor(
    positions: ResponsePosition[],
    field: SelectedField,
    type: GraphQLOutputType,
    parent: ResponsePosition | null,
    isItem = false,
  ) {
    this.number = positions.push(this) - 1;
    this.field = field;
    this.parent = parent;
    parent?.children.push(this);
    this.isItem = isItem;
    this.isNonNull = isNonNullType(type);
    this.type = isNonNullType(type) ? type.ofType : type;
    this.depth = (parent?.depth ?? 0) + (isItem ? 1 : 0);
    this.item = isListType(this.type)
      ? new ResponsePosition(positions, field, this.type.ofType, this, true)
      : null;
  }

  /** What graphql-js gives as `info.path`. */
  path(indices: readonly number[]): GraphQLResolveInfo['path'] {
    const prev = this.parent?.path(indices);
    return this.isItem
      ? { prev, key: indices[this.depth - 1] ?? 0, typename: undefined }
      : { prev, key: this.field.key, typename: this.field.parentType.name };
  }

  /** The same as an array: response keys, and positions in lists. */
  pathArray(indices: readonly number[]): (string | number)[] {
    const path = this.parent?.pathArray(indices) ?? [];
    path.push(this.isItem ? (indices[this.depth - 1] ?? 0) : this.field.key);
    return path;
  }
}

/** Of a execution and a position, for one source and all that are like it. */
export interface MemoizedAnswer {
  readonly source: object;
  readonly value: unknown;
  /** What had failed at the position before this answer was begun. */
  readonly failuresBefore: number;
  /** Number of its fields, added to the size for each place where it stands. Null for a promise whose fields nobody has counted yet. */
  fields: number | null;
  /** That of a source with the same key that is not like it: of references to one entity some say more than others. */
  readonly other: MemoizedAnswer | undefined;
}

/** One execution of a compiled operation. The generated text reads its properties. */
export class Execution implements Operation {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Record<string, FragmentDefinitionNode>;
  readonly rootValue: unknown;
  readonly context: unknown;
  readonly variableValues: Record<string, unknown>;
  readonly size: AnswerSize;
  readonly errors: GraphQLError[] = [];
  /** By the number of the position. */
  readonly args: (ArgumentValues | undefined)[] = [];
  readonly memoized: (Map<unknown, MemoizedAnswer> | undefined)[] = [];
  /** How many positions failed at a position or below it, whether or not there is an error for each. */
  readonly failuresAt: (number | undefined)[] = [];
  /** Of the positions that something can be below: their positions that became null. */
  readonly #nulled = new Map<ResponsePosition | null, Set<string>>();

  constructor(
    { schema, operation, fragments }: Operation,
    rootValue: unknown,
    context: unknown,
    variableValues: Record<string, unknown>,
    size: AnswerSize,
  ) {
    this.schema = schema;
    this.operation = operation;
    this.fragments = fragments;
    this.rootValue = rootValue;
    this.context = context;
    this.variableValues = variableValues;
    this.size = size;
  }

  /** Notes an error, unless the answer is null from further up already: graphql-js tells no more then, and the specification neither. */
  add(error: GraphQLError, position: ResponsePosition | null, indices: readonly number[]): void {
    if (this.#nulled.size > 0 && this.#isNulled(position, indices)) return;
    this.errors.push(error);
    if (position?.completion === null) return;
    const places = this.#nulled.get(position) ?? new Set();
    this.#nulled.set(position, places.add(placeOf(position, indices)));
  }

  #isNulled(place: ResponsePosition | null, indices: readonly number[]): boolean {
    for (let position = place; position !== null; position = position.parent) {
      if (this.#nulled.get(position)?.has(placeOf(position, indices)) === true) return true;
    }
    return this.#nulled.has(null);
  }
}

function placeOf(position: ResponsePosition | null, indices: readonly number[]): string {
  return indices.slice(0, position?.depth ?? 0).join();
}

/** A field's arguments, coerced at the first row that asks for them. */
export function argumentsOf(execution: Execution, position: ResponsePosition): ArgumentValues {
  const { definition, nodes } = position.field;
  const [node] = nodes;
  if (node === undefined) throw new TypeError('A field is selected by some node.');
  return (execution.args[position.number] ??= getArgumentValues(definition, node, execution.variableValues));
}

/**
 * Gives up on a position: null where that may be null, otherwise it throws for what is above. Throws always once
 * the answer is too large.
 *
 * @throws GraphQLError the error with the place where it arose.
 */
export function fail(
  execution: Execution,
  position: ResponsePosition,
  reason: unknown,
  indices: readonly number[],
): null {
  const error =
    reason instanceof GraphQLError && reason.path !== undefined
      ? reason
      : fieldError(reason, position.field.nodes, position.pathArray(indices));
  for (let above: ResponsePosition | null = position; above !== null; above = above.parent) {
    execution.failuresAt[above.number] = (execution.failuresAt[above.number] ?? 0) + 1;
  }
  if (position.isNonNull || execution.size.isExceeded) throw error;
  execution.add(error, position, indices);
  return null;
}

/** Number of fields in a value completed at a position. */
export function fieldsIn(position: ResponsePosition, value: unknown): number {
  // A leaf can be an object too, such as JSON; it is one field, counted with its object.
  if (typeof value !== 'object' || value === null || position.completion === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    count = value.length;
    if (position.item !== null) for (const item of value) count += fieldsIn(position.item, item);
  } else {
    count = position.fieldCount;
    for (const child of position.children) count += fieldsIn(child, Reflect.get(value, child.field.key));
  }
  return count;
}

/** What resolvers are told of the field that they answer, as graphql-js tells it. */
export function infoOf(
  execution: Execution,
  position: ResponsePosition,
  indices: readonly number[],
): GraphQLResolveInfo {
  const { definition, nodes, parentType } = position.field;
  return {
    fieldName: definition.name,
    fieldNodes: nodes,
    returnType: definition.type,
    parentType,
    path: position.path(indices),
    schema: execution.schema,
    fragments: execution.fragments,
    rootValue: execution.rootValue,
    operation: execution.operation,
    variableValues: execution.variableValues,
  };
}
