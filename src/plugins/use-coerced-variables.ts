import { getOperationAST, type GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { coercedVariables } from '../executor/coerced-variables.ts';
import { ClientError } from '../operations/client-error.ts';
import { onOperation } from './on-operation.ts';

/**
 * Refuses operations with variables of a wrong type before either executor. An executor would coerce them once more, and
 * each of its errors would quote a whole variable.
 */
export function useCoercedVariables(): Plugin {
  return onOperation({
    before(args) {
      const operation = getOperationAST(args.document, args.operationName);
      if (!operation) return null;
      const { errors } = coercedVariables(args, operation);
      return errors && { errors: errors.map(variableError) };
    },
  });
}

/** HTTP 400, but 200 in application/json: the request is well-formed (GraphQL over HTTP). */
function variableError({ message, nodes }: GraphQLError): GraphQLError {
  const http = { status: 400, spec: true };
  return new ClientError(message, { nodes, extensions: { code: 'BAD_USER_INPUT', http } });
}
