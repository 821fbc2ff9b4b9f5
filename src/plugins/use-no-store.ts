import type { Plugin } from 'graphql-yoga';

/** Answers hold what one caller may see at one moment: no cache on the way may keep them. */
export function useNoStore(): Plugin {
  return {
    onResponse({ response }) {
      const { headers } = response;
      // Set alone would add to what Yoga says of an event stream. Where there is nothing to delete, an attempt would still cost
      // the answer the fast way of sending its headers.
      if (headers.has('cache-control')) headers.delete('cache-control');
      headers.set('cache-control', 'private, no-store');
    },
  };
}
