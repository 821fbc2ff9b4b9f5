import type { Plugin } from 'graphql-yoga';
import { type GatewayContext, releaseContext } from '../context.ts';

/** Releases a request's data as soon as its answer is made. Answers in several parts leave it to garbage collection. */
export function useReleasedSources(): Plugin<GatewayContext> {
  return {
    onExecute({ args: { contextValue } }) {
      return {
        onExecuteDone({ result }) {
          if ('errors' in result || 'data' in result) releaseContext(contextValue);
        },
      };
    },
  };
}
