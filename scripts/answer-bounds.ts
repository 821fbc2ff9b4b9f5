import { settings } from '../src/config/settings.ts';
import { OPERATION_CODES } from './soak/check-reply.ts';

/** Bounds of every answer, as they are documented. */
export const MOST_ANSWER_BYTES = Number(settings.MAX_ANSWER_BYTES.default);
const MOST_ERRORS = 100;
/** A message quotes at most 200 characters of what was sent; the rest are the gateway's own words. */
const LONGEST_MESSAGE = 600;

/** Every documented code: of operations, and of requests that contain none. */
const codes: ReadonlySet<string> = new Set([
  ...OPERATION_CODES,
  'CSRF_PREVENTED',
  'NOT_FOUND',
  'PERSISTED_QUERY_ID_REQUIRED',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'REQUEST_ENTITY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
]);

interface ErrorLike {
  readonly message?: unknown;
  readonly extensions?: unknown;
}

/** Bounds and rules that the errors of an answer break; empty when they keep to all of them. */
export function boundProblems(errors: readonly unknown[]): string[] {
  const problems: string[] = [];
  if (errors.length > MOST_ERRORS) problems.push(`${errors.length} errors; ${MOST_ERRORS} may be`);
  for (const error of errors) {
    if (typeof error !== 'object' || error === null) continue;
    const { message, extensions }: ErrorLike = error;
    if (typeof message === 'string' && message.length > LONGEST_MESSAGE) {
      problems.push(`a message of ${message.length} characters: ${message.slice(0, 100)}…`);
    }
    const { code, limit, asked, allowed } = extensionsOf(extensions);
    if (typeof code === 'string' && !codes.has(code)) problems.push(`the code ${code}`);
    if (limit === undefined && code !== 'QUERY_TOO_EXPENSIVE') continue;
    if (typeof limit !== 'string' || !isCount(asked) || !isCount(allowed) || asked <= allowed) {
      problems.push(`a limit told as ${JSON.stringify({ limit, asked, allowed })}`);
    }
  }
  return problems;
}

function extensionsOf(extensions: unknown): {
  readonly code?: unknown;
  readonly limit?: unknown;
  readonly asked?: unknown;
  readonly allowed?: unknown;
} {
  return typeof extensions === 'object' && extensions !== null ? extensions : {};
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
