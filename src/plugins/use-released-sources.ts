import type { Plugin } from 'graphql-yoga';
import type { GatewayContext } from '../context.ts';
import { releaseDataSources } from '../loading/data-sources.ts';

/** Releases a request's data as soon as its answer is made. Answers in several parts leave it to garbage collection. */
export function useReleasedSources(): Plugin<GatewayContext> {
  return {
    onExecute({ args: { contextValue } }) {
      return {
        onExecuteDone({ result }) {
          if ('errors' in result || 'data' in result) releaseDataSources(contextValue.sources);
        },
      };
    },
  };
}
