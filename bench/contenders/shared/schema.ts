import { readdirSync, readFileSync } from 'node:fs';
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GraphQLSchema } from 'graphql';
import { resolvers, scalars } from './resolvers.ts';

const directory = new URL('../../../schema/', import.meta.url);

/** Schema of the gateway itself. */
export const typeDefs: string[] = readdirSync(directory)
  .filter((file) => file.endsWith('.graphql'))
  .map((file) => readFileSync(new URL(file, directory), 'utf8'));

/** Schema with the resolvers that the contenders share. */
export function createSchema(): GraphQLSchema {
  return makeExecutableSchema({ typeDefs, resolvers: { ...resolvers, ...scalars } });
}
