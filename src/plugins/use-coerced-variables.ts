import { getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { coercedVariables } from '../executor/coerced-variables.ts';
import { inputError } from '../operations/client-error.ts';
import { onOperation } from './on-operation.ts';

/**
 * Refuses operations with variables of a wrong type before they wait for room or are executed. The executor's own errors have
 * neither a code nor an HTTP status.
 */
export function useCoercedVariables(): Plugin {
  return onOperation({
    before(args) {
      const operation = getOperationAST(args.document, args.operationName);
      if (!operation) return null;
      const { errors } = coercedVariables(args, operation);
      return errors && { errors: errors.map(({ message, nodes }) => inputError(message, nodes)) };
    },
  });
}
