import { type ExecutionArgs, getVariableValues, type OperationDefinitionNode } from 'graphql';

type Values = Record<string, unknown>;

interface Coerced {
  readonly operation: OperationDefinitionNode;
  readonly inputs: unknown;
  readonly values: Values | null;
}

/** By the context of a request, in which all that deal with it meet. */
const known = new WeakMap<object, Coerced>();

/** The variables of a request, coerced once for all who ask. Null where they are of wrong types. */
export function coercedVariables(
  { schema, variableValues, contextValue }: ExecutionArgs,
  operation: OperationDefinitionNode,
): Values | null {
  const isObject = typeof contextValue === 'object' && contextValue !== null;
  const earlier = isObject ? known.get(contextValue) : undefined;
  if (earlier?.operation === operation && earlier.inputs === variableValues) return earlier.values;
  const inputs: Values = variableValues ?? {};
  const values = getVariableValues(schema, operation.variableDefinitions ?? [], inputs).coerced ?? null;
  if (isObject) known.set(contextValue, { operation, inputs: variableValues, values });
  return values;
}
