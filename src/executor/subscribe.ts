import { createSourceEventStream, type ExecutionArgs, type ExecutionResult, getOperationAST } from 'graphql';
import { fragmentsOf, responseKey, selectedFields } from './collect-fields.ts';
import { fieldError } from './field-error.ts';
import { MappedStream } from './mapped-stream.ts';

/**
 * Executes a subscription: each event of its root field's source becomes the root value of an execution of its own, in the
 * one context of the request. A failure of the source is an error at the root field, in a last result without data; the
 * stream itself never fails.
 *
 * @param executeEvent Executes the operation for one event.
 */
export async function subscribe(
  args: ExecutionArgs,
  executeEvent: (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>,
): Promise<ExecutionResult | AsyncIterableIterator<ExecutionResult>> {
  const failed = (error: unknown) => ({ errors: [sourceError(error, args)] });
  try {
    const source = await createSourceEventStream(args);
    if (!(Symbol.asyncIterator in source)) return source;
    return new MappedStream(source, {
      map: (event) => executeEvent({ ...args, rootValue: event }),
      failed,
    });
  } catch (error) {
    return failed(error);
  }
}

function sourceError(error: unknown, { document, operationName }: ExecutionArgs) {
  const operation = getOperationAST(document, operationName);
  const sets = operation ? [operation.selectionSet] : [];
  // A subscription has one root field, without @skip and @include.
  const nodes = selectedFields(sets, { fragments: fragmentsOf(document), isIncluded: () => true });
  return fieldError(error, nodes, nodes.slice(0, 1).map(responseKey));
}
