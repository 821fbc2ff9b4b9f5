import type { GraphQLSchema } from 'graphql';
import { createSchema } from 'graphql-yoga';
import type { GatewayContext } from './context.ts';
import { typeDefs } from './lib/package-texts.ts';
import { noteEntityRequirements } from './lookahead/entity-fields.ts';
import { resolvers } from './resolvers/index.ts';
import { guardPersonalData } from './resolvers/personal-data.ts';

/** Parts that schemas are built from. */
export interface SchemaParts {
  readonly typeDefs: readonly string[];
  readonly resolvers: typeof resolvers;
}

/** SDL files of `schema/`, one per domain type, with their resolvers. */
export const schemaParts: SchemaParts = { typeDefs, resolvers };

/** Executable schema: the SDL with the resolvers. Built once. */
export const schema = schemaOf(schemaParts);

export function schemaOf(parts: SchemaParts) {
  return finished(createSchema<GatewayContext>({ ...parts, typeDefs: [...parts.typeDefs] }), parts.resolvers);
}

/** Completes a schema of these resolvers in place: requirements and guards. */
export function finished<Schema extends GraphQLSchema>(
  built: Schema,
  itsResolvers: SchemaParts['resolvers'],
): Schema {
  noteEntityRequirements(built, itsResolvers);
  guardPersonalData(built);
  return built;
}
