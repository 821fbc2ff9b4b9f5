import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { GatewayContext } from '../context.ts';
import { UnknownValueError, type UpstreamError } from '../errors.ts';
import type { RequestRecord } from '../observability/requests/record.ts';

type FailurePath = readonly (string | number)[];

/** Of one request, in the line that the log has of it; each failed call has a line of its own besides. */
const MOST_CORRELATION_IDS = 10;

/** A field that is null, or less than it should be, because of an upstream failure. */
interface FieldFailure {
  readonly reason: UpstreamError;
  readonly type: string;
  readonly ids: readonly string[];
  readonly isIndirect?: boolean;
  readonly path: FailurePath;
  /** The error that the executor made of it; absent for what left no field null. */
  readonly error?: GraphQLError;
}

/**
 * Tells clients of upstream failures: one error for each failed call, at the first field that it left unknown, with
 * everything that it affected. The executor makes an error for each field instead, hundreds of them for one call.
 *
 * What is no upstream failure is left to Yoga's masking, but for values that do not fit the schema, whose messages would
 * quote the upstream's answer.
 */
export function useUpstreamErrors(
  log: Logger,
  currentRecord: () => RequestRecord | undefined,
): Plugin<GatewayContext> {
  return {
    onExecute({ args }) {
      const { problems } = args.contextValue;
      return {
        onExecuteDone({ result, setResult }) {
          if (!('errors' in result || 'data' in result)) return;
          if (problems.length === 0 && !result.errors?.length) return;
          // Rows that were left out are of no interest to a client that gets no data.
          if (result.data === undefined) {
            setResult({ ...result, errors: (result.errors ?? []).map(withCode) });
            return;
          }
          setResult(explained(result, args.contextValue, log, currentRecord()));
        },
      };
    },
  };
}

function explained(
  result: ExecutionResult,
  { problems }: GatewayContext,
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
  if (record !== undefined) record.correlationIds = correlationIdsOf(failedCalls);
  return { ...result, errors: [...clientErrors(fieldFailures, result.data), ...others] };
}

/** What calls failed of, for those who run the gateway; with what the vendor's support asks for, and no personal data. */
function logFailures(failures: Iterable<UpstreamError>, log: Logger, requestId: string | undefined): void {
  for (const { failure, resource, detail } of failures) {
    const { message, ...facts } = failure;
    // Without a resource it came to no call: the caller lacks something, which is no concern of theirs.
    if (resource !== undefined) log.warn({ requestId, resource, ...facts, detail }, message);
  }
}

function correlationIdsOf(failures: Iterable<UpstreamError>): string[] {
  const ids = new Set<string>();
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

/** One for each failed call, in the order of the answer. */
function clientErrors(failures: readonly FieldFailure[], data: unknown): GraphQLError[] {
  const groups = Map.groupBy(failures, (failure) => {
    // Where no credential was given there was no call to share a failure: each root field says so for itself.
    const { code, upstreamStatus } = failure.reason.failure;
    return code === 'UNAUTHENTICATED' && upstreamStatus === undefined ? failure.path[0] : failure.reason;
  });
  return [...groups.values()]
    .map((group) => clientError(group, data))
    .toSorted((a, b) => compareByPlace(a.path ?? [], b.path ?? [], data));
}

function clientError(failures: readonly FieldFailure[], data: unknown): GraphQLError {
  // One call can leave thousands of fields unknown, under few patterns: only the first of each has a place to be sorted by.
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
  // Of one call several types can depend, a contact on the campaign that knows its list; what was asked for comes first.
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
      affected: {
        ...affected,
        paths: inOrder.map(([key]) => key),
        ...(also.length > 0 && { also }),
      },
    },
  });
}

/** `campaignInteractions.nodes.*.agent.email`: response keys, and a star for every place in a list. */
function pattern(path: FailurePath): string {
  return path.map((key) => (typeof key === 'number' ? '*' : key)).join('.');
}

/** By where they stand in the answer, for fields fail in the order in which calls happen to end. */
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
 * Errors that the executor itself made: of arguments and variables, which quote only what the client sent; and of values that
 * do not fit the schema, which quote the upstream. The latter should not come about, for the data sources check what they
 * read; should one do so all the same, its text must not get out.
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
