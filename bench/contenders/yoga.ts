/**
 * GraphQL Yoga with DataLoader, as in its documentation: `createYoga` in a server of `node:http`
 * (https://the-guild.dev/graphql/yoga-server/docs), loaders in the context, made for each request
 * (https://the-guild.dev/graphql/yoga-server/docs/features/context).
 */
import { createServer } from 'node:http';
import { createYoga } from 'graphql-yoga';
import { createLoaders } from './shared/loaders.ts';
import type { Context } from './shared/resolvers.ts';
import { createSchema } from './shared/schema.ts';

const yoga = createYoga<object, Context>({
  schema: createSchema(),
  context: ({ request }) => ({ loaders: createLoaders(request.headers.get('authorization') ?? '') }),
});

createServer((request, response) => void yoga(request, response)).listen(
  Number(process.env['PORT']),
  '127.0.0.1',
);
