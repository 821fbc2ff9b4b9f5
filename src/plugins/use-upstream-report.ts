import type { Plugin } from 'graphql-yoga';
import type { GatewayContext } from '../context.ts';

/** Adds the upstream calls of a request as `extensions.upstream` for clients that ask for the report. */
export function useUpstreamReport(): Plugin<GatewayContext> {
  return {
    onExecute({ args: { contextValue } }) {
      const { upstreamReport } = contextValue;
      if (upstreamReport === null) return;
      return {
        onExecuteDone({ result, setResult }) {
          if (!('errors' in result || 'data' in result)) return;
          setResult({ ...result, extensions: { ...result.extensions, upstream: upstreamReport() } });
        },
      };
    },
  };
}
