import type { Plugin } from 'graphql-yoga';
import { isFile } from '../http/static-file.ts';

/**
 * Sets the headers of every answer: no cache may keep it, because it holds what one caller may see at one moment; and
 * browsers must not guess its type. Files say themselves how they are kept.
 */
export function useAnswerHeaders(): Plugin {
  return {
    onResponse({ response }) {
      const { headers } = response;
      headers.set('x-content-type-options', 'nosniff');
      // Yoga promises with each stream that the connection stays open, also to a client that has asked for its end.
      if (headers.has('connection')) headers.delete('connection');
      if (isFile(response)) return;
      // `set` alone would add to the value that Yoga gives an event stream. A needless `delete` would cost the answer the
      // server's fast way of sending headers.
      if (headers.has('cache-control')) headers.delete('cache-control');
      headers.set('cache-control', 'private, no-store');
    },
  };
}
