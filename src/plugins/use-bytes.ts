import type { Plugin } from 'graphql-yoga';

/** In UTF-16 code units. Smaller ones go out in one write with their headers. */
const LARGE = 16 * 1024;

/** Sends large answers as bytes: Node would write the headers and a text as one text, copied twice for it. */
export function useBytes(): Plugin {
  return {
    onYogaInit({ yoga }) {
      const { Response } = yoga.fetchAPI;
      yoga.fetchAPI.Response = class extends Response {
        constructor(body?: BodyInit | null, init?: ResponseInit) {
          super(typeof body === 'string' && body.length > LARGE ? Buffer.from(body) : body, init);
        }
      };
    },
  };
}
