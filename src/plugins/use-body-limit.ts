import { IncomingMessage } from 'node:http';
import type { Plugin } from 'graphql-yoga';
import { ClientError } from '../operations/client-error.ts';

export interface BodyLimitOptions {
  /** The most bytes that a request's body may have. */
  readonly maxBytes: number;
}

/** Part of Yoga's context for a request that came through a server of `node:http`. */
interface ServerContext {
  readonly req?: unknown;
}

/**
 * Refuses bodies that are too large. Yoga's own `maxRequestBodySize` must be off: it passes each body through another stream
 * to count its bytes, a good part of Yoga's work for a small query. A server of `node:http` delivers no more than
 * `Content-Length` bytes, so only bodies without that header are counted, and bodies that did not come through such a
 * server.
 */
export function useBodyLimit({ maxBytes }: BodyLimitOptions): Plugin<object, ServerContext> {
  return {
    onRequestParse({ request, serverContext, requestParser, setRequestParser, fetchAPI }) {
      const sent = serverContext?.req instanceof IncomingMessage ? serverContext.req : null;
      const length = request.headers.get('content-length');
      if (length !== null) {
        // Several lengths, joined by commas, are a technique of request smuggling.
        if (!/^\d+$/.test(length)) throw bodyRefusal('Content-Length header is invalid.', 'BAD_REQUEST', 400);
        if (Number(length) > maxBytes) throw bodyTooLarge(Number(length), maxBytes);
        if (sent !== null) return;
      }
      if (requestParser === undefined || request.method === 'GET') return;
      setRequestParser(async ({ url, method, headers, signal, body: stream }) => {
        // The iterator must not destroy the connection, because the answer is sent on it.
        const chunks = sent?.iterator({ destroyOnReturn: false }) ?? stream;
        try {
          const body = chunks && (await bytesOf(chunks, maxBytes));
          return requestParser(new fetchAPI.Request(url, { method, headers, signal, body }));
        } catch (error) {
          // Node skips the rest of a body only if reading has not begun. The connection's next request follows that rest.
          sent?.resume();
          throw error;
        }
      });
    },
  };
}

/** All bytes of a body. Rejects as soon as there are more than `maxBytes`. */
async function bytesOf(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > maxBytes) throw bodyTooLarge(length, maxBytes, 'at least ');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** `atLeast` is given when the rest of the body was not read. */
function bodyTooLarge(asked: number, allowed: number, atLeast = ''): ClientError {
  const message = `The request's body has ${atLeast}${asked} bytes; at most ${allowed} are allowed (MAX_BODY_BYTES).`;
  return bodyRefusal(message, 'REQUEST_ENTITY_TOO_LARGE', 413, { limit: 'bodyBytes', asked, allowed });
}

function bodyRefusal(message: string, code: string, status: number, facts: object = {}): ClientError {
  return new ClientError(message, { extensions: { code, ...facts, http: { status } } });
}
