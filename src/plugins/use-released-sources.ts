import type { Plugin } from 'graphql-yoga';
import type { GatewayContext } from '../context.ts';
import { onOperation } from './on-operation.ts';

/** Releases a request's data as soon as its last result is made, or its client has gone. */
export function useReleasedSources(): Plugin<GatewayContext> {
  return onOperation<GatewayContext>({
    end: ({ contextValue }) => contextValue.sources.release(),
  });
}
