import type { Plugin } from 'graphql-yoga';

/**
 * Keeps suggestions out of errors: they name fields, arguments, types and values to who has guessed one nearly right. Those of
 * enum values that come by variables are found later, so what is answered is looked at, not what validation finds.
 */
export function useHiddenSchema(): Plugin {
  return {
    onExecutionResult({ result }) {
      if (result === undefined || !('errors' in result)) return;
      // They stand at the end. What stands before may be a client's own text with these words, and then more is lost, not less.
      for (const error of result.errors ?? [])
        error.message = error.message.replace(/ Did you mean [^]*/, '');
    },
  };
}
