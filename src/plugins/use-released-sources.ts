import type { Plugin } from 'graphql-yoga';
import { type GatewayContext, releaseContext } from '../context.ts';

/** Lets go of what a request has read as soon as it is answered; what is answered in several parts lets go by itself. */
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
