import { buildSchema, type ExecutionArgs, GraphQLObjectType, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { CompiledExecutor } from '../../../src/executor/compiled-executor.ts';
import { answerOfBoth } from './both-executors.ts';

const schema = buildSchema(`
  directive @other on FIELD | QUERY | FRAGMENT_DEFINITION | FRAGMENT_SPREAD | INLINE_FRAGMENT
  interface Named { name: String }
  union Any = Thing
  type Query { thing: Thing named: Named any: [Any!] }
  type Mutation { thing: Thing }
  type Subscription { thing: Thing }
  type Thing implements Named { name: String thing: Thing named: Named twice(of: Int): Thing }
`);

function compiled(query: string, args: Partial<ExecutionArgs> = {}) {
  return new CompiledExecutor({ compileAtHit: 1 }).execute({ schema, document: parse(query), ...args });
}

describe('the compiled executor leaves to the ordinary one', () => {
  test.each([
    'mutation { thing { name } }',
    '{ __schema { types { name } } }',
    '{ thing { name } __type(name: "Thing") { name } }',
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
    expect(compiled(query, { variableValues: { if: null } })).toBeNull();
  });

  test('no event of a subscription', async () => {
    const query = 'subscription { thing { name } }';
    const rootValue = { thing: { name: 'x' } };
    expect(await answerOfBoth({ schema, query, rootValue })).toEqual({ data: { thing: { name: 'x' } } });
    const failing = { thing: () => Promise.reject(new Error('broken')) };
    expect(await answerOfBoth({ schema, query, rootValue: failing })).toMatchObject({
      data: { thing: null },
      errors: [{ path: ['thing'] }],
    });
  });

  test('operations that the document does not have', () => {
    expect(compiled('query A { thing { name } }', { operationName: 'B' })).toBeNull();
  });

  test('executions with a resolver for all fields or types', () => {
    const query = '{ thing { name } }';
    expect(compiled(query)).not.toBeNull();
    expect(compiled(query, { fieldResolver: () => null })).toBeNull();
    expect(compiled(query, { typeResolver: () => 'Thing' })).toBeNull();
  });

  test('object types with `isTypeOf`', () => {
    const choosy = buildSchema('type Query { thing: Thing } type Thing { name: String }');
    const type = choosy.getType('Thing');
    if (!(type instanceof GraphQLObjectType)) throw new TypeError('It is an object type.');
    type.isTypeOf = () => true;
    expect(compiled('{ thing { name } }', { schema: choosy })).toBeNull();
    expect(compiled('{ __typename }', { schema: choosy })).not.toBeNull();
  });

  test('operations whose conditions depend on more than four variables', () => {
    const of = (names: string[]) =>
      `query (${names.map((name) => `$${name}: Boolean!`).join(' ')}) { thing { ${names.map((name) => `${name}: name @skip(if: $${name})`).join(' ')} } }`;
    const variableValues = { a: true, b: true, c: true, d: true, e: true };
    expect(compiled(of(['a', 'b', 'c', 'd', 'a']), { variableValues })).not.toBeNull();
    expect(compiled(of(['a', 'b', 'c', 'd', 'e']), { variableValues })).toBeNull();
  });

  test('operations whose fragments expand a short text to very many fields', () => {
    const of = (depth: number) => {
      const fragments = Array.from(
        { length: depth },
        (_, n) => `fragment F${n} on Thing { a: thing { ...F${n + 1} } b: thing { ...F${n + 1} } }`,
      );
      return `{ thing { ...F0 } } ${fragments.join(' ')} fragment F${depth} on Thing { name }`;
    };
    expect(compiled(of(4))).not.toBeNull();
    expect(compiled(of(40))).toBeNull();
  });
});

test('a document compiled for one schema is not executed for another schema', () => {
  const executor = new CompiledExecutor({ compileAtHit: 1 });
  const document = parse('{ thing { name } }');
  const other = buildSchema('type Query { thing: Other } type Other { name: String }');
  expect(executor.execute({ schema, document })).not.toBeNull();
  expect(executor.execute({ schema: other, document })).toBeNull();
});

describe('variables', () => {
  const conditional = `query ($a: Boolean!, $b: Boolean = true, $name: String) {
    thing { one: name @skip(if: $a) two: name @include(if: $b) ... @include(if: $a) @skip(if: $b) { three: name } }
    other: thing @include(if: $a) { name }
  }`;

  test('in conditions lead to a different answer for each combination of values', async () => {
    const seen = new Set<string>();
    for (const variableValues of [{ a: true }, { a: false }, { a: true, b: false }, { a: false, b: false }]) {
      const { data } = await answerOfBoth({
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
    const executor = new CompiledExecutor({ compileAtHit: 1 });
    const document = parse(conditional);
    const rootValue = { thing: { name: 'x' } };
    const answer = (a: boolean, b: boolean) =>
      executor.execute({ schema, document, rootValue, variableValues: { a, b } });
    expect(answer(true, false)).toEqual({ data: { thing: { three: 'x' }, other: { name: 'x' } } });
    expect(answer(false, true)).toEqual({ data: { thing: { one: 'x', two: 'x' } } });
    expect(answer(true, false)).toEqual({ data: { thing: { three: 'x' }, other: { name: 'x' } } });
  });

  test('are those of their own execution, even when executions share a context', () => {
    const executor = new CompiledExecutor({ compileAtHit: 1 });
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
      await answerOfBoth({ schema, query, operationName: 'A', rootValue: { thing: { name: 'x' } } }),
    ).toHaveProperty('data');
  });
});
