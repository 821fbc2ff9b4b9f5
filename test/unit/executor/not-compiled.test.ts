import { buildSchema, execute, type ExecutionArgs, GraphQLObjectType, parse } from 'graphql';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Executor } from '../../../src/executor/executor.ts';
import { answerOfAll, canBeCompiled, expectSame } from './all-executors.ts';

const schema = buildSchema(`
  directive @other on FIELD | QUERY | FRAGMENT_DEFINITION | FRAGMENT_SPREAD | INLINE_FRAGMENT
  interface Named { name: String }
  union Any = Thing
  type Query { thing: Thing named: Named any: [Any!] }
  type Mutation { thing: Thing }
  type Subscription { thing: Thing }
  type Thing implements Named { name: String thing: Thing named: Named twice(of: Int): Thing }
`);

function compiled(query: string, args: Partial<ExecutionArgs> = {}): boolean {
  return canBeCompiled({ schema, document: parse(query), ...args });
}

describe('these operations are not compiled', () => {
  test.each([
    'mutation { thing { name } }',
    '{ named { name } }',
    '{ any { __typename } }',
    '{ thing { thing { named { name } } } }',
    '{ thing { ... @defer { name } } }',
    '{ thing { ...F @defer(label: "a") } } fragment F on Thing { name }',
    '{ any @stream { __typename } }',
    '{ thing @other { name } }',
    '{ thing { ... @other { name } } }',
    '{ thing { ...F @other } } fragment F on Thing { name }',
    '{ thing { ...F } } fragment F on Thing @other { name }',
    'query @other { thing { name } }',
    '{ thing { ...F } } fragment F on Thing { thing { name @other } }',
    '{ unknown }',
    '{ thing { ...Unknown } }',
    '{ thing { name @include } }',
    'query A { thing { name } } query B { thing { name } }',
    'query ($if: Boolean!) { thing @skip(if: $if) { name } }',
    'query ($if: Boolean = true) { thing @skip(if: $if) { name } }',
    'query ($if: [Int!]!) { thing { name } }',
    'fragment F on Thing { name }',
  ])('%s', (query) => {
    expect(compiled(query, { variableValues: { if: null } })).toBe(false);
  });

  test('operations that the document does not have', () => {
    expect(compiled('query A { thing { name } }', { operationName: 'B' })).toBe(false);
  });

  test('object types with `isTypeOf`', () => {
    const choosy = buildSchema('type Query { thing: Thing } type Thing { name: String }');
    const type = choosy.getType('Thing');
    if (!(type instanceof GraphQLObjectType)) throw new TypeError('It is an object type.');
    type.isTypeOf = () => true;
    expect(compiled('{ thing { name } }', { schema: choosy })).toBe(false);
    expect(compiled('{ __typename }', { schema: choosy })).toBe(true);
  });

  test('operations whose conditions depend on more than four variables', () => {
    const of = (names: string[]) =>
      `query (${names.map((name) => `$${name}: Boolean!`).join(' ')}) { thing { ${names.map((name) => `${name}: name @skip(if: $${name})`).join(' ')} } }`;
    const variableValues = { a: true, b: true, c: true, d: true, e: true };
    expect(compiled(of(['a', 'b', 'c', 'd', 'a']), { variableValues })).toBe(true);
    expect(compiled(of(['a', 'b', 'c', 'd', 'e']), { variableValues })).toBe(false);
  });

  test('operations whose fragments expand a short text to very many fields', () => {
    const of = (depth: number) => {
      const fragments = Array.from(
        { length: depth },
        (_, n) => `fragment F${n} on Thing { a: thing { ...F${n + 1} } b: thing { ...F${n + 1} } }`,
      );
      return `{ thing { ...F0 } } ${fragments.join(' ')} fragment F${depth} on Thing { name }`;
    };
    expect(compiled(of(4))).toBe(true);
    expect(compiled(of(40))).toBe(false);
  });
});

test('a document compiled for one schema is not executed so for another schema', () => {
  const executor = new Executor({ compileAtHit: 1 });
  const document = parse('{ thing { name } }');
  const other = buildSchema('type Query { thing: Other } type Other { name: Int }');
  expect(executor.execute({ schema, document, rootValue: { thing: { name: 'a' } } })).toEqual({
    data: { thing: { name: 'a' } },
  });
  expect(executor.execute({ schema: other, document, rootValue: { thing: { name: 1 } } })).toEqual({
    data: { thing: { name: 1 } },
  });
});

