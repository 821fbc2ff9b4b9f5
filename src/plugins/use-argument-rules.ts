import {
  type DocumentNode,
  type ExecutionArgs,
  type FieldNode,
  getArgumentValues,
  getNamedType,
  getOperationAST,
  GraphQLError,
  type GraphQLField,
  type GraphQLSchema,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { coercedVariables } from '../executor/coerced-variables.ts';
import { withoutMiddle } from '../lib/shortened-message.ts';
import { ClientError, inputError } from '../operations/client-error.ts';
import { argumentProblems, type NodeKinds } from '../operations/argument-rules.ts';
import { fragmentsOf, responseKey, walkFields } from '../executor/collect-fields.ts';
import { includedByVariables } from '../executor/conditions.ts';
import { selectedBelow } from '../lookahead/selections.ts';
import { ENTITIES, representationProblems } from '../federation/representations.ts';
import { onOperation } from './on-operation.ts';

/** A field that takes arguments, and the response key of its root field. */
interface FieldWithArguments {
  readonly root: string;
  readonly node: FieldNode;
  readonly field: GraphQLField<unknown, unknown>;
}

export interface ArgumentRulesOptions {
  /** @default those of the resources of `datasources/index.ts` */
  readonly nodeKinds?: NodeKinds;
}

/** Upper bound of argument errors. A list can have thousands of elements and be the argument of several fields. */
const MAX_REFUSALS = 20;
/** Upper bound of characters of an error message of graphql, which may quote a whole argument. */
const MAX_QUOTING = 200;

/**
 * Refuses operations with arguments out of range before the execution. A bad argument deep in a query would otherwise be
 * found only after the calls for the fields above it. Like a variable of a wrong type it concerns the whole operation, so
 * every root field is null with an error.
 */
export function useArgumentRules({ nodeKinds }: ArgumentRulesOptions = {}): Plugin {
  // Yoga keeps parsed documents, so each operation is searched once and not at every request.
  const known = new WeakMap<OperationDefinitionNode, readonly FieldWithArguments[]>();

  return onOperation({
    before(args) {
      const { schema, document, operationName } = args;
      const operation = getOperationAST(document, operationName);
      if (!operation) return null;
      let fields = known.get(operation);
      if (fields?.length === 0) return null;
      const { values: coerced } = coercedVariables(args, operation);
      // Variables of a wrong type are refused instead of being executed (use-coerced-variables.ts).
      if (coerced === null) return null;
      if (fields === undefined) {
        const found = searchedFields(args, operation, coerced);
        if (found instanceof GraphQLError)
          return { errors: [inputError(withoutMiddle(found.message, MAX_QUOTING), found.nodes)] };
        fields = found.fields;
        if (!found.isConditional) known.set(operation, fields);
      }
      const refusals = refusalsOfAll(fields, coerced, nodeKinds);
      return refusals.length > 0 ? refused(refusals, schema, document, operation, coerced) : null;
    },
  });
}

/** Fields of an operation; the error of a condition that is null, as a nullable variable with a default can be. */
function searchedFields(
  { schema, document }: Pick<ExecutionArgs, 'schema' | 'document'>,
  operation: OperationDefinitionNode,
  coerced: Record<string, unknown>,
) {
  try {
    return fieldsWithArguments(schema, document, operation, coerced);
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}

/** Fields of an operation. `isConditional` when @skip or @include can select other fields in another request. */
function fieldsWithArguments(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variableValues: Record<string, unknown>,
): { fields: FieldWithArguments[]; isConditional: boolean } {
  const fragments = fragmentsOf(document);
  const isIncluded = includedByVariables(variableValues);
  // One set for all walks: a fragment is searched once, wherever it is spread.
  const followed = new Set<string>();
  const fields: FieldWithArguments[] = [];
  let isConditional = false;

  function includes(selection: SelectionNode): boolean {
    isConditional ||= (selection.directives?.length ?? 0) > 0;
    return isIncluded(selection);
  }
  function search(selectionSet: SelectionSetNode, typeName: string | undefined, root: string | null): void {
    walkFields(
      [selectionSet],
      { fragments, isIncluded: includes, followed },
      (node, typeCondition = typeName) => {
        const type = typeCondition === undefined ? undefined : schema.getType(typeCondition);
        const field =
          isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined;
        // Introspection fields are not among the fields of the type.
        if (field === undefined) return;
        const below = root ?? responseKey(node);
        if (field.args.length > 0) fields.push({ root: below, node, field });
        if (node.selectionSet) search(node.selectionSet, getNamedType(field.type).name, below);
      },
    );
  }

  search(operation.selectionSet, schema.getRootType(operation.operation)?.name, null);
  return { fields, isConditional };
}

/** Errors of all these fields, at most `MAX_REFUSALS`. */
function refusalsOfAll(
  fields: readonly FieldWithArguments[],
  variables: Record<string, unknown>,
  kinds: NodeKinds | undefined,
): readonly GraphQLError[] {
  const refusals: GraphQLError[] = [];
  for (const field of fields) {
    for (const problem of problemsOfField(field, variables, kinds)) {
      if (refusals.length === MAX_REFUSALS - 1) {
        return [
          ...refusals,
          argumentError(
            `More arguments are wrong; the first ${MAX_REFUSALS - 1} are named.`,
            field.root,
            field.node,
          ),
        ];
      }
      refusals.push(argumentError(problem, field.root, field.node));
    }
  }
  return refusals;
}

function problemsOfField(
  { node, field }: FieldWithArguments,
  variables: Record<string, unknown>,
  kinds: NodeKinds | undefined,
): readonly string[] {
  try {
    const args = getArgumentValues(field, node, variables);
    return field.name === ENTITIES ? representationProblems(args) : argumentProblems(field, args, kinds);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return [withoutMiddle(error.message, MAX_QUOTING)];
  }
}

function refused(
  refusals: readonly GraphQLError[],
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variableValues: Record<string, unknown>,
): { data: Record<string, unknown> | null; errors: readonly GraphQLError[] } {
  // Without a prototype: clients may choose response keys such as `constructor`.
  const data: Record<string, unknown> = Object.create(null);
  const errors = [...refusals];
  const refusedRoots = new Set(refusals.map(({ path }) => path?.[0]));
  const fragments = fragmentsOf(document);
  const fields = schema.getRootType(operation.operation)?.getFields() ?? {};
  for (const node of selectedBelow([operation.selectionSet], { fragments, variableValues })) {
    const key = responseKey(node);
    // A non-nullable root field (introspection, and fields for federation routers) makes all data null.
    if (node.name.value === '__schema' || isNonNullType(fields[node.name.value]?.type)) {
      return { data: null, errors };
    }
    if (node.name.value === '__typename') data[key] = schema.getRootType(operation.operation)?.name;
    else if (!(key in data)) {
      data[key] = null;
      if (!refusedRoots.has(key)) {
        errors.push(
          argumentError(
            'Not read: the request was refused, because an argument of another field is wrong.',
            key,
            node,
          ),
        );
      }
    }
  }
  return { data, errors };
}

function argumentError(message: string, root: string, node: FieldNode): GraphQLError {
  return new ClientError(message, { nodes: [node], path: [root], extensions: { code: 'BAD_USER_INPUT' } });
}
