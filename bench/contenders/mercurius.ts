/**
 * Mercurius on Fastify with its just-in-time compiler (https://mercurius.dev/#/docs/api/options), its context made for each
 * request (https://mercurius.dev/#/docs/context), and DataLoader in the context. Mercurius's own loaders
 * (https://mercurius.dev/#/docs/loaders) tell queries apart by the text of the whole row they are about, so for rows as
 * large as these DataLoader, which uses the id, costs less.
 */
import fastify from 'fastify';
import mercurius from 'mercurius';
import { createLoaders } from './shared/loaders.ts';
import { createSchema } from './shared/schema.ts';

const app = fastify();

await app.register(mercurius, {
  schema: createSchema(),
  jit: 1,
  context: ({ headers }) => ({ loaders: createLoaders(headers.authorization ?? '') }),
});

await app.listen({ port: Number(process.env['PORT']), host: '127.0.0.1' });
