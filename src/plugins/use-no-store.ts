import type { Plugin } from 'graphql-yoga';

/** Answers hold what one caller may see at one moment: no cache on the way may keep them. */
export function useNoStore(): Plugin {
  return {
    onResponse({ response }) {
      // Set alone would add to what Yoga says of an event stream.
      response.headers.delete('cache-control');
      response.headers.set('cache-control', 'private, no-store');
    },
  };
}
