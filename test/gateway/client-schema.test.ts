import { globSync, readFileSync } from 'node:fs';
import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  type GraphQLSchema,
  isSpecifiedDirective,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { expect, test } from 'vitest';
import { gatewayForTest } from '../support/gateway.ts';

const root = new URL('../../', import.meta.url);
const file = readFileSync(new URL('schema.graphql', root), 'utf8');
const clientSchema = buildSchema(file);

/** All that a schema says to clients, in one order. */
function said(schema: GraphQLSchema): string {
  return printSchema(lexicographicSortSchema(schema));
}

test('the schema for clients says all that the gateway says of itself, and nothing else', async () => {
  const { query } = await gatewayForTest();
  const { data, errors } = await query(
    getIntrospectionQuery({
      inputValueDeprecation: true,
      oneOf: true,
      schemaDescription: true,
      specifiedByUrl: true,
    }),
  );
  expect(errors).toBeUndefined();
  expect(said(clientSchema)).toBe(said(buildClientSchema(data)));
});

test('it loses nothing of what is written below schema/', () => {
  const sources = globSync('schema/*.graphql', { cwd: root }).map((path) =>
    readFileSync(new URL(path, root), 'utf8'),
  );
  expect(sources.length).toBeGreaterThan(5);
  expect(said(clientSchema)).toBe(said(buildSchema(sources.join('\n'))));
  // One of each, so that the comparison cannot hold because both sides lost it.
  expect(file).toContain('scalar DateTime @specifiedBy(url: "https://');
  expect(file).toContain('first: Int = 100');
  expect(file).toContain('How far the interaction has come, told by the list of the upstream it stands in.');
});

test('it has nothing of the machinery by which gateways are joined', () => {
  const directives = clientSchema.getDirectives().filter((directive) => !isSpecifiedDirective(directive));
  expect(directives.map(({ name }) => name)).toEqual(['personalData']);
  expect(Object.keys(clientSchema.getTypeMap()).filter((name) => /^_(?!_)/.test(name))).toEqual([]);
  expect(clientSchema.getQueryType()?.getFields()).not.toHaveProperty('_service');
  expect(clientSchema.getQueryType()?.getFields()).not.toHaveProperty('_entities');
});
