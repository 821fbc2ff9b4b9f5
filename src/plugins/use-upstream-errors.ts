import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { GatewayContext } from '../context.ts';
import { UnknownValueError, type UpstreamError } from '../errors.ts';
import type { RequestRecord } from '../observability/requests/record.ts';
import { onOperation } from './on-operation.ts';

type FailurePath = readonly (string | number)[];

/** Upper bound for a request's access log line. Each failed call also has a line of its own. */
const MOST_CORRELATION_IDS = 10;

/** A field that is null, or less than it should be, because of an upstream failure. */
interface FieldFailure {
  readonly reason: UpstreamError;
  readonly type: string;
  readonly ids: readonly string[];
  readonly isIndirect?: boolean;
  readonly path: FailurePath;
  /** The executor's error; absent when no field is null. */
  readonly error?: GraphQLError;
}

/**
 * Reports upstream failures to clients: one error for each failed call, at the first field that it left unknown, with
 * everything that it affected. The executor makes an error for each field instead, hundreds of them for one call.
 *
 * Other errors are left to Yoga's masking, except for values that do not fit the schema, whose messages would quote the
 * upstream's answer.
 */
export function useUpstreamErrors(
  log: Logger,
  currentRecord: () => RequestRecord | undefined,
): Plugin<GatewayContext> {
  return onOperation<GatewayContext>({
    each(result, { contextValue }) {
      if (!('errors' in result || 'data' in result)) return result;
      if (contextValue.problems.length === 0 && !result.errors?.length) return result;
      // The next result of a stream must not name them again.
      const problems = contextValue.problems.splice(0);
      // Omitted rows do not matter to a client that gets no data.
      return explained(result, result.data === undefined ? [] : problems, log, currentRecord());
    },
  });
}

function explained(
  result: ExecutionResult,
  problems: readonly FieldFailure[],
  log: Logger,
  record: RequestRecord | undefined,
): ExecutionResult {
  const others: GraphQLError[] = [];
  const fieldFailures: FieldFailure[] = [...problems];
  for (const error of result.errors ?? []) {
    const failure = fieldFailureOf(error);
    if (failure === null) others.push(withCode(error));
    else fieldFailures.push(failure);
  }
  const failedCalls = new Set(fieldFailures.map(({ reason }) => reason));
  logFailures(failedCalls, log, record?.id);
  if (record !== undefined) {
    record.correlationIds = withCorrelationIds(record.correlationIds, failedCalls);
  }
  return { ...result, errors: [...clientErrors(fieldFailures, result.data), ...others] };
}

/** Logs each failed call for operators, with the correlation id for the vendor's support and without personal data. */
function logFailures(failures: Iterable<UpstreamError>, log: Logger, requestId: string | undefined): void {
  for (const { failure, resource, detail } of failures) {
    const { message, ...facts } = failure;
    // No resource means that no call was made: the caller lacks something, which does not concern operators.
    if (resource !== undefined) log.warn({ requestId, resource, ...facts, detail }, message);
  }
}

function withCorrelationIds(known: readonly string[], failures: Iterable<UpstreamError>): string[] {
  const ids = new Set(known);
  for (const { failure } of failures) {
    if (failure.correlationId !== undefined && ids.size < MOST_CORRELATION_IDS)
      ids.add(failure.correlationId);
  }
  return [...ids];
}

function fieldFailureOf(error: GraphQLError): FieldFailure | null {
  const cause = innermost(error);
  if (!(cause instanceof UnknownValueError)) return null;
  const { reason, type, id, isIndirect } = cause;
  return { reason, type, ids: id === null ? [] : [id], isIndirect, path: error.path ?? [], error };
}

/** The error that a resolver threw or rejected with. */
function innermost(error: GraphQLError): unknown {
  let cause: Error = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

/** One error for each failed call, in the order of the answer. */
function clientErrors(failures: readonly FieldFailure[], data: unknown): GraphQLError[] {
  const groups = Map.groupBy(failures, (failure) => {
    // A missing credential means that no call failed for several fields, so each root field has an error of its own.
    const { code, upstreamStatus } = failure.reason.failure;
    return code === 'UNAUTHENTICATED' && upstreamStatus === undefined ? failure.path[0] : failure.reason;
  });
  return [...groups.values()]
    .map((group) => clientError(group, data))
    .toSorted((a, b) => compareByPlace(a.path ?? [], b.path ?? [], data));
}

function clientError(failures: readonly FieldFailure[], data: unknown): GraphQLError {
  // One call can leave thousands of fields unknown, under few patterns. Only the first field of each pattern is sorted.
  const firstByPattern = new Map<string, FieldFailure>();
  for (const failure of failures) {
    const key = pattern(failure.path);
    const known = firstByPattern.get(key);
    if (known === undefined || compareByPlace(failure.path, known.path, data) < 0) {
      firstByPattern.set(key, failure);
    }
  }
  const inOrder = [...firstByPattern].toSorted(([, a], [, b]) => compareByPlace(a.path, b.path, data));
  const [, first] = inOrder[0] ?? [];
  if (first === undefined) throw new TypeError('An error for clients needs a failure.');
  const { message, ...facts } = first.reason.failure;
  // Several types can depend on one call, as a contact on the campaign that knows its list. The type called for comes first.
  const byType = Map.groupBy(
    failures.toSorted((a, b) => Number(a.isIndirect ?? false) - Number(b.isIndirect ?? false)),
    ({ type }) => type,
  );
  const [affected, ...also] = [...byType].map(([type, ofType]) => ({
    type,
    ids: [...new Set(ofType.flatMap(({ ids }) => ids))],
  }));
  return new GraphQLError(`${first.type}: ${message}.`, {
    nodes: first.error?.nodes ?? null,
    path: first.path,
    extensions: {
      ...facts,
      affected: { ...affected, paths: inOrder.map(([key]) => key), ...(also.length > 0 && { also }) },
    },
  });
}

/** `campaignInteractions.nodes.*.agent.email`: response keys, and a star for every index of a list. */
function pattern(path: FailurePath): string {
  return path.map((key) => (typeof key === 'number' ? '*' : key)).join('.');
}

/** Compares paths by their order in the answer. Fields fail in the order in which calls end, which varies. */
function compareByPlace(a: FailurePath, b: FailurePath, data: unknown): number {
  let node = data;
  for (const [depth, key] of a.entries()) {
    const other = b[depth];
    if (other === undefined) return 1;
    if (key !== other) {
      if (typeof key === 'number' && typeof other === 'number') return key - other;
      const keys = Object.keys(node ?? {});
      return keys.indexOf(String(key)) - keys.indexOf(String(other));
    }
    node = typeof node === 'object' && node !== null ? Reflect.get(node, key) : undefined;
  }
  return a.length - b.length;
}

/**
 * Adds a code to errors of the executor itself. Errors of arguments and variables quote only what the client sent. Errors of
 * values that do not fit the schema quote the upstream, so their text is replaced. They should not occur, because the data
 * sources check what they read.
 */
function withCode(error: GraphQLError): GraphQLError {
  if (innermost(error) instanceof GraphQLError && error.extensions['code'] === undefined) {
    if (error.path === undefined || error.message.startsWith('Argument ')) {
      error.extensions['code'] = 'BAD_USER_INPUT';
    } else {
      return new GraphQLError('The upstream gave a value that does not fit the schema.', {
        nodes: error.nodes ?? null,
        path: error.path,
        extensions: { code: 'UPSTREAM_BAD_RESPONSE' },
      });
    }
  }
  return error;
}
