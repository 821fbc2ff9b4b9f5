import {
  defaultFieldResolver,
  type ExecutionArgs,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  getOperationAST,
  isCompositeType,
  isLeafType,
  isListType,
  isObjectType,
  responsePathAsArray,
  type SelectionSetNode,
} from 'graphql';
import type { AnswerSize } from './answer-size.ts';
import { coercedVariables } from './coerced-variables.ts';
import { collectFields, fragmentsOf } from './collect-fields.ts';
import { isIterable } from './complete-value.ts';
import { includedBy } from './conditions.ts';
import { fieldError } from './field-error.ts';
import { isPromiseLike } from './await-pending.ts';

type FieldResolver = GraphQLFieldResolver<unknown, unknown>;
type Selected = Pick<GraphQLResolveInfo, 'schema' | 'fragments' | 'operation' | 'variableValues'>;

/** Original resolvers by prepared resolver; undefined for fields without one. */
const ownResolvers = new WeakMap<object, FieldResolver | undefined>();
/** Sizes of answers by context value of the execution. */
const sizes = new WeakMap<object, AnswerSize>();

/**
 * Wraps the resolver of every field of a schema, the only hook that the ordinary executor offers. Objects and lists are
 * counted when an `AnswerSize` is given. Errors are those of the compiled executor, located at first access.
 * Introspection fields stay as they are, because graphql shares them between all schemas.
 */
export function wrapResolvers(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const prepared = preparedResolver(field);
      ownResolvers.set(prepared, field.resolve);
      field.resolve = prepared;
    }
  }
}

/** Original resolver of a field; undefined for a field without one. */
export function resolverOf({ resolve }: GraphQLField<unknown, unknown>): FieldResolver | undefined {
  return resolve !== undefined && ownResolvers.has(resolve) ? ownResolvers.get(resolve) : resolve;
}

/** Counts into `size` the answer that the ordinary executor makes for these arguments. */
export function countInto(size: AnswerSize, args: ExecutionArgs): void {
  const { schema, document, operationName, contextValue } = args;
  const operation = getOperationAST(document, operationName);
  const root = operation && schema.getRootType(operation.operation);
  if (!root || typeof contextValue !== 'object' || contextValue === null) return;
  sizes.set(contextValue, size);
  const { values } = coercedVariables(args, operation);
  const selected = { schema, operation, fragments: fragmentsOf(document), variableValues: values ?? {} };
  size.add(fieldCountOf(root, [operation], selected));
}

function preparedResolver({
  type,
  resolve = defaultFieldResolver,
}: GraphQLField<unknown, unknown>): FieldResolver {
  const isCounted = isCompositeType(getNamedType(type)) || isListType(getNullableType(type));
  return (source, args, context, info) => {
    const size =
      isCounted && typeof context === 'object' && context !== null ? sizes.get(context) : undefined;
    let found: unknown;
    try {
      found = resolve(source, args, context, info);
    } catch (error) {
      throw errorAt(info, error);
    }
    if (found instanceof Error) throw errorAt(info, found);
    if (!isPromiseLike(found)) return size === undefined ? found : counted(found, type, { info, size });
    return found.then(
      (value) => (size === undefined ? value : counted(value, type, { info, size })),
      (error: unknown) => {
        throw errorAt(info, error);
      },
    );
  };
}

/** Error with its path. The ordinary executor computes the locations of an error without a path at once. */
function errorAt({ fieldNodes, path }: GraphQLResolveInfo, reason: unknown): unknown {
  return fieldError(reason, fieldNodes, responsePathAsArray(path));
}

interface Counting {
  readonly info: GraphQLResolveInfo;
  readonly size: AnswerSize;
}

/** Value after its fields have been counted; for a promise, a promise that counts them when it resolves. */
function counted(value: unknown, type: GraphQLOutputType, counting: Counting): unknown {
  if (isPromiseLike(value)) return value.then((settled) => counted(settled, type, counting));
  if (value === null || value === undefined || value instanceof Error) return value;
  if (counting.size.isExceeded) return never;
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    return isIterable(value) ? countedList(value, nullable.ofType, counting) : value;
  }
  if (isCompositeType(nullable)) counting.size.add(fieldsOfEach(nullable, counting.info));
  return value;
}

/** Replaces values that arrive after the end of the answer. A rejection could be unhandled if its list has failed. */
const never = new Promise<never>(() => undefined);

function countedList(value: Iterable<unknown>, itemType: GraphQLOutputType, counting: Counting): unknown[] {
  const items: unknown[] = Array.isArray(value) ? value : [...value];
  counting.size.add(items.length);
  if (isLeafType(getNullableType(itemType))) return items;
  // The list is copied only when an element is replaced, such as a promise.
  let pendingObject: unknown[] | null = null;
  let index = 0;
  for (const item of items) {
    const countedItem = counted(item, itemType, counting);
    if (countedItem !== item) {
      pendingObject ??= [...items];
      pendingObject[index] = countedItem;
    }
    index += 1;
  }
  return pendingObject ?? items;
}

/** Number of fields per object, by the nodes of the field that returns it. All elements of a list share that array. */
const known = new WeakMap<readonly unknown[], number>();

function fieldsOfEach(type: GraphQLCompositeType, info: GraphQLResolveInfo): number {
  let count = known.get(info.fieldNodes);
  if (count === undefined) {
    // The concrete type is not known yet; the possible type with the most fields counts.
    const types = isObjectType(type) ? [type] : info.schema.getPossibleTypes(type);
    count = Math.max(0, ...types.map((each) => fieldCountOf(each, info.fieldNodes, info)));
    known.set(info.fieldNodes, count);
  }
  return count;
}

function fieldCountOf(
  type: GraphQLObjectType,
  nodes: readonly { readonly selectionSet?: SelectionSetNode | undefined }[],
  selected: Selected,
): number {
  const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  const { variableValues } = selected;
  const isIncluded = includedBy({ get: (name) => variableValues[name] });
  return collectFields(selected, isIncluded, type, sets).size;
}
