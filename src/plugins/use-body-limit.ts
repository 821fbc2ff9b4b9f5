import { IncomingMessage } from 'node:http';
import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

export interface BodyLimitOptions {
  /** The most bytes that a request's body may have. */
  readonly maxBytes: number;
}

/** What Yoga's context has of a request that came by a server of `node:http`. */
interface ServerContext {
  readonly req?: unknown;
}

/**
 * Refuses bodies that are too large, as Yoga's own `maxRequestBodySize` does, which is to be switched off: that leads each body
 * through a stream of its own to count its bytes, a good part of what Yoga does for a small query. A server of `node:http`
 * gives no more than the `Content-Length` says, so that only bodies without one have to be counted, and those of requests that
 * did not come by such a server.
 */
export function useBodyLimit({ maxBytes }: BodyLimitOptions): Plugin<object, ServerContext> {
  return {
    onRequestParse({ request, serverContext, requestParser, setRequestParser, fetchAPI }) {
      const sent = serverContext?.req instanceof IncomingMessage ? serverContext.req : null;
      const length = request.headers.get('content-length');
      if (length !== null) {
        // Several of them, joined by commas, are how one request is made to pass for two.
        if (!/^\d+$/.test(length)) throw refusal('Content-Length header is invalid.', 'BAD_REQUEST', 400);
        if (Number(length) > maxBytes) throw bodyTooLarge(Number(length), maxBytes);
        if (sent !== null) return;
      }
      if (requestParser === undefined || request.method === 'GET') return;
      setRequestParser(async ({ url, method, headers, signal, body: stream }) => {
        // The connection is left as it is, for the answer is sent on it.
        const chunks = sent?.iterator({ destroyOnReturn: false }) ?? stream;
        try {
          const body = chunks && (await bytesOf(chunks, maxBytes));
          return requestParser(new fetchAPI.Request(url, { method, headers, signal, body }));
        } catch (error) {
          // Node passes over what is left of a body only if nobody has begun to read it; the next request comes after that.
          sent?.resume();
          throw error;
        }
      });
    },
  };
}

/** All of a body. Rejects as soon as there are too many of them. */
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

/** `atLeast` where the rest of the body was not waited for. */
function bodyTooLarge(asked: number, allowed: number, atLeast = ''): GraphQLError {
  const message = `The request's body has ${atLeast}${asked} bytes; at most ${allowed} are allowed (MAX_BODY_BYTES).`;
  return refusal(message, 'REQUEST_ENTITY_TOO_LARGE', 413, { limit: 'bodyBytes', asked, allowed });
}

function refusal(message: string, code: string, status: number, facts: object = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { code, ...facts, http: { status } } });
}
