import type { Plugin } from 'graphql-yoga';
import type { GatewayContext } from '../context.ts';

/** Tells those who asked for it which upstream calls their request cost, as `extensions.upstream`. */
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
