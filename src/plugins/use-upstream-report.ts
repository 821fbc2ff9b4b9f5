import type { Plugin } from 'graphql-yoga';
import type { GatewayContext } from '../context.ts';
import { onOperation } from './on-operation.ts';

/**
 * Adds the upstream calls made so far in the result's context as `extensions.upstream`, for clients that ask for the report.
 */
export function useUpstreamReport(): Plugin<GatewayContext> {
  return onOperation<GatewayContext>({
    each(result, { contextValue: { upstreamReport } }) {
      if (upstreamReport === null || !('errors' in result || 'data' in result)) return result;
      return { ...result, extensions: { ...result.extensions, upstream: upstreamReport() } };
    },
  });
}
