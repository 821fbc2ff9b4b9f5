import {
  GraphQLEnumType,
  GraphQLError,
  GraphQLList,
  GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLFieldResolver,
  GraphQLScalarType,
  GraphQLSchema,
  buildSchema,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { answerOfAll } from './all-executors.ts';

type Resolvers = Record<string, GraphQLFieldResolver<unknown, unknown>>;

/** A schema whose query type has these resolvers. */
function schemaOf(sdl: string, resolvers: Resolvers = {}): GraphQLSchema {
  const schema = buildSchema(sdl);
  const query = schema.getQueryType();
  if (!query) throw new TypeError('It has queries.');
  for (const [name, resolve] of Object.entries(resolvers)) {
    const field = query.getFields()[name];
    if (field === undefined) throw new TypeError(`There is no field ${name}.`);
    field.resolve = resolve;
  }
  return schema;
}

const people = buildSchema(`
  interface Named { name: String }
  interface Aged { age: Int }
  union Any = Person | Stone
  type Query { person: Person people: [Person!] must: Person! }
  type Person implements Named { name: String! nick: String friend: Person friends: [Person!]! }
  type Stone implements Named & Aged { name: String age: Int }
`);
const rootValue = {
  person: {
    name: 'Ada',
    nick: 'A',
    friend: { name: 'Bob', nick: null, friends: [] },
    friends: [{ name: 'Cy' }],
  },
  people: [{ name: 'Ada' }, { name: 'Bob', friends: [{ name: 'Cy' }] }],
};

describe('a selection', () => {
  test.each([
    ['fields in the order of their first occurrence', '{ person { nick name nick } }'],
    ['several aliases of one field', '{ person { a: name b: name nick: name } }'],
    [
      'fields that are selected several times',
      '{ person { friend { name } } person { friend { nick } name } }',
    ],
    [
      'fragments of all kinds',
      '{ person { ...F ... on Person { friend { ...F } } ... { n: name } } } fragment F on Person { name nick }',
    ],
    [
      'a fragment on an interface of the type',
      '{ person { ... on Named { name } ...N } } fragment N on Named { again: name }',
    ],
    [
      'fragments on other types',
      '{ person { ... on Stone { age } ... on Aged { age } ...S nick } } fragment S on Stone { age }',
    ],
    ['a fragment on a union of the type', '{ person { ... on Any { __typename } } }'],
    ['type names', '{ __typename person { __typename kind: __typename friends { __typename } } }'],
    [
      'response keys that objects have as properties',
      '{ __proto__: person { __proto__: name constructor: nick then: name toString: name hasOwnProperty: nick } }',
    ],
    ['lists in lists of rows', '{ people { name friends { name nick } } }'],
    [
      'a fragment that is spread twice',
      '{ person { ...F friend { ...F } ...F } } fragment F on Person { nick name }',
    ],
  ])('is answered as by graphql-js: %s', async (_how, query) => {
    expect(await answerOfAll({ schema: people, query, rootValue })).toHaveProperty('data');
  });

  test('is decided by literal conditions of @skip and @include', async () => {
    const query = `{ person {
      a: name @skip(if: true) b: name @skip(if: false) c: name @include(if: false) d: name @include(if: true)
      e: name @include(if: true) @skip(if: true) ... @include(if: false) { f: name } ...F @skip(if: true)
    } } fragment F on Person { g: name }`;
    const { data } = await answerOfAll({ schema: people, query, rootValue });
    expect(data).toEqual({ person: { b: 'Ada', d: 'Ada' } });
  });

  test('can be empty', async () => {
    const { data } = await answerOfAll({
      schema: people,
      query: '{ person { name @skip(if: true) } }',
      rootValue,
    });
    expect(data).toEqual({ person: {} });
  });

  test('is the one of the named operation', async () => {
    const query = 'query A { person { name } } query B { person { nick } }';
    const { data } = await answerOfAll({ schema: people, query, rootValue, operationName: 'B' });
    expect(data).toEqual({ person: { nick: 'A' } });
  });
});

describe('a root value', () => {
  test.each([
    ['absent', undefined],
    ['null', null],
    ['text', 'person'],
    ['a function with properties', Object.assign(() => null, rootValue)],
  ])('may be %s', async (_what, root) => {
    expect(
      await answerOfAll({ schema: people, query: '{ person { name } people { name } }', rootValue: root }),
    ).toHaveProperty('data');
  });

  test('gives null data when a non-null field is missing', async () => {
    const { data, errors } = await answerOfAll({
      schema: people,
      query: '{ person { name } must { name } }',
      rootValue,
    });
    expect(data).toBeNull();
    expect(errors).toHaveLength(1);
  });

  test('gives null data when the promise of a non-null field rejects', async () => {
    const root = { ...rootValue, must: Promise.reject(new Error('lost')) };
    const { data } = await answerOfAll({
      schema: people,
      query: '{ person { name } must { name } }',
      rootValue: root,
    });
    expect(data).toBeNull();
  });
});

describe('a source', () => {
  test('answers by methods, which are called on it with arguments, context and info', async () => {
    class Person {
      readonly name = 'Ada';
      nick(...given: [object, object, GraphQLResolveInfo]) {
        return `${this.name} ${JSON.stringify(given.slice(0, 2))} ${given[2].fieldName} ${given[2].path.key}`;
      }
    }
    const { data } = await answerOfAll({
      schema: people,
      query: '{ person { other: nick } }',
      rootValue: { person: new Person() },
      contextValue: { of: 'both' },
    });
    expect(data).toEqual({ person: { other: 'Ada [{},{"of":"both"}] nick other' } });
  });

  test('may be a list that yields fewer elements than its length', async () => {
    const list = [{ name: 'Ada' }, { name: 'Bob' }, { name: 'Eve' }];
    Object.defineProperty(list, Symbol.iterator, { value: () => list.slice(0, 2).values() });
    const { data } = await answerOfAll({
      schema: people,
      query: '{ people { name } }',
      rootValue: { people: list },
    });
    expect(data).toEqual({ people: [{ name: 'Ada' }, { name: 'Bob' }] });
  });

  test('answers by getters of its class and by inherited getters', async () => {
    class Base {
      get name() {
        return 'Ada';
      }
    }
    class Person extends Base {
      readonly #nick = 'hidden';
      get nick() {
        return this.#nick;
      }
    }
    expect(
      await answerOfAll({
        schema: people,
        query: '{ person { name nick } }',
        rootValue: { person: new Person() },
      }),
    ).toHaveProperty('data');
  });

  test.each([['text'], [7], [true], [Symbol('of')]])(
    'may be %s where an object is expected',
    async (person) => {
      expect(
        await answerOfAll({
          schema: people,
          query: '{ person { nick __typename } }',
          rootValue: { person },
        }),
      ).toHaveProperty('data');
    },
  );
});

describe('resolvers', () => {
  const sdl = `
    input Range { from: Int = 1, to: Int! }
    type Query {
      plain(id: ID!, range: Range, many: [Int!] = [1, 2]): String
      informed(id: ID): [Row]
      three(id: ID): String
    }
    type Row { info: String }
  `;

  test('are called once per field with source, coerced arguments and context', async () => {
    const seen: unknown[] = [];
    const schema = schemaOf(sdl, {
      plain: (...given) => {
        seen.push(given[1]);
        return JSON.stringify(given.slice(0, 3));
      },
    });
    const query =
      'query ($id: ID!, $to: Int!) { plain(id: $id, range: { to: $to }) b: plain(id: 7, many: 3) }';
    const asked = {
      schema,
      query,
      variableValues: { id: 5, to: 6 },
      rootValue: { root: 1 },
      contextValue: [2],
    };
    const { data } = await answerOfAll(asked);
    expect(data).toEqual({
      plain: '[{"root":1},{"id":"5","range":{"from":1,"to":6},"many":[1,2]},[2]]',
      b: '[{"root":1},{"id":"7","many":[3]},[2]]',
    });
    expect(seen).toHaveLength(6);
  });

  test('below a list get the same arguments object for each of its rows', async () => {
    const seen: unknown[] = [];
    const schema = buildSchema('type Query { rows: [Row!] } type Row { text(of: String): String }');
    const row = schema.getType('Row');
    const field = row instanceof GraphQLObjectType ? row.getFields()['text'] : undefined;
    if (field === undefined) throw new TypeError('There is such a field.');
    field.resolve = (_source, args) => {
      seen.push(args);
    };
    const query = 'query ($of: String) { rows { text(of: $of) other: text(of: "b") } }';
    await answerOfAll({ schema, query, rootValue: { rows: [{}, {}] }, variableValues: { of: 'a' } });
    // Compiled first, then interpreted, then by graphql-js.
    for (const some of [seen.slice(0, 4), seen.slice(4, 8)]) {
      expect(some).toEqual([{ of: 'a' }, { of: 'b' }, { of: 'a' }, { of: 'b' }]);
      expect(new Set(some).size).toBe(2);
    }
  });

  test('get the `info` argument that graphql-js passes', async () => {
    const infos: GraphQLResolveInfo[] = [];
    const schema = schemaOf(sdl);
    const row = schema.getType('Row');
    const field = row instanceof GraphQLObjectType ? row.getFields()['info'] : undefined;
    if (field === undefined) throw new TypeError('There is such a field.');
    field.resolve = (_source, _args, _context, info) => {
      infos.push(info);
      return 'told';
    };
    const query = 'query Q($id: ID) { rows: informed(id: $id) { ...F } } fragment F on Row { told: info }';
    const root = { informed: [{}, {}] };
    await answerOfAll({ schema, query, rootValue: root, variableValues: { id: 3 } });
    const [a, b, c, d, expected, expectedOfOther] = infos;
    expect(infos).toHaveLength(6);
    for (const info of [a, c]) {
      expect(info).toEqual(expected);
      expect(Object.keys(info ?? {}).toSorted()).toEqual(Object.keys(expected ?? {}).toSorted());
    }
    for (const info of [b, d]) expect(info).toEqual(expectedOfOther);
    expect(b?.path).toEqual({
      prev: { prev: { prev: undefined, key: 'rows', typename: 'Query' }, key: 1, typename: undefined },
      key: 'told',
      typename: 'Row',
    });
  });

  test('are called without a `this` value', async () => {
    const schema = schemaOf(sdl, {
      plain(this: unknown) {
        return String(this);
      },
    });
    const { data } = await answerOfAll({ schema, query: '{ plain(id: 1) }' });
    expect(data).toEqual({ plain: 'undefined' });
  });

  test('that return a function give an error', async () => {
    const schema = schemaOf(sdl, { three: () => () => 'called' });
    const { errors } = await answerOfAll({ schema, query: '{ three }' });
    expect(errors).toHaveLength(1);
  });

  test('fail alone when their arguments cannot be coerced', async () => {
    const schema = schemaOf(sdl, { plain: () => 'reached', three: () => 'reached' });
    const query = 'query ($id: ID) { plain(id: $id) three }';
    const { data, errors } = await answerOfAll({ schema, query, variableValues: { id: null } });
    expect(data).toEqual({ plain: null, three: 'reached' });
    expect(errors).toHaveLength(1);
  });
});

describe('errors', () => {
  const schema = buildSchema(`
    type Query { rows: [Row] must: [Row!]! grid: [[Int!]!] }
    type Row { text: String there: String! row: Row rowThere: Row! rows: [Row!] }
  `);
  const lost = new Error('lost');

  test.each<[string, string, () => unknown]>([
    [
      'a getter throws',
      '{ rows { text there } }',
      () => ({
        rows: [
          {
            there: 'a',
            get text() {
              throw lost;
            },
          },
        ],
      }),
    ],
    ['a value is an error', '{ rows { text there } }', () => ({ rows: [{ there: 'a', text: lost }, lost] })],
    [
      'a promise rejects',
      '{ rows { text there } }',
      () => ({ rows: [{ there: 'a', text: Promise.reject(lost) }, Promise.reject(lost)] }),
    ],
    [
      'a thrown value is no error object',
      '{ rows { text } }',
      () => ({
        rows: [
          {
            get text() {
              throw 'text';
            },
          },
          Promise.reject(7),
        ],
      }),
    ], // oxlint-disable-line typescript/only-throw-error, typescript/prefer-promise-reject-errors
    [
      'a non-null field is null',
      '{ rows { text there } }',
      () => ({ rows: [{ there: null }, { there: 'b' }] }),
    ],
    [
      'a non-null field of a non-null object is null',
      '{ rows { row { rowThere { there } } text } }',
      () => ({ rows: [{ text: 'a', row: { rowThere: {} } }] }),
    ],
    [
      'a non-null element is null',
      '{ rows { rows { text } text } }',
      () => ({ rows: [{ text: 'a', rows: [{ text: 'b' }, null] }] }),
    ],
    [
      'a promised non-null element is null',
      '{ rows { rows { text } text } }',
      () => ({ rows: [{ rows: [Promise.resolve(null), { text: 'b' }] }] }),
    ],
    ['a value of a list field is no list', '{ rows { text } }', () => ({ rows: { length: 0 } })],
    ['a value of a list field is text', '{ rows { text } }', () => ({ rows: 'abc' })],
    ['an element of a list of lists is no list', '{ grid }', () => ({ grid: [[1, 2], 3, [null], [4]] })],
    [
      'a field fails in an object that becomes null later',
      '{ rows { row { text there } } }',
      () => ({ rows: [{ row: { text: lost, there: null } }] }),
    ],
    [
      'a field fails in an object that is null already',
      '{ rows { row { there text } } }',
      () => ({ rows: [{ row: { there: null, text: lost } }] }),
    ],
    [
      'a promise beside a failed field rejects later',
      '{ rows { row { text there } } }',
      () => ({
        rows: [
          {
            row: {
              text: Promise.resolve().then(() => {
                throw lost;
              }),
              there: null,
            },
          },
        ],
      }),
    ],
    [
      'a value has the wrong type',
      '{ rows { text there } grid }',
      () => ({ rows: [{ text: {}, there: Symbol('s') }], grid: [[1.5], [2 ** 31], ['7'], [true]] }),
    ],
  ])('are those of graphql-js when %s', async (_when, query, root) => {
    const { errors } = await answerOfAll({ schema, query, rootValue: root() });
    expect(errors?.length).toBeGreaterThan(0);
  });

  test('keep their original error and extensions, and are GraphQL errors', async () => {
    const coded = Object.assign(new Error('coded'), { extensions: { code: 'CODED' } });
    const own = new GraphQLError('own', { extensions: { own: true } });
    const placed = new GraphQLError('placed', { path: ['elsewhere'] });
    const query = '{ rows { text } }';
    const root = { rows: [{ text: coded }, { text: own }, { text: placed }, { text: lost }] };
    const { errors = [] } = await answerOfAll({ schema, query, rootValue: root });
    expect(errors.map(({ originalError, extensions }) => [originalError, extensions])).toEqual([
      [coded, { code: 'CODED' }],
      [own, { own: true }],
      [undefined, {}],
      [lost, {}],
    ]);
    for (const error of errors) expect(error).toBeInstanceOf(GraphQLError);
    expect(errors[3]?.stack).toBe(lost.stack);
    expect(String(errors[3])).toContain('GraphQL request:1:10');
    expect(errors[3]?.locations).toEqual([{ line: 1, column: 10 }]);
    expect(errors[3]?.positions).toEqual([9]);
    expect(errors[3]?.name).toBe('GraphQLError');
  });

  test('of a field that the operation selects at several places name all of them', async () => {
    const query = '{ rows { text }\n rows { text } }';
    const { errors } = await answerOfAll({ schema, query, rootValue: { rows: [{ text: lost }] } });
    expect(errors?.[0]?.locations).toHaveLength(2);
  });
});

describe('enums', () => {
  const odd = {
    nothing: null,
    absent: undefined,
    no: Number.NaN,
    object: {},
    error: new Error('as value'),
    text: 'text',
    zero: 0,
  };
  const values = Object.fromEntries(Object.entries(odd).map(([name, value]) => [name, { value }]));
  const type = new GraphQLEnumType({ name: 'Odd', values: { ...values, method: { value: () => 'zero' } } });
  const schema = new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Query', fields: { odd: { type } } }),
  });

  test.each([
    ...Object.entries(odd),
    ['method', type.getValue('method')?.value],
    ['unknown', 'unknown'],
    ['minus', -0],
  ])('have names for values of all kinds: %s', async (_name, value) => {
    expect(await answerOfAll({ schema, query: '{ odd }', rootValue: { odd: value } })).toHaveProperty('data');
  });
});

