import {
  type GraphQLField,
  getNamedType,
  isInputObjectType,
  isNonNullType,
  isObjectType,
  validateSchema,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { resolverOf } from '../../src/executor/prepare-fields.ts';
import { schema } from '../../src/schema.ts';
import { gatewayForTest } from '../support/gateway.ts';

const objectTypes = Object.values(schema.getTypeMap())
  .filter((type) => isObjectType(type))
  .filter(({ name }) => !name.startsWith('__'));

/** What a reference can refer to: everything of it but the id may need a call. A conversation always comes whole. */
const entities = objectTypes
  .filter((type) => type.getInterfaces().some(({ name }) => name === 'DomainEntity'))
  .map(({ name }) => name)
  .filter((name) => name !== 'Conversation');

function fieldsOf(typeName: string): [path: string, field: GraphQLField<unknown, unknown>][] {
  const type = schema.getType(typeName);
  if (!isObjectType(type)) throw new TypeError(`${typeName} is no object type of the schema.`);
  return Object.values(type.getFields()).map((field) => [`${typeName}.${field.name}`, field]);
}

test('the schema is valid', () => {
  expect(validateSchema(schema)).toEqual([]);
});

/** A description as one line. */
function said({ description }: { description?: string | null | undefined }): string {
  return (description ?? '').replaceAll(/\s+/g, ' ');
}

describe('of null it is said what it means', () => {
  const fields = objectTypes.flatMap(({ name }) => fieldsOf(name));
  const nullable = fields.filter(([, { type }]) => !isNonNullType(type));
  // What a row or a reference says by itself has no resolver and costs nothing; personal data has one to guard it.
  const costly = fields.filter(([, field]) => resolverOf(field) !== undefined);

  test.each(nullable)('at %s', (_path, field) => {
    expect(said(field)).toMatch(/\bNull (when|while|where) |\bNull, with an error, when /);
  });

  // Relay has a page's pageInfo never null; where it cannot be known, the connection is.
  test.each(costly.filter(([path]) => path !== 'CampaignConnection.pageInfo'))(
    'which of the two it is, unknown to the upstream or not to be known, where it costs a call or is guarded: %s',
    (_path, field) => {
      expect(isNonNullType(field.type)).toBe(false);
      expect(said(field)).toContain('with an error');
    },
  );

  test('at every argument and every field of a filter that may be left out', () => {
    const inputs = Object.values(schema.getTypeMap()).filter(isInputObjectType);
    const optional = [
      ...fields.flatMap(([, { args }]) => args),
      ...inputs.flatMap((type) => Object.values(type.getFields())),
    ].filter(({ type }) => !isNonNullType(type));
    expect(optional.length).toBeGreaterThan(20);
    const unsaid = optional.filter((input) => !/\bNull (means|sets|starts|leaves) /.test(said(input)));
    expect(unsaid.map(({ name }) => name)).toEqual([]);
  });

  test('and the names of all that can be referred to are among what costs a call', () => {
    expect(entities).toContain('User');
    const paths = new Set(costly.map(([path]) => path));
    for (const name of entities) expect(paths).toContain(`${name}.name`);
    expect(costly.length).toBeGreaterThan(50);
  });
});

describe('a connection', () => {
  const connections = objectTypes
    .flatMap(({ name }) => fieldsOf(name))
    .filter(([, { type }]) => getNamedType(type).name.endsWith('Connection'));

  /** How to ask for each field that gives one; a new one has to be added here. */
  const queries: Readonly<Record<string, (args: string) => string>> = {
    'Query.campaigns': (args) => `{ campaigns(${args}) { totalCount } }`,
    'Query.campaignInteractions': (args) =>
      `{ campaignInteractions(campaignId: "campaign-1", ${args}) { totalCount } }`,
    'Campaign.interactions': (args) =>
      `{ campaign(id: "campaign-1") { interactions(${args}) { totalCount } } }`,
  };

  test('is asked for below', () => {
    expect(connections.map(([path]) => path).toSorted()).toEqual(Object.keys(queries).toSorted());
  });

  test.each(connections)(
    'has rules for its pages, at which nothing is spent on a bad request: %s',
    async (path, { type }) => {
      const { query, calls } = await gatewayForTest();
      const asked = queries[path] ?? (() => '');
      for (const args of ['first: -1', 'first: 1000000', 'after: "no cursor"']) {
        const { data, errors } = await query(asked(args));
        expect(Object.values(data)).toEqual([null]);
        const name = args.slice(0, args.indexOf(':'));
        expect(errors).toEqual([
          expect.objectContaining({
            message: expect.stringContaining(`Argument "${name}" must be`),
            extensions: expect.objectContaining({ code: 'BAD_USER_INPUT' }),
          }),
        ]);
      }
      expect(calls()).toEqual({});
      const { errors } = await query(asked('first: null, after: null'));
      expect(errors, `${getNamedType(type).name} with the defaults`).toBeUndefined();
    },
  );

  test('has nodes, edges with cursors, and the place of the page in the whole', () => {
    for (const name of new Set(connections.map(([, { type }]) => getNamedType(type).name))) {
      const fields = Object.fromEntries(fieldsOf(name).map(([, field]) => [field.name, String(field.type)]));
      const node = name.replace(/Connection$/, '');
      expect(fields).toMatchObject({
        nodes: `[${node}!]!`,
        edges: `[${node}Edge!]!`,
        pageInfo: 'PageInfo!',
      });
    }
  });
});

test('what the schema says of its scalars can be read by clients', async () => {
  const { query } = await gatewayForTest();
  const { data } = await query(`{
    dateTime: __type(name: "DateTime") { description specifiedByURL }
    json: __type(name: "JSON") { description }
  }`);
  expect(data.dateTime.description).toContain('yyyy-MM-ddTHH:mm:ss[.mmm]Z');
  expect(data.dateTime.specifiedByURL).toMatch(/^https:/);
  expect(data.json.description).toContain('as the upstream gave it');
});
