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

/** SDL of a schema, sorted. */
function said(schema: GraphQLSchema): string {
  return printSchema(lexicographicSortSchema(schema));
}

test('schema.graphql equals the schema that introspection returns', async () => {
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

test('schema.graphql contains everything that the files in schema/ define', () => {
  const sources = globSync('schema/*.graphql', { cwd: root }).map((path) =>
    readFileSync(new URL(path, root), 'utf8'),
  );
  expect(sources.length).toBeGreaterThan(5);
  expect(said(clientSchema)).toBe(said(buildSchema(sources.join('\n'))));
  // One example of each kind, so that the comparison cannot pass because both sides lack that kind.
  expect(file).toContain('scalar DateTime @specifiedBy(url: "https://');
  expect(file).toContain('first: Int = 100');
  expect(file).toContain("State of the interaction: the upstream's list in which it is.");
});

test('schema.graphql has no directives, types or root fields of federation', () => {
  const directives = clientSchema.getDirectives().filter((directive) => !isSpecifiedDirective(directive));
  expect(directives.map(({ name }) => name)).toEqual(['personalData']);
  expect(Object.keys(clientSchema.getTypeMap()).filter((name) => /^_(?!_)/.test(name))).toEqual([]);
  expect(clientSchema.getQueryType()?.getFields()).not.toHaveProperty('_service');
  expect(clientSchema.getQueryType()?.getFields()).not.toHaveProperty('_entities');
});
