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
import { SHORT_CODE_UNITS } from '../lib/json-length.ts';
import { type AnswerMeter, answerEndedError, leafLength } from './answer-meter.ts';
import { fieldError } from './field-error.ts';

type ArgumentValues = Readonly<Record<string, unknown>>;

/** Parts that are the same in every execution of an operation. */
export interface Operation {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Record<string, FragmentDefinitionNode>;
}

export interface SelectedField {
  readonly key: string;
  readonly parentType: GraphQLObjectType;
  readonly definition: GraphQLField<unknown, unknown>;
  /** Null when a property of the source is the value. */
  readonly resolve: GraphQLFieldResolver<unknown, unknown> | null;
  /** One array for all executions: other code uses it as a cache key. */
  readonly nodes: readonly FieldNode[];
}

/** Selection of an object: response keys of `__typename`, and positions of fields with the selections below them. */
export interface SelectedObject {
  readonly type: GraphQLObjectType;
  readonly fields: readonly (SelectedPosition | string)[];
  /** Steps of the meter that its fields count. */
  readonly steps: number;
  /** Length of its JSON text but for the values of the fields. `__typename` is included. */
  readonly namesLength: number;
}

interface SelectedPosition {
  readonly position: ResponsePosition;
  /** Null for leaves, and for objects of an interpretation. */
  readonly below: SelectedObject | null;
}

/** Function, generated or of the interpreter, that completes a value at a position of objects or lists. */
type Completion = (execution: Execution, value: unknown, ...indices: number[]) => unknown;

/**
 * Place in an answer without its list indices: a field, or the elements of a list. Facts that are the same for all its values
 * are kept here, so that a value costs nothing extra unless it fails. Positions of compiled code are made once per operation,
 * those of an interpretation once per execution. `indices`, outermost first, are passed separately.
 */
export class ResponsePosition {
  readonly number: number;
  readonly parent: ResponsePosition | null;
  readonly field: SelectedField;
  readonly isItem: boolean;
  readonly isNonNull: boolean;
  /** Type without its non-null wrapper. */
  readonly type: Exclude<GraphQLOutputType, { readonly ofType: never }>;
  /** Number of list indices that lead here. */
  readonly depth: number;
  /** Position of the elements of a list; null when the type is not a list. */
  readonly item: ResponsePosition | null;
  /** Positions directly below this one. */
  readonly children: ResponsePosition[] = [];
  /** Number of fields of an object, `__typename` included, and length of its text without their values. */
  objectSize: AnswerSize = { fields: 0, length: 0 };
  completion: Completion | null = null;

  /** Adds the new position to `positions`. Its number is its index there. */
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

  /** `info.path` as graphql-js builds it. */
  path(indices: readonly number[]): GraphQLResolveInfo['path'] {
    const prev = this.parent?.path(indices);
    return this.isItem
      ? { prev, key: indices[this.depth - 1] ?? 0, typename: undefined }
      : { prev, key: this.field.key, typename: this.field.parentType.name };
  }

  /** Path as an array of response keys and list indices. */
  pathArray(indices: readonly number[]): (string | number)[] {
    const path = this.parent?.pathArray(indices) ?? [];
    path.push(this.isItem ? (indices[this.depth - 1] ?? 0) : this.field.key);
    return path;
  }
}

/** Size of a part of an answer: fields, and the length of its JSON text, about, in UTF-16 code units. */
export interface AnswerSize {
  readonly fields: number;
  readonly length: number;
}

/** Answer at a position of one execution, for a source and all sources that are alike. */
export interface MemoizedAnswer {
  readonly source: object;
  readonly value: unknown;
  /** Number of failures at the position before this answer was begun. */
  readonly failuresBefore: number;
  /** Added to the whole answer's at each place that reuses it. Null for a promise not counted yet. */
  size: AnswerSize | null;
  /** Answer of a source with the same key that is not alike: sources with one key may hold different data. */
  readonly other: MemoizedAnswer | undefined;
}

