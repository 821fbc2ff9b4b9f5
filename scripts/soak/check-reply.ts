import * as v from 'valibot';
import { stampsIn } from './stamps.ts';

/** An answer as it came over HTTP. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

export const JSON_TYPE = 'application/json';
export const GRAPHQL_TYPE = 'application/graphql-response+json';
export type MediaType = typeof JSON_TYPE | typeof GRAPHQL_TYPE;

/** Every code that clients are told of; anything else, such as that of an unexpected error, is a defect. */
const CODES = [
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

const text = v.pipe(v.string(), v.minLength(1));
const wholeNumber = v.pipe(v.number(), v.integer(), v.minValue(0));
const ids = v.array(text);

// Strict all the way down: whatever is in an error and not in here, such as a stack, is not for clients.
const clientError = v.strictObject({
  message: text,
  locations: v.optional(v.array(v.strictObject({ line: wholeNumber, column: wholeNumber }))),
  path: v.optional(v.array(v.union([text, wholeNumber]))),
  extensions: v.strictObject({
    code: v.picklist(CODES),
    upstreamStatus: v.optional(wholeNumber),
    correlationId: v.optional(text),
    missingPermissions: v.optional(v.array(text)),
    retryAfterSeconds: v.optional(wholeNumber),
    affected: v.optional(
      v.strictObject({
        type: text,
        ids,
        paths: v.pipe(v.array(text), v.minLength(1)),
        also: v.optional(v.array(v.strictObject({ type: text, ids }))),
      }),
    ),
  }),
});

const answerSchema = v.pipe(
  v.strictObject({
    data: v.optional(v.nullable(v.record(v.string(), v.unknown()))),
    errors: v.optional(v.pipe(v.array(clientError), v.minLength(1))),
  }),
  v.check(({ data, errors }) => data != null || errors !== undefined, 'neither data nor errors'),
);

export type Answer = v.InferOutput<typeof answerSchema>;

/**
 * Reads the answer to a well-formed request that accepts this type; or says what about it is no valid GraphQL over HTTP.
 */
export function checkReply(reply: Reply, accepted: MediaType): Answer | string {
  const { status, contentType } = reply;
  const json = parsed(reply.text);
  if (json === undefined) return `status ${status} with what is no JSON`;
  const result = v.safeParse(answerSchema, json);
  if (!result.success) {
    const [issue] = result.issues;
    return `status ${status}, ${v.getDotPath(issue) ?? 'the answer'}: ${issue.message}`;
  }
  if (contentType.replace(/;.*/, '') !== accepted) return `${contentType} instead of ${accepted}`;
  const { output } = result;
  // An operation that was not executed at all has no `data`, and only the newer type has a status for that.
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
