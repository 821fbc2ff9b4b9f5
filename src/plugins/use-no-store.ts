import type { Plugin } from 'graphql-yoga';

/** Answers hold what one caller may see at one moment: no cache on the way may keep them. */
export function useNoStore(): Plugin {
  return {
    onResponse({ response }) {
      response.headers.set('cache-control', 'private, no-store');
    },
  };
}