/** One execution of an operation, compiled or interpreted. The generated code reads its properties. */
export class Execution implements Operation {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Record<string, FragmentDefinitionNode>;
  readonly rootValue: unknown;
  readonly context: unknown;
  readonly variableValues: Record<string, unknown>;
  readonly meter: AnswerMeter;
  readonly errors: GraphQLError[] = [];
  /** Arguments by position number, as in `memoized`. */
  readonly args: (ArgumentValues | undefined)[] = [];
  readonly memoized: (Map<unknown, MemoizedAnswer> | undefined)[] = [];
  /** Numbers of failures at or below each position, with or without an error in the result. */
  readonly failuresAt: (number | undefined)[] = [];
  /** Places that became null, as list indices joined by commas, by position of an object or list; key null is the root. */
  readonly #nulled = new Map<ResponsePosition | null, Set<string>>();

  constructor(
    { schema, operation, fragments }: Operation,
    rootValue: unknown,
    context: unknown,
    variableValues: Record<string, unknown>,
    meter: AnswerMeter,
  ) {
    this.schema = schema;
    this.operation = operation;
    this.fragments = fragments;
    this.rootValue = rootValue;
    this.context = context;
    this.variableValues = variableValues;
    this.meter = meter;
  }

  /** Adds an error, unless it is at or below a null: there, graphql-js and the specification report no further errors. */
  add(error: GraphQLError, position: ResponsePosition | null, indices: readonly number[]): void {
    if (this.#nulled.size > 0 && this.#isNulled(position, indices)) return;
    this.errors.push(error);
    if (position?.completion === null) return;
    const places = this.#nulled.get(position) ?? new Set();
    this.#nulled.set(position, places.add(placeKeyOf(position, indices)));
  }

  #isNulled(place: ResponsePosition | null, indices: readonly number[]): boolean {
    for (let position = place; position !== null; position = position.parent) {
      if (this.#nulled.get(position)?.has(placeKeyOf(position, indices)) === true) return true;
    }
    return this.#nulled.has(null);
  }
}

function placeKeyOf(position: ResponsePosition | null, indices: readonly number[]): string {
  return indices.slice(0, position?.depth ?? 0).join();
}

/** Arguments of a field, coerced at its first value in an execution. */
export function argumentsOf(execution: Execution, position: ResponsePosition): ArgumentValues {
  const { definition, nodes } = position.field;
  const [node] = nodes;
  if (node === undefined) throw new TypeError('A selected field has at least one node.');
  return (execution.args[position.number] ??= getArgumentValues(definition, node, execution.variableValues));
}

/**
 * Records a failure: returns null at a nullable position, otherwise throws, so that the position above fails.
 * Always throws once the answer has ended.
 *
 * @throws GraphQLError with the path of the position where the error arose.
 */
export function fail(
  execution: Execution,
  position: ResponsePosition,
  reason: unknown,
  indices: readonly number[],
): null {
  if (execution.meter.hasEnded) throw answerEndedError;
  const error =
    reason instanceof GraphQLError && reason.path !== undefined
      ? reason
      : fieldError(reason, position.field.nodes, position.pathArray(indices));
  for (let above: ResponsePosition | null = position; above !== null; above = above.parent) {
    execution.failuresAt[above.number] = (execution.failuresAt[above.number] ?? 0) + 1;
  }
  if (position.isNonNull) throw error;
  execution.add(error, position, indices);
  return null;
}

/** Size of a value completed at a position. A leaf, such as JSON, is a field of its parent object, and has a length only. */
export function sizeOf(position: ResponsePosition, value: unknown): AnswerSize {
  if (typeof value !== 'object' || value === null || position.completion === null) {
    return { fields: 0, length: leafLength(value) };
  }
  let { fields, length } = position.objectSize;
  const add = (part: AnswerSize) => {
    fields += part.fields;
    length += part.length;
  };
  if (Array.isArray(value)) {
    add({ fields: value.length, length: value.length * SHORT_CODE_UNITS });
    if (position.item !== null) for (const item of value) add(sizeOf(position.item, item));
  } else {
    for (const child of position.children) add(sizeOf(child, Reflect.get(value, child.field.key)));
  }
  return { fields, length };
}

/** `info` argument of a resolver, as graphql-js builds it. */
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
