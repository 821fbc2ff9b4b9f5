import { readdirSync, readFileSync } from 'node:fs';
import type { GraphQLSchema } from 'graphql';
import { createSchema } from 'graphql-yoga';
import type { GatewayContext } from './context.ts';
import { wrapResolvers } from './executor/wrap-resolvers.ts';
import { noteEntityRequirements } from './lookahead/entity-fields.ts';
import { resolvers } from './resolvers/index.ts';
import { guardPersonalData } from './resolvers/personal-data.ts';

const directory = new URL('../schema/', import.meta.url);

/** SDL files of `schema/`, one per domain type. */
export const typeDefs: readonly string[] = readdirSync(directory)
  .filter((file) => file.endsWith('.graphql'))
  .map((file) => readFileSync(new URL(file, directory), 'utf8'));

/** Executable schema: the SDL with the resolvers. Built once. */
export const schema = finished(createSchema<GatewayContext>({ typeDefs: [...typeDefs], resolvers }));

/** Completes a schema of these resolvers in place: requirements, guards and prepared fields. */
export function finished<Schema extends GraphQLSchema>(built: Schema): Schema {
  noteEntityRequirements(built, resolvers);
  guardPersonalData(built);
  // Last, so that it wraps all other resolvers.
  wrapResolvers(built);
  return built;
}
