import { UpstreamError } from '../errors.ts';
import { parseJson } from '../lib/exact-json.ts';
import { OversizedJsonError } from '../lib/parse-in-pieces.ts';
import { releaseBytes } from '../lib/release-bytes.ts';
import { LARGE_BYTES } from '../lib/slices.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import { correlationIdOf, errorFromAnswer } from './http/error-answer.ts';
import type { HttpAnswer } from './http/transport.ts';
import { UpstreamAnswer, type UpstreamRead } from './answer.ts';
import type { UpstreamRequest } from './request.ts';

/** Bytes at the beginning of a large answer that show what it is instead of JSON. */
const HEAD_BYTES = 1024;

type ReadRequest = Pick<UpstreamRequest, 'resource' | 'effect' | 'permissions' | 'exactNumbers'>;

/**
 * Parses the JSON of a 2xx answer, that of a large one in slices; null for the empty one that a write may have. Throws, or
 * rejects with, an `UpstreamError` for any other answer.
 *
 * @param receivedAtMs Epoch milliseconds.
 * @param parseLarge Parses the bytes of a large answer, as `parseInPieces` does.
 */
export function readAnswer(
  { resource, effect, permissions, exactNumbers }: ReadRequest,
  answer: HttpAnswer,
  receivedAtMs: number,
  parseLarge: (bytes: Buffer) => Promise<unknown>,
): UpstreamRead | Promise<UpstreamRead> {
  const { status, headers, bytes } = answer;
  if (status < 200 || status > 299) {
    throw errorFromAnswer(status, headers, headOf(bytes), receivedAtMs, permissions);
  }
  const read = (body: unknown) => ({
    body,
    bytes,
    answer: new UpstreamAnswer(resource, status, correlationIdOf(headers), receivedAtMs),
  });
  if (effect === 'write' && bytes.length === 0) return read(null);
  if (bytes.length > LARGE_BYTES) {
    return parseLarge(bytes).then(read, (error: unknown) => {
      const failure = error instanceof SyntaxError ? unreadable(answer) : error;
      releaseBytes(bytes);
      throw error instanceof OversizedJsonError ? unreadable(answer, error.message) : failure;
    });
  }
  try {
    // The text is not kept: it is as large as everything that is parsed from it.
    return read(parseJson(bytes, exactNumbers ?? false));
  } catch {
    throw unreadable(answer);
  }
}

function unreadable(answer: HttpAnswer, detail = whyUnreadable(answer)): UpstreamError {
  const correlationId = correlationIdOf(answer.headers);
  return new UpstreamError(
    {
      code: 'UPSTREAM_BAD_RESPONSE',
      message: 'the upstream gave an answer that cannot be read',
      upstreamStatus: answer.status,
      ...(correlationId !== undefined && { correlationId }),
    },
    { detail },
  );
}

/** Text of an answer, of a large one only the beginning: the vendor's errors are short. */
function headOf(bytes: Buffer): string {
  return decodeUtf8(bytes.length > LARGE_BYTES ? bytes.subarray(0, HEAD_BYTES) : bytes);
}

/** Own wording, because the JSON parser's messages quote the answer. */
function whyUnreadable({ headers, bytes }: HttpAnswer): string {
  const text = headOf(bytes);
  if (text === '') return 'no body';
  if (/^\s*</.test(text)) return 'a page instead of JSON';
  const type = headers['content-type'];
  return `no JSON, or not all of it: ${bytes.length > LARGE_BYTES ? `${bytes.length} bytes` : `${text.length} characters`}${
    typeof type === 'string' && /^[\w/+.-]+/.test(type) ? ` of ${/^[\w/+.-]+/.exec(type)?.[0]}` : ''
  }`;
}
