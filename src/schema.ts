import { readdirSync, readFileSync } from 'node:fs';
import { createSchema } from 'graphql-yoga';
import type { GatewayContext } from './context.ts';
import { noteEntityNeeds } from './resolvers/entity-fields.ts';
import { resolvers } from './resolvers/index.ts';
import { guardPersonalData } from './resolvers/personal-data.ts';

const directory = new URL('../schema/', import.meta.url);

/** The executable schema: the SDL below `schema/`, one file per domain type, with the resolvers. Built once. */
export const schema = createSchema<GatewayContext>({
  typeDefs: readdirSync(directory)
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => readFileSync(new URL(file, directory), 'utf8')),
  resolvers,
});

noteEntityNeeds(schema, resolvers);
guardPersonalData(schema);