describe('an event of a subscription is compiled', () => {
  test('and answered as by graphql-js', async () => {
    const query = 'subscription { thing { name } }';
    const rootValue = { thing: { name: 'x' } };
    expect(await answerOfAll({ schema, query, rootValue })).toEqual({ data: { thing: { name: 'x' } } });
    const failing = { thing: () => Promise.reject(new Error('broken')) };
    expect(await answerOfAll({ schema, query, rootValue: failing })).toMatchObject({
      data: { thing: null },
      errors: [{ path: ['thing'] }],
    });
  });
});

describe('introspection is compiled', () => {
  test.each([
    '{ __schema { types { kind name fields { name args { name } type { kind name ofType { name } } } } } }',
    '{ thing { name } __type(name: "Thing") { name interfaces { name } fields(includeDeprecated: true) { name } } }',
    'query ($name: String!) { __type(name: $name) { possibleTypes { name } } }',
    '{ __schema { queryType { name } directives { name locations } } __typename }',
  ])('and answered as by graphql-js: %s', async (query) => {
    const rootValue = { thing: { name: 'x' } };
    const { data } = await answerOfAll({ schema, query, rootValue, variableValues: { name: 'Named' } });
    expect(data).toBeTruthy();
  });
});

describe('an operation that cannot be compiled is interpreted, with the answer of graphql-js', () => {
  const thing = {
    __typename: 'Thing',
    name: 'x',
    thing: { name: 'y', named: { __typename: 'Thing', name: 'z' } },
  };
  const values = { thing, named: thing, any: [thing, null, { __typename: 'Thing', name: 'w' }] };
  const rejecting = () => ({
    ...values,
    named: () => Promise.reject(new Error('lost')),
    any: () => [thing, Promise.reject(new Error('gone'))],
  });

  test.each([
    '{ named { __typename name ... on Thing { thing { name } } } }',
    '{ any { ... on Thing { name } ... on Named { again: name } __typename } }',
    '{ thing { thing { named { name } } } }',
    '{ thing @other { name } }',
    'query @other { named { name } any { __typename } }',
    'mutation { a: thing { name } b: thing { name } __typename }',
    'query ($if: Boolean = true) { thing @skip(if: $if) { name } }',
    'query ($if: Boolean!) { thing { name @include(if: $if) } }',
  ])('%s', async (query) => {
    for (const rootOf of [() => values, rejecting, () => ({ thing: null, named: null })]) {
      for (const variableValues of [{ if: true }, { if: null }]) {
        const args = { schema, document: parse(query), variableValues };
        // oxlint-disable-next-line eslint/no-await-in-loop -- one execution after the other
        const found = await new Executor().execute({ ...args, rootValue: rootOf() });
        // oxlint-disable-next-line eslint/no-await-in-loop -- one execution after the other
        const expected = await execute({ ...args, rootValue: rootOf() });
        expectSame(found, expected);
        expect(Object.keys(found.data ?? {})).toEqual(Object.keys(expected.data ?? {}));
      }
    }
  });

  test('root fields of a mutation begin one after the other', async () => {
    const order: string[] = [];
    const slow = (key: string) => async () => {
      order.push(`${key} begins`);
      await setImmediate();
      order.push(`${key} ends`);
      return { name: key };
    };
    const mutating = buildSchema(
      'type Query { a: Int } type Mutation { a: Thing b: Thing } type Thing { name: String }',
    );
    const document = parse('mutation { a { name } b { name } }');
    const rootValue = { a: slow('a'), b: slow('b') };
    const { data } = await new Executor().execute({ schema: mutating, document, rootValue });
    expect(data).toEqual({ a: { name: 'a' }, b: { name: 'b' } });
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  test.each([
    ['of an unknown name', () => ({ ...thing, __typename: 'Nothing' })],
    ['that is no object type', () => ({ ...thing, __typename: 'Named' })],
    ['without a name', () => ({ name: 'x' })],
  ])('a type %s is an error', async (_what, named) => {
    const document = parse('{ named { name } }');
    const { data, errors } = await new Executor().execute({ schema, document, rootValue: { named } });
    expect(data).toEqual({ named: null });
    expect(errors).toMatchObject([
      { path: ['named'], message: expect.stringContaining('Abstract type "Named"') },
    ]);
  });

  test.each([
    ['at once', (is: boolean) => is],
    ['later', (is: boolean) => Promise.resolve(is)],
  ])('a type that disowns its object %s is an error', async (_when, answer) => {
    const choosy = buildSchema('type Query { thing: Thing other: Thing } type Thing { name: String }');
    const type = choosy.getType('Thing');
    if (!(type instanceof GraphQLObjectType)) throw new TypeError('It is an object type.');
    type.isTypeOf = ({ name }) => answer(name === 'x');
    const args = {
      schema: choosy,
      document: parse('{ thing { name } other { name } }'),
      rootValue: { thing: { name: 'x' }, other: { name: 'y' } },
    };
    const found = await new Executor().execute(args);
    expectSame(found, await execute(args));
    expect(found.data).toEqual({ thing: { name: 'x' }, other: null });
  });

  test('an operation that the document does not have is an error', async () => {
    const operationName = 'B'.repeat(1000);
    for (const [query, name, message] of [
      ['query A { thing { name } }', operationName, /^Unknown operation named "B+…B+"\.$/],
      ['query A { thing { name } } query B { thing { name } }', undefined, /^Must provide operation name/],
      ['fragment F on Thing { name }', undefined, /^Must provide an operation\.$/],
    ] as const) {
      const args = { schema, document: parse(query), operationName: name ?? null };
      // oxlint-disable-next-line eslint/no-await-in-loop -- one execution after the other
      const { errors } = await new Executor().execute(args);
      expect(errors).toMatchObject([{ message: expect.stringMatching(message) }]);
      expect(errors?.[0]?.message.length).toBeLessThan(200);
    }
  });
});

describe('variables', () => {
  const conditional = `query ($a: Boolean!, $b: Boolean = true, $name: String) {
    thing { one: name @skip(if: $a) two: name @include(if: $b) ... @include(if: $a) @skip(if: $b) { three: name } }
    other: thing @include(if: $a) { name }
  }`;

  test('in conditions lead to a different answer for each combination of values', async () => {
    const seen = new Set<string>();
    for (const variableValues of [{ a: true }, { a: false }, { a: true, b: false }, { a: false, b: false }]) {
      const { data } = await answerOfAll({
        schema,
        query: conditional,
        variableValues,
        rootValue: { thing: { name: 'x' } },
      });
      seen.add(JSON.stringify(data));
    }
    expect(seen.size).toBe(4);
  });

  test('select the right variant in an executor that has compiled others', () => {
    const executor = new Executor({ compileAtHit: 1 });
    const document = parse(conditional);
    const rootValue = { thing: { name: 'x' } };
    const answer = (a: boolean, b: boolean) =>
      executor.execute({ schema, document, rootValue, variableValues: { a, b } });
    expect(answer(true, false)).toEqual({ data: { thing: { three: 'x' }, other: { name: 'x' } } });
    expect(answer(false, true)).toEqual({ data: { thing: { one: 'x', two: 'x' } } });
    expect(answer(true, false)).toEqual({ data: { thing: { three: 'x' }, other: { name: 'x' } } });
  });

  test('are those of their own execution, even when executions share a context', () => {
    const executor = new Executor({ compileAtHit: 1 });
    const document = parse(
      'query A($b: Boolean!) { thing { name @skip(if: $b) } } query B($b: Boolean!) { thing { name @include(if: $b) } }',
    );
    const shared = { schema, document, rootValue: { thing: { name: 'x' } }, contextValue: {} };
    const answer = (operationName: string, b: boolean) =>
      executor.execute({ ...shared, operationName, variableValues: { b } });
    const named = { data: { thing: { name: 'x' } } };
    expect([answer('A', false), answer('A', true), answer('B', true), answer('B', false)]).toEqual([
      named,
      { data: { thing: {} } },
      named,
      { data: { thing: {} } },
    ]);
  });

  test('of another operation of the document have no effect', async () => {
    const query = 'query A { thing { name } } query B($b: Boolean!) { thing { name @skip(if: $b) } }';
    expect(
      await answerOfAll({ schema, query, operationName: 'A', rootValue: { thing: { name: 'x' } } }),
    ).toHaveProperty('data');
  });
});
