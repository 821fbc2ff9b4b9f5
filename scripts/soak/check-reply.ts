import * as v from '@badrap/valita';
import { stampsIn } from './stamps.ts';

/** An HTTP answer as received. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

export const JSON_TYPE = 'application/json';
export const GRAPHQL_TYPE = 'application/graphql-response+json';
export type MediaType = typeof JSON_TYPE | typeof GRAPHQL_TYPE;

/** Every documented code of an operation; any other code, such as that of an unexpected error, is a defect. */
export const OPERATION_CODES = [
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'FORBIDDEN',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'QUERY_TOO_EXPENSIVE',
  'UNAUTHENTICATED',
  'UPSTREAM_BAD_RESPONSE',
  'UPSTREAM_RATE_LIMITED',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
] as const;

const text = v.string().assert((value) => value !== '', 'is empty');
const wholeNumber = v.number().assert((value) => Number.isInteger(value) && value >= 0, 'is no whole number');
const ids = v.array(text);

// Strict at every level: clients must not see any other property of an error, such as a stack.
const clientError = v.object({
  message: text,
  locations: v.array(v.object({ line: wholeNumber, column: wholeNumber })).optional(),
  path: v.array(v.union(text, wholeNumber)).optional(),
  extensions: v.object({
    code: v.union(...OPERATION_CODES.map((code) => v.literal(code))),
    upstreamStatus: wholeNumber.optional(),
    correlationId: text.optional(),
    missingPermissions: v.array(text).optional(),
    requiredPermissions: v.array(text).optional(),
    retryAfterSeconds: wholeNumber.optional(),
    limit: text.optional(),
    asked: wholeNumber.optional(),
    allowed: wholeNumber.optional(),
    plan: v.array(v.object({ resource: text, calls: wholeNumber })).optional(),
    affected: v
      .object({
        type: text,
        ids,
        paths: v.array(text).assert(isFilled, 'is empty'),
        also: v.array(v.object({ type: text, ids })).optional(),
      })
      .optional(),
  }),
});

const answerSchema = v
  .object({
    data: v.record(v.unknown()).nullable().optional(),
    errors: v.array(clientError).assert(isFilled, 'is empty').optional(),
  })
  .assert(({ data, errors }) => data != null || errors !== undefined, 'has neither data nor errors');

export type Answer = v.Infer<typeof answerSchema>;

/**
 * Parses the answer to a well-formed request that accepts this type. A string tells why it is not valid GraphQL over HTTP.
 */
export function checkReply(reply: Reply, accepted: MediaType): Answer | string {
  const { status, contentType } = reply;
  const json = parsed(reply.text);
  if (json === undefined) return `status ${status} with what is no JSON`;
  const result = answerSchema.try(json);
  if (!result.ok) return `status ${status}, ${result.message}`;
  if (contentType.replace(/;.*/, '') !== accepted) return `${contentType} instead of ${accepted}`;
  const { value: output } = result;
  // An operation that was not executed has no `data`; only the newer media type has a status for that.
  const wanted = accepted === GRAPHQL_TYPE && output.data === undefined ? 400 : 200;
  if (status !== wanted) return `status ${status} instead of ${wanted}`;
  if (stampsIn(JSON.stringify(output.errors ?? [])).length > 0) return 'an error quotes the upstream';
  return output;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isFilled(list: readonly unknown[]): boolean {
  return list.length > 0;
}
