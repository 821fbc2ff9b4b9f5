import type { Plugin } from 'graphql-yoga';

/**
 * What every answer says: that no cache on the way may keep it, for it holds what one caller may see at one moment; and that it is
 * what its type says, whatever it looks like to a browser.
 */
export function useAnswerHeaders(): Plugin {
  return {
    onResponse({ response }) {
      const { headers } = response;
      // Set alone would add to what Yoga says of an event stream. Where there is nothing to delete, an attempt would still cost
      // the answer the fast way of sending its headers.
      if (headers.has('cache-control')) headers.delete('cache-control');
      headers.set('cache-control', 'private, no-store');
      headers.set('x-content-type-options', 'nosniff');
    },
  };
}
