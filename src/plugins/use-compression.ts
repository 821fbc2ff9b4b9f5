import type { Plugin } from 'graphql-yoga';
import { acceptedCoding, compressed } from '../http/content-coding.ts';

type Answered = Parameters<NonNullable<Plugin['onResponse']>>[0];

/** Size in UTF-16 code units. Smaller answers go out in one write with their headers. */
const LARGE = 16 * 1024;

/**
 * Sends large answers as bytes, because Node would join headers and text into one text and copy it twice. Compresses them
 * off the main thread for clients that accept it.
 *
 * Existing libraries do not fit: one ignores size and q and compresses in streams, the other supports only `node:http`.
 */
export function useCompression(): Plugin {
  const largeBodies = new WeakMap<object, Buffer<ArrayBuffer>>();
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
    onResponse(answered) {
      // Answers in several parts have no entry.
      const body = largeBodies.get(answered.response);
      return body && compress(body, answered);
    },
  };
}

async function compress(body: Buffer, answered: Answered): Promise<void> {
  const { request, response, fetchAPI } = answered;
  const { headers, status, statusText } = response;
  headers.append('vary', 'Accept-Encoding');
  const coding = acceptedCoding(request.headers.get('accept-encoding') ?? '');
  if (coding === null || headers.has('content-encoding')) return;
  const bytes = await compressed(body, coding);
  headers.set('content-encoding', coding);
  headers.delete('content-length');
  answered.setResponse(new fetchAPI.Response(bytes, { headers, status, statusText }));
}