describe('scalars', () => {
  test.each<[string, (value: unknown) => unknown]>([
    ['unchanged values', (value) => value],
    ['null', () => null],
    ['other values', (value) => ({ said: String(value) })],
    [
      'an exception',
      () => {
        throw new Error('unspeakable');
      },
    ],
  ])(
    'with a `serialize` of their own that gives %s are answered as by graphql-js',
    async (_how, serialize) => {
      const type = new GraphQLScalarType({ name: 'Own', serialize });
      const schema = new GraphQLSchema({
        query: new GraphQLObjectType({ name: 'Query', fields: { many: { type: new GraphQLList(type) } } }),
      });
      const many = ['text', '', 7, 0, false, null, undefined, { a: 1 }, [1], new Date(0)];
      const { data } = await answerOfAll({ schema, query: '{ many }', rootValue: { many } });
      expect(data).toHaveProperty('many');
    },
  );
});

describe('promises', () => {
  const schema = buildSchema(
    'type Query { rows: [Row] row: Row } type Row { text: String there: String! row: Row }',
  );

  test('may stand for every value, and fields beside them are answered at once', async () => {
    const order: string[] = [];
    const root = {
      row: Promise.resolve({
        text: Promise.resolve(() => 'not called'),
        get there() {
          order.push('there');
          return Promise.resolve('a');
        },
        row: Promise.resolve(null),
      }),
      get rows() {
        order.push('rows');
        return Promise.resolve([Promise.resolve({ there: 'b' }), { there: Promise.resolve('c') }, null]);
      },
    };
    await answerOfAll({
      schema,
      query: '{ row { text there row { text } } rows { there } }',
      rootValue: root,
    });
    expect(order).toEqual(['rows', 'rows', 'rows', 'there', 'there', 'there']);
  });

  test('may be foreign thenables', async () => {
    // oxlint-disable-next-line unicorn/no-thenable -- the test needs a foreign thenable
    const text = { then: (...how: [() => unknown]) => Promise.resolve('foreign').then(...how) };
    const { data } = await answerOfAll({
      schema,
      query: '{ row { text there } }',
      rootValue: { row: { text, there: 'a' } },
    });
    expect(data).toEqual({ row: { text: 'foreign', there: 'a' } });
  });

  test('leave answers in the order of the operation, not in the order in which they settle', async () => {
    const late = new Promise((resolve) => setImmediate(resolve, 'late'));
    const { data } = await answerOfAll({
      schema,
      query: '{ row { text there } rows { text } }',
      rootValue: {
        row: { text: late, there: Promise.resolve('early') },
        rows: [{ text: late }, { text: Promise.resolve('x') }],
      },
    });
    expect(JSON.stringify(data)).toBe(
      '{"row":{"text":"late","there":"early"},"rows":[{"text":"late"},{"text":"x"}]}',
    );
  });
});
