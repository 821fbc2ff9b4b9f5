import { Counter, Histogram, type Registry } from 'prom-client';
import type { Clock } from '../../lib/clock.ts';
import type { RequestRecord } from '../requests/record.ts';
import type { RequestObserver } from '../requests/recorder.ts';
import { OperationLabels } from './operation-labels.ts';

const OK = 'OK';

/** Codes that are labels of their own; any other code is `OTHER`. */
const codes: ReadonlySet<string> = new Set([
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'CSRF_PREVENTED',
  'FORBIDDEN',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'INTERNAL_SERVER_ERROR',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_ID_REQUIRED',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'QUERY_TOO_EXPENSIVE',
  'REQUEST_ENTITY_TOO_LARGE',
  'SERVICE_UNAVAILABLE',
  'UNAUTHENTICATED',
  'UNSUPPORTED_MEDIA_TYPE',
  'UPSTREAM_BAD_RESPONSE',
  'UPSTREAM_RATE_LIMITED',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
]);

/** Label children of one operation, looked up once. */
interface OfOperation {
  readonly duration: Histogram.Internal<'operation'>;
  readonly byCode: Map<string, Counter.Internal>;
}

/** Counts and times requests, except probes of `/health` and `/ready`. */
export function requestMetrics(
  registry: Registry,
  clock: Clock,
  trustedOperations?: ReadonlySet<string>,
): RequestObserver {
  const registers = [registry];
  const requests = new Counter({
    name: 'gateway_requests_total',
    help: 'Requests by operation and by code: OK, or that of the first error in the answer.',
    labelNames: ['operation', 'code'],
    registers,
  });
  const durations = new Histogram({
    name: 'gateway_request_duration_seconds',
    help: 'Time from the arrival of a request until its answer has been sent, in seconds, by operation.',
    labelNames: ['operation'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });

  const operations = new Map<string, OfOperation>();
  const labels = new OperationLabels({
    clock,
    trusted: trustedOperations,
    onDropped(operation) {
      for (const code of operations.get(operation)?.byCode.keys() ?? []) requests.remove(operation, code);
      durations.remove(operation);
      operations.delete(operation);
    },
  });
  return (record) => {
    if (record.isProbe) return;
    const code = outcomeCodeOf(record);
    const operation = labels.of(record, code === OK);
    let ofOperation = operations.get(operation);
    if (ofOperation === undefined) {
      ofOperation = { duration: durations.labels(operation), byCode: new Map() };
      operations.set(operation, ofOperation);
    }
    let count = ofOperation.byCode.get(code);
    if (count === undefined) {
      count = requests.labels(operation, code);
      ofOperation.byCode.set(code, count);
    }
    count.inc();
    ofOperation.duration.observe(record.durationMs / 1000);
  };
}

function outcomeCodeOf({ isAborted, errorCodes: [first], status = 500 }: RequestRecord): string {
  if (isAborted) return 'ABORTED';
  if (first !== undefined) return codes.has(first) ? first : 'OTHER';
  // Requests that are refused before GraphQL, as by the host check, have no codes.
  if (status === 403) return 'FORBIDDEN';
  if (status >= 500) return 'INTERNAL_SERVER_ERROR';
  return status >= 400 ? 'BAD_REQUEST' : OK;
}
