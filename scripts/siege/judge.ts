import { boundProblems, MOST_ANSWER_BYTES } from '../answer-bounds.ts';
import type { Attack } from './attack.ts';
import type { Reply } from './send.ts';

export interface Judgement {
  /** `ok`, `503`, or the codes of the errors, each with the name of the limit where it tells one. */
  readonly outcomes: readonly string[];
  readonly problems: readonly string[];
}

const CODE = /"code":"([A-Z_]+)"(?:,"limit":"(\w+)")?/g;

/** Judges an answer to a request of the attack. */
export function judge(reply: Reply, { outcomes: allowed }: Pick<Attack, 'outcomes'>): Judgement {
  if (isBusy(reply)) return { outcomes: ['503'], problems: [] };
  const { status, bytes, text, isWhole } = reply;
  const problems: string[] = [];
  if (status >= 500) problems.push(`status ${status}: ${text.slice(0, 120)}`);
  if (bytes > MOST_ANSWER_BYTES) problems.push(`${bytes} bytes; ${MOST_ANSWER_BYTES} may be`);
  if (isWhole) problems.push(...boundProblems(errorsIn(text)));
  const seen = [
    ...new Set([...text.matchAll(CODE)].map(([, code = '', limit = '']) => `${code} ${limit}`.trim())),
  ];
  const outcomes = seen.length === 0 && status === 200 ? ['ok'] : seen;
  if (outcomes.length === 0) problems.push(`status ${status} without a code: ${text.slice(0, 120)}`);
  for (const outcome of outcomes) {
    const [code = ''] = outcome.split(' ');
    if (!allowed.includes(outcome) && !allowed.includes(code))
      problems.push(`outcome ${outcome}: ${text.slice(0, 120)}`);
  }
  return { outcomes, problems };
}

/** True for the answer of a gateway that has no room for the request, and tells when to come again. */
export function isBusy({ status, retryAfter }: Pick<Reply, 'status' | 'retryAfter'>): boolean {
  return status === 503 && /^\d+$/.test(retryAfter ?? '');
}

/** Errors of a GraphQL answer. Event streams and multipart answers hold their result as a part. */
function errorsIn(text: string): readonly unknown[] {
  const [json = ''] = /\{.*\}/s.exec(text) ?? [];
  try {
    const result: unknown = JSON.parse(json);
    const errors: unknown =
      typeof result === 'object' && result !== null && 'errors' in result ? result.errors : [];
    return Array.isArray(errors) ? errors : [];
  } catch {
    return [];
  }
}
