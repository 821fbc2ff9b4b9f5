import {
  type ExecutionArgs,
  getVariableValues,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from 'graphql';
import { isJsonWithinDepth, MAX_JSON_DEPTH } from '../lib/json-bounds.ts';
import { shortenedMessage, withoutMiddle } from '../lib/shortened-message.ts';

type VariableValues = Record<string, unknown>;

/** Variables of an execution: their values, or the errors of their coercion. */
export type CoercedVariables =
  | { readonly values: VariableValues; readonly errors: null }
  | { readonly values: null; readonly errors: readonly GraphQLError[] };

interface CoercionCache {
  readonly operation: OperationDefinitionNode;
  readonly inputs: unknown;
  readonly coerced: CoercedVariables;
}

/** Coerced variables by context value, which identifies the execution. */
const known = new WeakMap<object, CoercionCache>();

/** Maximum number of errors. graphql quotes a whole variable in each, so their size grows with the square of the input. */
export const MAX_ERRORS = 20;
/** Maximum characters before and after an error's semicolon. Together they quote fewer than 200 characters of the input. */
const MAX_PREFIX = 100;
const MAX_REASON = 130;

/**
 * Variables of an execution, coerced once per context value. At most 20 errors, each of bounded length. Values are checked
 * for their depth before anything recurses over them.
 */
export function coercedVariables(
  { schema, variableValues, contextValue }: Pick<ExecutionArgs, 'schema' | 'variableValues' | 'contextValue'>,
  operation: OperationDefinitionNode,
): CoercedVariables {
  const isObject = typeof contextValue === 'object' && contextValue !== null;
  const earlier = isObject ? known.get(contextValue) : undefined;
  if (earlier?.operation === operation && earlier.inputs === variableValues) return earlier.coerced;
  const inputs: VariableValues = variableValues ?? {};
  const coerced = coerce(schema, operation, inputs);
  if (isObject) known.set(contextValue, { operation, inputs: variableValues, coerced });
  return coerced;
}

function coerce(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  inputs: VariableValues,
): CoercedVariables {
  const tooDeep = variableDefinitions.filter(
    ({ variable }) => !isJsonWithinDepth(inputs[variable.name.value]),
  );
  if (tooDeep.length > 0) return { values: null, errors: depthErrors(tooDeep) };
  // graphql adds one error, which says that there are more.
  const options = { maxErrors: MAX_ERRORS - 1 };
  const result = getVariableValues(schema, variableDefinitions, inputs, options);
  return result.errors
    ? { values: null, errors: result.errors.map(shortened) }
    : { values: withoutPrototype(result.coerced), errors: null };
}

/** Copy in which a variable that was not sent has no value, although it is named `constructor`. */
function withoutPrototype(values: VariableValues): VariableValues {
  return Object.assign(Object.create(null), values);
}

function depthErrors(tooDeep: readonly VariableDefinitionNode[]): GraphQLError[] {
  if (tooDeep.length <= MAX_ERRORS) return tooDeep.map(depthError);
  const errors = tooDeep.slice(0, MAX_ERRORS - 1).map(depthError);
  const message = `More variables are too deep; the first ${errors.length} are named.`;
  return [...errors, new GraphQLError(message, { nodes: tooDeep[errors.length] ?? null })];
}

function depthError(node: VariableDefinitionNode): GraphQLError {
  const name = withoutMiddle(node.variable.name.value, MAX_PREFIX);
  return new GraphQLError(`Variable "$${name}" nests lists and objects more than ${MAX_JSON_DEPTH} deep.`, {
    nodes: node,
  });
}

/** Error with long quotes cut: `Variable "$in" got invalid value { … at "in.states"; Value "GONE" does not exist in …`. */
function shortened(error: GraphQLError): GraphQLError {
  const { message, nodes = null, originalError } = error;
  const whole = originalError?.message ?? '';
  const prefix = whole === '' ? message : message.slice(0, -whole.length);
  const short = withoutMiddle(prefix, MAX_PREFIX) + shortenedMessage(whole, MAX_REASON);
  return short === message ? error : new GraphQLError(short, { nodes });
}
