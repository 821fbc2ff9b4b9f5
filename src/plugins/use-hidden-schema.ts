import type { Plugin } from 'graphql-yoga';

/**
 * Removes suggestions from errors: they name fields, arguments, types and values to a client that has guessed one nearly
 * right. Suggestions of enum values in variables come after validation, so the result is searched, not the validation
 * errors.
 */
export function useHiddenSchema(): Plugin {
  return {
    onExecutionResult({ result }) {
      if (result === undefined || !('errors' in result)) return;
      // Suggestions are at the end. If a client's own text before them has these words, more is removed, not less.
      for (const error of result.errors ?? [])
        error.message = error.message.replace(/ Did you mean [^]*/, '');
    },
  };
}
