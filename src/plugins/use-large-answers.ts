import type { FetchAPI, Plugin } from 'graphql-yoga';
import type { AnswerContext, LargeAnswers } from '../answers/answer-context.ts';
import { bytesOf } from '../answers/write-answer.ts';
import { acceptedCoding, type Coding, compressed, compressedPieces } from '../http/content-coding.ts';
import { frameOf } from '../http/framed-answer.ts';

type OnResponse = NonNullable<Plugin<AnswerContext, AnswerContext>['onResponse']>;
type Answered = Parameters<OnResponse>[0];

/**
 * Upper bound of answers in several pieces that are compressed at once. Each has an encoder of some megabytes and keeps one of
 * the four threads of libuv busy, which also look up names and read files.
 */
export const MOST_COMPRESSED = 3;

/**
 * Sends the bytes of large answers, because Node would join headers and text into one text and copy it twice. Compresses them
 * off the main thread for clients that accept it, except while many others are being compressed.
 *
 * Existing libraries do not fit: `useContentEncoding` of `@whatwg-node/server` ignores size and q and compresses in streams,
 * and `compression` supports only `node:http`.
 */
export function useLargeAnswers(largeAnswers: LargeAnswers): Plugin<AnswerContext, AnswerContext> {
  let compressing = 0;

  async function compress(
    body: Buffer<ArrayBuffer>[],
    coding: Coding,
    isWanted: () => boolean,
  ): Promise<Buffer<ArrayBuffer>[]> {
    const [only] = body;
    if (only !== undefined && body.length === 1) return [await compressed(only, coding)];
    compressing += 1;
    try {
      return await compressedPieces(body, coding, isWanted);
    } finally {
      compressing -= 1;
    }
  }

  async function sendCompressed(
    body: Buffer<ArrayBuffer>[],
    coding: Coding,
    answered: Answered,
  ): Promise<void> {
    const { request, response, serverContext } = answered;
    const pieces = await compress(body, coding, () => !request.signal.aborted);
    // The client has gone: what there is of the body is not sent.
    if (request.signal.aborted) pieces.length = 0;
    serverContext.answer?.shrinkTo(bytesOf(pieces));
    response.headers.set('content-encoding', coding);
    send(pieces, answered);
  }

  function sendAnswer(body: Buffer<ArrayBuffer>[], answered: Answered): Promise<void> | void {
    const { request, response } = answered;
    const { headers } = response;
    const contentType = headers.get('content-type');
    // No type that the client accepts: there is no body.
    if (contentType === null) return undefined;
    const frame = frameOf(contentType, bytesOf(body));
    if (frame !== null) {
      return sendStream([Buffer.from(frame.before), ...body, Buffer.from(frame.after)], answered);
    }
    headers.append('vary', 'Accept-Encoding');
    const coding = acceptedCoding(request.headers.get('accept-encoding') ?? '');
    const isCompressed = coding !== null && (body.length === 1 || compressing < MOST_COMPRESSED);
    return isCompressed && !request.signal.aborted
      ? sendCompressed(body, coding, answered)
      : send(body, answered);
  }

  return {
    onResponse(answered) {
      const body = largeAnswers.get(answered.request);
      if (body === undefined) return undefined;
      largeAnswers.delete(answered.request);
      return sendAnswer(body, answered);
    },
  };
}

/** Replaces the response by one with this body and its length. */
function send(body: Buffer<ArrayBuffer>[], answered: Answered): void {
  const { headers } = answered.response;
  headers.set('content-length', String(bytesOf(body)));
  if (body.length === 1) sendBody(body[0], answered);
  else sendStream(body, answered);
}

/** Yoga's own stream, in the response that is replaced, has not begun: it would with the first reading. */
function sendStream(body: Buffer<ArrayBuffer>[], answered: Answered): void {
  sendBody(streamOf(body, answered.fetchAPI), answered);
}

function sendBody(body: ConstructorParameters<FetchAPI['Response']>[0], answered: Answered): void {
  const { headers, status, statusText } = answered.response;
  answered.setResponse(new answered.fetchAPI.Response(body, { headers, status, statusText }));
}

/**
 * Stream of pieces, each at the reader's pace. Joining them would take as much memory again. Takes each piece out of `pieces`,
 * so that its memory is free as soon as it is sent.
 */
function streamOf(pieces: Buffer<ArrayBuffer>[], { ReadableStream }: FetchAPI): ReadableStream {
  return new ReadableStream({
    pull(controller) {
      const next = pieces.shift();
      if (next === undefined) controller.close();
      else controller.enqueue(next);
    },
  });
}
