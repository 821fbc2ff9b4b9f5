/**
 * Apollo Server with DataLoader, as in its documentation: the standalone server
 * (https://www.apollographql.com/docs/apollo-server/api/standalone), and loaders in the `contextValue`, made per request
 * (https://www.apollographql.com/docs/apollo-server/data/fetching-data).
 */
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { createLoaders } from './shared/loaders.ts';
import type { Context } from './shared/resolvers.ts';
import { createSchema } from './shared/schema.ts';

const server = new ApolloServer<Context>({ schema: createSchema() });

await startStandaloneServer(server, {
  context: async ({ req }) => ({ loaders: createLoaders(req.headers.authorization ?? '') }),
  listen: { port: Number(process.env['PORT']), host: '127.0.0.1' },
});
