import { boundProblems, MOST_ANSWER_BYTES } from '../answer-bounds.ts';
import type { Answer } from './read-answers.ts';

/** Event streams and multipart answers add a frame to a result. */
const FRAME_BYTES = 1000;
const MOST_BODY_BYTES = MOST_ANSWER_BYTES + FRAME_BYTES;
/** Beginning of the only text that is answered. */
const LANDING_PAGE = 'Campaign interaction gateway\n';
const NO_STORE = 'private, no-store';

/** Statuses of Node's own answers to invalid or oversized HTTP. They have no body and are not cacheable by default. */
const REFUSALS_OF_NODE: ReadonlySet<number> = new Set([400, 408, 413, 417, 431]);

/** Texts that reveal the gateway's code or its machine. No answer may contain them. */
const INSIDES: readonly RegExp[] = [
  /\n\s+at \S/,
  /\\n\s+at \S/,
  /node_modules|node:internal|node:http|file:\/\//,
  /\.(?:ts|mjs|cjs):\d+/,
  /[A-Z][a-z]+Error: /,
  /Cannot read propert|is not a function|is not iterable|is not a constructor|reading '/,
  /Maximum call stack|out of memory|Invalid string length/,
  /Unexpected error|INTERNAL_SERVER_ERROR/,
  /127\.0\.0\.1:\d+\/api|ECONNREFUSED|ECONNRESET|EPIPE/,
];

/** Problems of an answer to any request; empty when there are none. */
export function answerProblems(answer: Answer): string[] {
  const { status, headers, body, method } = answer;
  const problems: string[] = [];
  if (status >= 500 && !isBusy(answer)) problems.push(`status ${status}`);
  if (body.length > MOST_BODY_BYTES) problems.push(`a body of ${body.length} bytes`);
  if (status < 200) problems.push(`status ${status}, of which nothing was asked`);
  const type = (headers.get('content-type')?.[0] ?? '').replace(/;.*/s, '');
  const caching = (headers.get('cache-control') ?? []).join(' + ');
  // GraphiQL's page is the same for everybody.
  if (caching !== (type === 'text/html' ? 'no-cache' : NO_STORE) && !isOfNode(answer)) {
    problems.push(`status ${status} with Cache-Control "${caching}"`);
  }
  if (type === 'text/html' || method === 'HEAD') return problems;
  const text = textOf(body);
  if (text === null) return [...problems, 'the answer is no UTF-8'];
  const seen = INSIDES.map((pattern) => pattern.exec(text)).find((match) => match !== null);
  if (seen) problems.push(`the answer shows insides: ${JSON.stringify(around(text, seen.index))}`);
  for (const part of jsonIn(type, text)) {
    const found = resultProblems(part);
    problems.push(...found.map((problem) => `${problem}: ${JSON.stringify(around(part, 0))}`));
  }
  return problems;
}

/** True for the answer of a gateway that has no room for the request, and tells when to come again. */
function isBusy({ status, headers }: Answer): boolean {
  return status === 503 && /^\d+$/.test(headers.get('retry-after')?.[0] ?? '');
}

function isOfNode({ status, headers, body }: Answer): boolean {
  return REFUSALS_OF_NODE.has(status) && body.length === 0 && !headers.has('content-type');
}

function textOf(body: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return null;
  }
}

/** Texts in an answer of this type that must be GraphQL results. */
function jsonIn(type: string, text: string): string[] {
  switch (type) {
    case 'application/json':
    case 'application/graphql-response+json':
      return [text];
    case 'text/event-stream':
      return [...text.matchAll(/(?:^|[\r\n])data: ?([^\r\n]+)/g)].map(([, data = '']) => data);
    case 'multipart/mixed':
      return [...text.matchAll(/\r\n\r\n(.*?)\r\n--/gs)].map(([, part = '']) => part);
    case 'text/plain':
      return text.startsWith(LANDING_PAGE) ? [] : ['(text of another kind)'];
    default:
      return text === '' ? [] : ['(text of another type)'];
  }
}

/** Reasons why a text is no GraphQL result, or one beyond the bounds; empty when there are none. */
function resultProblems(text: string): string[] {
  let result: unknown;
  try {
    result = JSON.parse(text);
  } catch {
    return ['no JSON'];
  }
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return ['no object'];
  const { data, errors, status, error }: Record<'data' | 'errors' | 'status' | 'error', unknown> = {
    data: undefined,
    errors: undefined,
    status: undefined,
    error: undefined,
    ...result,
  };
  // Probes are answered without GraphQL.
  if (typeof status === 'string' || typeof error === 'string') return [];
  if (errors === undefined)
    return typeof data === 'object' && data !== null ? [] : ['neither data nor errors'];
  if (!Array.isArray(errors) || errors.length === 0) return ['errors that are no list, or none'];
  return [
    ...(errors.every(isError) ? [] : ['an error without a message or a code']),
    ...boundProblems(errors),
  ];
}

function isError(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { message, extensions }: { message?: unknown; extensions?: unknown } = error;
  if (typeof message !== 'string' || message === '') return false;
  if (typeof extensions !== 'object' || extensions === null) return false;
  const { code, stack }: { code?: unknown; stack?: unknown } = extensions;
  return typeof code === 'string' && /^[A-Z_]+$/.test(code) && stack === undefined;
}

function around(text: string, index: number): string {
  return text.slice(Math.max(0, index - 80), index + 120);
}
