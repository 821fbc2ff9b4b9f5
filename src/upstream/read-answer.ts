import { UpstreamError } from '../errors.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import { correlationIdOf, errorFromAnswer } from './http/error-answer.ts';
import type { HttpAnswer } from './http/transport.ts';
import { UpstreamAnswer, type UpstreamRead } from './answer.ts';
import type { UpstreamRequest } from './request.ts';

/**
 * Parses the JSON of a 2xx answer; null for the empty one that a write may have. Throws an `UpstreamError` for any other
 * answer.
 *
 * @param receivedAtMs Epoch milliseconds.
 */
export function readAnswer(
  { resource, effect }: Pick<UpstreamRequest, 'resource' | 'effect'>,
  answer: HttpAnswer,
  receivedAtMs: number,
): UpstreamRead {
  const { status, headers, bytes } = answer;
  if (status < 200 || status > 299) {
    throw errorFromAnswer(status, headers, decodeUtf8(bytes), receivedAtMs);
  }
  const correlationId = correlationIdOf(headers);
  try {
    return {
      // The text is not kept: it is as large as everything that is parsed from it.
      body: effect === 'write' && bytes.length === 0 ? null : JSON.parse(decodeUtf8(bytes)),
      bytes,
      answer: new UpstreamAnswer(resource, status, correlationId, receivedAtMs),
    };
  } catch {
    throw new UpstreamError(
      {
        code: 'UPSTREAM_BAD_RESPONSE',
        message: 'the upstream gave an answer that cannot be read',
        upstreamStatus: status,
        ...(correlationId !== undefined && { correlationId }),
      },
      { detail: whyUnreadable(answer) },
    );
  }
}

/** Own wording, because the JSON parser's messages quote the answer. */
function whyUnreadable({ headers, bytes }: HttpAnswer): string {
  const text = decodeUtf8(bytes);
  if (text === '') return 'no body';
  if (/^\s*</.test(text)) return 'a page instead of JSON';
  const type = headers['content-type'];
  return `no JSON, or not all of it: ${text.length} characters${
    typeof type === 'string' && /^[\w/+.-]+/.test(type) ? ` of ${/^[\w/+.-]+/.exec(type)?.[0]}` : ''
  }`;
}
