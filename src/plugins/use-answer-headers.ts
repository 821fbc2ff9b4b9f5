import type { Plugin } from 'graphql-yoga';

/**
 * Sets the headers of every answer: no cache may keep it, because it holds what one caller may see at one moment; and
 * browsers must not guess its type.
 */
export function useAnswerHeaders(): Plugin {
  return {
    onResponse({ response }) {
      const { headers } = response;
      // `set` alone would add to the value that Yoga gives an event stream. A needless `delete` would cost the answer the
      // server's fast way of sending headers.
      if (headers.has('cache-control')) headers.delete('cache-control');
      headers.set('cache-control', 'private, no-store');
      headers.set('x-content-type-options', 'nosniff');
    },
  };
}
