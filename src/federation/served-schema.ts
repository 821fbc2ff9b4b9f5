import type { GraphQLSchema } from 'graphql';
import { schema } from '../schema.ts';

/** The schema that is served: that of clients, or with what a federated graph requirements besides. Only who wants that loads what makes it. */
export function servedSchema({
  subgraph,
}: {
  readonly subgraph: boolean;
}): GraphQLSchema | Promise<GraphQLSchema> {
  return subgraph ? import('./subgraph-schema.ts').then((loaded) => loaded.subgraphSchema) : schema;
}
