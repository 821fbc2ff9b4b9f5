import { UpstreamError } from '../errors.ts';
import { correlationIdOf, errorFromAnswer } from './error-answer.ts';
import type { HttpAnswer } from './http.ts';
import { UpstreamAnswer } from './upstream-answer.ts';
import type { UpstreamRead } from './upstream-request.ts';

/** Reads the JSON of a resource's 2xx answer. Throws an `UpstreamError` when it is no such answer. */
export function readAnswer(resource: string, answer: HttpAnswer): UpstreamRead {
  const { status, headers, text, bytes } = answer;
  if (status < 200 || status > 299) throw errorFromAnswer(status, headers, text);
  const correlationId = correlationIdOf(headers);
  try {
    return {
      body: JSON.parse(text),
      bytes,
      answer: new UpstreamAnswer(resource, status, correlationId, Date.now()),
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

/** In our own words: those of the JSON parser quote the answer. */
function whyUnreadable({ headers, text }: HttpAnswer): string {
  if (text === '') return 'no body';
  if (/^\s*</.test(text)) return 'a page instead of JSON';
  const type = headers['content-type'];
  return `no JSON, or not all of it: ${text.length} characters${
    typeof type === 'string' && /^[\w/+.-]+/.test(type) ? ` of ${/^[\w/+.-]+/.exec(type)?.[0]}` : ''
  }`;
}
