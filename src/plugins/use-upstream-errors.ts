import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { GatewayContext } from '../context.ts';
import { UnknownValueError, type UpstreamError } from '../errors.ts';
import type { RequestRecord } from '../observability/requests/record.ts';
import { ClientError, codeIn, fewErrors } from '../operations/client-error.ts';
import { compareByPlace, FailedCall, type FailurePath } from './failed-call.ts';
import { onOperation } from './on-operation.ts';

/** Upper bound for a request's access log line. Each failed call also has a line of its own. */
const MOST_CORRELATION_IDS = 10;

/** Errors that are looked through between two looks at the clock. One call can leave hundreds of thousands of fields unknown. */
const ERRORS_AT_ONCE = 1024;

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
      const failures = new Failures(result.data === undefined ? [] : problems);
      const record = currentRecord();
      const errors = result.errors ?? [];
      if (errors.length <= ERRORS_AT_ONCE) {
        failures.addAll(errors);
        return explained(result, failures, log, record);
      }
      return failures
        .addInTurns(errors, contextValue.work)
        .then(() => explained(result, failures, log, record));
    },
  });
}

/** Failed calls of one result, and its other errors. */
class Failures {
  readonly calls = new Map<unknown, FailedCall>();
  readonly others: GraphQLError[] = [];

  constructor(problems: GatewayContext['problems']) {
    for (const { reason, type, ids, path } of problems) {
      failedCall(this.calls, reason, path).add({ type, ids, isIndirect: false }, path);
    }
  }

  addAll(errors: readonly GraphQLError[]): void {
    for (const error of errors) {
      const cause = innermost(error);
      if (cause instanceof UnknownValueError) {
        const { reason, type, id, isIndirect } = cause;
        const { path = [], nodes } = error;
        const ids = id === null ? [] : [id];
        failedCall(this.calls, reason, path).add({ type, ids, isIndirect }, path, nodes);
      } else this.others.push(error);
    }
  }

  async addInTurns(errors: readonly GraphQLError[], work: GatewayContext['work']): Promise<void> {
    for (let from = 0; from < errors.length; from += ERRORS_AT_ONCE) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one turn after the other
      if (work.isDue()) await work.turn();
      this.addAll(errors.slice(from, from + ERRORS_AT_ONCE));
    }
  }
}

function explained(
  result: ExecutionResult,
  { calls, others }: Failures,
  log: Logger,
  record: RequestRecord | undefined,
): ExecutionResult {
  const reasons = new Set([...calls.values()].map(({ reason }) => reason));
  logFailures(reasons, log, record?.id);
  if (record !== undefined) {
    record.correlationIds = withCorrelationIds(record.correlationIds, reasons);
  }
  const ofCalls = [...calls.values()]
    .map((call) => call.toError(result.data))
    .toSorted((a, b) => compareByPlace(a.path ?? [], b.path ?? [], result.data));
  return { ...result, errors: fewErrors([...ofCalls, ...others], withCode, codeOf) };
}

/** The failed call that a failure belongs to. */
function failedCall(calls: Map<unknown, FailedCall>, reason: UpstreamError, path: FailurePath): FailedCall {
  // A missing credential means that no call failed for several fields, so each root field has an error of its own.
  const { code, upstreamStatus } = reason.failure;
  const key = code === 'UNAUTHENTICATED' && upstreamStatus === undefined ? path[0] : reason;
  const known = calls.get(key);
  if (known !== undefined) return known;
  const call = new FailedCall(reason);
  calls.set(key, call);
  return call;
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

/** The error that a resolver threw or rejected with. */
function innermost(error: GraphQLError): unknown {
  let cause: Error = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

/**
 * Adds a code to errors of the executor itself. Errors of arguments and variables quote only what the client sent. Errors of
 * values that do not fit the schema quote the upstream, so their text is replaced. They should not occur, because the data
 * sources check what they read.
 */
function withCode(error: GraphQLError): GraphQLError {
  if (!lacksCode(error)) return error;
  if (isOfRequest(error)) {
    error.extensions['code'] = 'BAD_USER_INPUT';
    return error;
  }
  return new ClientError('The upstream gave a value that does not fit the schema.', {
    nodes: error.nodes,
    path: error.path,
    extensions: { code: 'UPSTREAM_BAD_RESPONSE' },
  });
}

/** Code of an error as clients would see it. */
function codeOf(error: GraphQLError): string {
  if (!lacksCode(error)) return codeIn(error, 'INTERNAL_SERVER_ERROR');
  return isOfRequest(error) ? 'BAD_USER_INPUT' : 'UPSTREAM_BAD_RESPONSE';
}

/** True for an error of the executor. Any other error without a code is a defect, which Yoga masks. */
function lacksCode(error: GraphQLError): boolean {
  return innermost(error) instanceof GraphQLError && error.extensions['code'] === undefined;
}

function isOfRequest({ path, message }: GraphQLError): boolean {
  return path === undefined || message.startsWith('Argument ');
}
