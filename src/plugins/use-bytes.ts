import type { Plugin } from 'graphql-yoga';

/** In UTF-16 code units. Smaller ones go out in one write with their headers. */
const LARGE = 16 * 1024;

/** Bodies that were sent as bytes, for `useCompression`. */
const largeBodies = new WeakMap<object, Buffer<ArrayBuffer>>();

/** Sends large answers as bytes: Node would write the headers and a text as one text, copied twice for it. */
export function useBytes(): Plugin {
  return {
    onYogaInit({ yoga }) {
      const { Response } = yoga.fetchAPI;
      yoga.fetchAPI.Response = class extends Response {
        constructor(body?: BodyInit | null, init?: ResponseInit) {
          if (typeof body === 'string' && body.length > LARGE) {
            const bytes = Buffer.from(body);
            super(bytes, init);
            largeBodies.set(this, bytes);
          } else super(body, init);
        }
      };
    },
  };
}

/** The body of a large answer; undefined for any other, and for what is sent in several parts. */
export function largeBodyOf(response: Response): Buffer<ArrayBuffer> | undefined {
  return largeBodies.get(response);
}
