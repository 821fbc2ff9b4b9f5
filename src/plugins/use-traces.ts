import { type ExecutionResult, getOperationAST } from 'graphql';
import { isAsyncIterable, type Plugin, type YogaInitialContext } from 'graphql-yoga';
import type { GatewayContext } from '../context.ts';
import { MappedStream } from '../executor/mapped-stream.ts';
import { operationNameOf } from '../observability/requests/operation-name.ts';
import type { ServerTrace } from '../observability/tracing/traced-request.ts';
import type { Traces } from '../observability/tracing/traces.ts';
import { onOperation } from './on-operation.ts';

/** Answer in several results, whose trace ends with the last of them. */
interface Stream {
  isOver: boolean;
  /** Status of the response; null until it has begun. */
  status: number | null;
}

/** Traces of requests under way. */
export type ServerTraces = WeakMap<object, ServerTrace>;

/**
 * Records requests from their beginning to their answer. The first requests wait for `loading`; null, after a failure,
 * records nothing.
 *
 * @param of Receives each request's trace, for the code that records the request's fields and calls.
 */
export function useTraces(
  loading: Promise<Traces | null>,
  of: ServerTraces,
  endpoint: string,
): Plugin<GatewayContext> {
  let traces: Traces | null | undefined;
  const streams = new WeakMap<Request, Stream>();

  function begin(request: Request): void {
    const trace = traces?.begin(request.method, endpoint, request.headers);
    if (trace !== undefined) of.set(request, trace);
  }

  async function beginOnceLoaded(request: Request): Promise<void> {
    traces = await loading;
    begin(request);
  }

  return {
    onRequest({ request, url }) {
      // Requests to other paths, such as health probes, are not traced.
      if (url.pathname !== endpoint) return;
      if (traces !== undefined) return begin(request);
      return beginOnceLoaded(request);
    },
    ...onOperation<GatewayContext & YogaInitialContext>({
      before({ document, operationName, contextValue }) {
        const operation = getOperationAST(document, operationName);
        const name = operationNameOf(document, operationName);
        if (operation) of.get(contextValue.request)?.operation(operation.operation, name);
        return null;
      },
    }),
    onExecutionResult(executed) {
      const { request, result } = executed;
      const trace = of.get(request);
      if (trace === undefined || result === undefined) return;
      if (!isAsyncIterable(result)) {
        noteErrors(trace, result);
        return;
      }
      const stream: Stream = { isOver: false, status: null };
      streams.set(request, stream);
      executed.setResult(
        new MappedStream(result, {
          map(each) {
            noteErrors(trace, each);
            return each;
          },
          end() {
            stream.isOver = true;
            if (stream.status !== null) trace.end(stream.status);
          },
        }),
      );
    },
    onResponse({ request, response: { status } }) {
      const stream = streams.get(request);
      if (stream?.isOver === false) stream.status = status;
      else of.get(request)?.end(status);
    },
  };
}

function noteErrors(trace: ServerTrace, { errors = [] }: ExecutionResult): void {
  if (errors.length === 0) return;
  const codes = errors.map(({ extensions }) => extensions['code']);
  trace.errors(codes.filter((code) => typeof code === 'string'));
}
