import { getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { GatewayContext } from '../context.ts';
import { operationNameOf } from '../observability/requests/operation-name.ts';
import type { ServerTrace } from '../observability/tracing/traced-request.ts';
import type { Traces } from '../observability/tracing/traces.ts';

/** Path of operations. Requests to other paths, such as health probes, are not traced. */
const ROUTE = '/graphql';

/** Traces of requests under way. */
export type ServerTraces = WeakMap<object, ServerTrace>;

/**
 * Records requests from their beginning to their answer. The first requests wait for `loading`; null, after a failure,
 * records nothing.
 *
 * @param of Receives each request's trace, for the code that records the request's fields and calls.
 */
export function useTraces(loading: Promise<Traces | null>, of: ServerTraces): Plugin<GatewayContext> {
  let traces: Traces | null | undefined;

  function begin(request: Request): void {
    const trace = traces?.begin(request.method, ROUTE, request.headers);
    if (trace !== undefined) of.set(request, trace);
  }

  async function beginOnceLoaded(request: Request): Promise<void> {
    traces = await loading;
    begin(request);
  }

  return {
    onRequest({ request, url }) {
      if (url.pathname !== ROUTE) return;
      if (traces !== undefined) return begin(request);
      return beginOnceLoaded(request);
    },
    onExecute({ args: { document, operationName, contextValue } }) {
      const operation = getOperationAST(document, operationName);
      const name = operationNameOf(document, operationName);
      if (operation) of.get(contextValue.request)?.operation(operation.operation, name);
    },
    onExecutionResult({ request, result }) {
      const trace = of.get(request);
      if (trace === undefined || result === undefined || !('errors' in result)) return;
      const codes = (result.errors ?? []).map(({ extensions }) => extensions['code']);
      trace.errors(codes.filter((code) => typeof code === 'string'));
    },
    onResponse({ request, response }) {
      of.get(request)?.end(response.status);
    },
  };
}
