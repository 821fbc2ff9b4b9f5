import type { Plugin } from 'graphql-yoga';
import { onOperation } from './on-operation.ts';

/**
 * Removes suggestions from errors: they name fields, arguments, types and values to a client that has guessed one nearly
 * right. Suggestions of enum values in variables come after validation, so results are searched as well.
 */
export function useHiddenSchema(): Plugin {
  return {
    onValidate:
      () =>
      ({ result }) =>
        removeSuggestions(result),
    ...onOperation({
      each(result) {
        removeSuggestions(result.errors);
        return result;
      },
    }),
  };
}

function removeSuggestions(errors: readonly Error[] = []): void {
  // Suggestions are at the end. If a client's own text before them has these words, more is removed, not less.
  for (const error of errors) error.message = error.message.replace(/ Did you mean [^]*/, '');
}
