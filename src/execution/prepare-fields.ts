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
import type { Conditions } from './conditions.ts';
import { fieldError } from './field-error.ts';
import { isPromiseLike } from './settle.ts';

type Resolver = GraphQLFieldResolver<unknown, unknown>;
type Selected = Pick<GraphQLResolveInfo, 'schema' | 'fragments' | 'operation' | 'variableValues'>;

/** Resolvers of fields as they were before they were prepared; undefined where a property answers. */
const ownResolvers = new WeakMap<object, Resolver | undefined>();
/** By the context of the request. */
const sizes = new WeakMap<object, AnswerSize>();

/**
 * Has the fields of a schema do for an ordinary executor what it cannot be asked to do: count what they give, where somebody
 * wants that counted, and fail with errors that cost as little as those of the compiled one. Fields of introspection are
 * graphql's own and shared by all schemas, and are left as they are.
 */
export function prepareFields(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const prepared = preparedResolver(field);
      ownResolvers.set(prepared, field.resolve);
      field.resolve = prepared;
    }
  }
}

/** What resolves a field by itself; undefined where a property answers. */
export function resolverOf({ resolve }: GraphQLField<unknown, unknown>): Resolver | undefined {
  return resolve !== undefined && ownResolvers.has(resolve) ? ownResolvers.get(resolve) : resolve;
}

/** Has the fields of a schema count into `size` what they give to a request, from its root on. */
export function countInto(size: AnswerSize, args: ExecutionArgs): void {
  const { schema, document, operationName, contextValue } = args;
  const operation = getOperationAST(document, operationName);
  const root = operation && schema.getRootType(operation.operation);
  if (!root || typeof contextValue !== 'object' || contextValue === null) return;
  sizes.set(contextValue, size);
  const { values } = coercedVariables(args, operation);
  const selected = { schema, operation, fragments: fragmentsOf(document), variableValues: values ?? {} };
  size.add(countOf(root, [operation], selected));
}

function preparedResolver({
  type,
  resolve = defaultFieldResolver,
}: GraphQLField<unknown, unknown>): Resolver {
  const isCounted = isCompositeType(getNamedType(type)) || isListType(getNullableType(type));
  return (source, args, context, info) => {
    const size =
      isCounted && typeof context === 'object' && context !== null ? sizes.get(context) : undefined;
    const finished = (value: unknown) => (size === undefined ? value : counted(value, type, { info, size }));
    let found: unknown;
    try {
      found = resolve(source, args, context, info);
    } catch (error) {
      throw errorAt(info, error);
    }
    if (found instanceof Error) throw errorAt(info, found);
    if (!isPromiseLike(found)) return finished(found);
    return found.then(finished, (error: unknown) => {
      throw errorAt(info, error);
    });
  };
}

/** An error that knows its path already. The executor leaves it as it is; of any other it would look at once for the place in the query. */
function errorAt({ fieldNodes, path }: GraphQLResolveInfo, reason: unknown): unknown {
  return fieldError(reason, fieldNodes, responsePathAsArray(path));
}

interface Counting {
  readonly info: GraphQLResolveInfo;
  readonly size: AnswerSize;
}

/** A value that has been counted, or is going to be when it is there. */
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

/** What nobody waits for any more, and must not fail where nobody hears of it: a list that failed has forgotten its elements. */
const never = new Promise<never>(() => undefined);

function countedList(value: Iterable<unknown>, itemType: GraphQLOutputType, counting: Counting): unknown[] {
  const items: unknown[] = Array.isArray(value) ? value : [...value];
  counting.size.add(items.length);
  if (isLeafType(getNullableType(itemType))) return items;
  // Usually they are there, and the list is given on as it is.
  let settling: unknown[] | null = null;
  let index = 0;
  for (const item of items) {
    const countedItem = counted(item, itemType, counting);
    if (countedItem !== item) {
      settling ??= [...items];
      settling[index] = countedItem;
    }
    index += 1;
  }
  return settling ?? items;
}

/** How many fields are selected of each object that a field gives, by the field's nodes: they are the same array for all rows. */
const known = new WeakMap<readonly unknown[], number>();

function fieldsOfEach(type: GraphQLCompositeType, info: GraphQLResolveInfo): number {
  let count = known.get(info.fieldNodes);
  if (count === undefined) {
    // Of which type an object is, the executor finds out later.
    const types = isObjectType(type) ? [type] : info.schema.getPossibleTypes(type);
    count = Math.max(0, ...types.map((each) => countOf(each, info.fieldNodes, info)));
    known.set(info.fieldNodes, count);
  }
  return count;
}

function countOf(
  type: GraphQLObjectType,
  nodes: readonly { readonly selectionSet?: SelectionSetNode | undefined }[],
  selected: Selected,
): number {
  const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  return collectFields(selected, conditionsIn(selected.variableValues), type, sets).size;
}

function conditionsIn(variableValues: Selected['variableValues']): Conditions {
  const conditions = new Map<string, boolean>();
  for (const [name, value] of Object.entries(variableValues)) {
    if (typeof value === 'boolean') conditions.set(name, value);
  }
  return conditions;
}
