import type { GraphQLSchema } from 'graphql';
import type { FederationConfig } from '../config/slices.ts';
import { schema } from '../schema.ts';

/** Schema to serve: the clients' schema, or the subgraph's, whose library is imported only when needed. */
export function servedSchema({ subgraph }: FederationConfig): GraphQLSchema | Promise<GraphQLSchema> {
  return subgraph ? import('./subgraph-schema.ts').then((loaded) => loaded.subgraphSchema) : schema;
}
