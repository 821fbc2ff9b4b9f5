import {
  defaultFieldResolver,
  type GraphQLField,
  getNamedType,
  isInputObjectType,
  isNonNullType,
  isObjectType,
  validateSchema,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../src/schema.ts';
import { gatewayForTest } from '../support/gateway.ts';

const objectTypes = Object.values(schema.getTypeMap())
  .filter((type) => isObjectType(type))
  .filter(({ name }) => !name.startsWith('__'));

/** Types that references refer to: all fields but the id may need a call. A conversation always comes whole. */
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

/** Description as one line; empty if there is none. */
function said({ description }: { description?: string | null | undefined }): string {
  return (description ?? '').replaceAll(/\s+/g, ' ');
}

describe('the descriptions of the schema', () => {
  const fields = objectTypes.flatMap(({ name }) => fieldsOf(name));
  const nullable = fields.filter(([, { type }]) => !isNonNullType(type));
  // Fields that a row or reference itself holds cost no call and have no resolver, except the guard of personal data.
  const costly = fields.filter(([, { resolve = defaultFieldResolver }]) => resolve !== defaultFieldResolver);

  test.each(nullable)('say what null means for the field %s', (_path, field) => {
    expect(said(field)).toMatch(/\bNull (when|while|where) |\bNull, with an error, when /);
  });

  // Relay requires a pageInfo that is never null; if it cannot be known, the connection is null. A nodeId is made of what is there.
  test.each(costly.filter(([path]) => path !== 'CampaignConnection.pageInfo' && !path.endsWith('.nodeId')))(
    'say that null can come with an error for a field that costs a call or is guarded: %s',
    (_path, field) => {
      expect(isNonNullType(field.type)).toBe(false);
      expect(said(field)).toContain('with an error');
    },
  );

  test('say what null means for every optional argument and filter field', () => {
    const inputs = Object.values(schema.getTypeMap()).filter(isInputObjectType);
    const optional = [
      ...fields.flatMap(([, { args }]) => args),
      ...inputs.flatMap((type) => Object.values(type.getFields())),
    ].filter(({ type }) => !isNonNullType(type));
    expect(optional.length).toBeGreaterThan(20);
    const unsaid = optional.filter((input) => !/\bNull (means|sets|starts|leaves) /.test(said(input)));
    expect(unsaid.map(({ name }) => name)).toEqual([]);
  });

  test('are checked for the names of all referenced entities as fields that cost a call', () => {
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

  /** Query of each field that returns a connection. A new field has to be added here. */
  const queries: Readonly<Record<string, (args: string) => string>> = {
    'Query.campaigns': (args) => `{ campaigns(${args}) { totalCount } }`,
    'Query.campaignInteractions': (args) =>
      `{ campaignInteractions(campaignId: "campaign-1", ${args}) { totalCount } }`,
    'Campaign.interactions': (args) =>
      `{ campaign(id: "campaign-1") { interactions(${args}) { totalCount } } }`,
  };

  test('has a query in this file for every field that returns one', () => {
    expect(connections.map(([path]) => path).toSorted()).toEqual(Object.keys(queries).toSorted());
  });

  test.each(connections)(
    'refuses invalid page arguments without a call, and accepts null: %s',
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

  test('has nodes, edges and pageInfo, none of them null', () => {
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

test('the descriptions of the scalars can be read by clients', async () => {
  const { query } = await gatewayForTest();
  const { data } = await query(`{
    dateTime: __type(name: "DateTime") { description specifiedByURL }
    json: __type(name: "JSON") { description }
  }`);
  expect(data.dateTime.description).toContain('yyyy-MM-ddTHH:mm:ss[.mmm]Z');
  expect(data.dateTime.specifiedByURL).toMatch(/^https:/);
  expect(data.json.description).toContain('as the upstream gave it');
});
