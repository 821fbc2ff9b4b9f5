/**
 * Builds the package in dist/: the library with its types, the command, and GraphiQL's files. A checkout runs
 * from its sources, so that nothing here is ever stale.
 */
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { writeGraphiql } from './write-graphiql.ts';
import { writeLicences } from './write-licences.ts';
import { writeTypes } from './write-types.ts';
import { buildCode } from './build-code.ts';

const dist = new URL('../../dist/', import.meta.url);
rmSync(dist, { recursive: true, force: true });
const modules = await buildCode(dist);
writeTypes(new URL('types/', dist), ['index.ts', 'sandbox/index.ts']);
const graphiql = fileURLToPath(import.meta.resolve('@graphql-yoga/render-graphiql'));
writeLicences(new URL('THIRD-PARTY-LICENCES.txt', dist), [...modules, graphiql]);
await writeGraphiql(new URL('graphiql/', dist));
