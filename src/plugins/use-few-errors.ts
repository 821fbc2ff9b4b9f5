import type { ExecutionResult } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { MappedStream } from '../executor/mapped-stream.ts';
import { withFewErrors } from '../operations/client-error.ts';

interface Writable extends ExecutionResult {
  /** Yoga's hook for the text of a result. */
  stringify?: (result: ExecutionResult) => string;
}

/**
 * Bounds the errors of results that are not written yet (use-written-answers.ts): of requests that were refused before they
 * were executed.
 */
export function useFewErrors(): Plugin {
  return {
    onResultProcess(processed) {
      const { result } = processed;
      if (isAsyncIterable(result)) processed.setResult(new MappedStream(result, { map: bounded }));
      else if (!Array.isArray(result)) processed.setResult(bounded(result));
    },
  };
}

function bounded(result: Writable): Writable {
  if (!result.errors?.length || result.stringify !== undefined) return result;
  const few = withFewErrors(result);
  // Yoga makes each error once more before it writes them, and these would lose their locations.
  return { ...few, stringify: (written) => JSON.stringify({ ...written, errors: few.errors }) };
}
