import { getOperationAST, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { coercedVariables } from '../execution/coerced-variables.ts';

/**
 * Refuses operations with variables of a wrong type, whatever executes them: an executor would coerce them once more, and quote
 * all of a variable in each error. After what executes operations, in whose place it stands then.
 */
export function useCoercedVariables(): Plugin {
  return {
    onExecute({ args, setExecuteFn }) {
      const operation = getOperationAST(args.document, args.operationName);
      if (!operation) return;
      const { errors } = coercedVariables(args, operation);
      if (errors !== null) setExecuteFn(() => ({ errors: errors.map(badUserInput) }));
    },
  };
}

/** In application/json a well-formed request is answered with 200. */
function badUserInput({ message, nodes }: GraphQLError): GraphQLError {
  const http = { status: 400, spec: true };
  return new GraphQLError(message, { nodes: nodes ?? null, extensions: { code: 'BAD_USER_INPUT', http } });
}
