import * as fc from 'fast-check';
import { buildSchema, execute, GraphQLObjectType, GraphQLScalarType, parse } from 'graphql';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Executor } from '../../../src/executor/executor.ts';
import { propertyRuns, timeout } from '../../property/property-runs.ts';
import { expectSame } from './all-executors.ts';

const schema = buildSchema(`
  scalar Odd
  enum Colour { RED GREEN }
  interface Named { text: String }
  type Query { root: Thing other: Thing! }
  type Thing implements Named {
    text: String
    textThere: String!
    id: ID!
    whole: Int
    wholeThere: Int!
    number: Float
    flag: Boolean
    colour: Colour
    odd: Odd
    thing: Thing
    thingThere: Thing!
    things: [Thing]
    thingsThere: [Thing!]!
    texts: [String!]
    grid: [[Int!]]
    colours: [Colour!]!
  }
`);
const odd = schema.getType('Odd');
if (!(odd instanceof GraphQLScalarType)) throw new TypeError('It is a scalar.');
odd.serialize = (value) => {
  if (value === 'nothing') return undefined;
  return typeof value === 'object' ? 'an object' : value;
};
const thing = schema.getType('Thing');
if (!(thing instanceof GraphQLObjectType)) throw new TypeError('It is an object type.');
const fields = Object.keys(thing.getFields());
const objectFields = ['thing', 'thingThere', 'things', 'thingsThere'];

/** Plan of a field's value: plain data, so that a case that fails can be read. */
type Plan =
  | { readonly is: 'value'; readonly value: unknown }
  | { readonly is: 'error' | 'thrown' | 'rejected'; readonly message: string }
  | { readonly is: 'promise' | 'method'; readonly of: Plan }
  | { readonly is: 'list' | 'set'; readonly of: readonly Plan[] }
  | { readonly is: 'thing'; readonly of: Readonly<Record<string, Plan>> };

const message = fc.constantFrom('one', 'two');
const leaf: fc.Arbitrary<Plan> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .constantFrom('RED', 'GREEN', 'text', 1, 0, true)
      .map((value) => ({ is: 'value' as const, value })),
  },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom<unknown>(
        null,
        undefined,
        '',
        'nothing',
        -0,
        1.5,
        Number.NaN,
        2 ** 31,
        -(2 ** 31),
        false,
        '12',
        {},
        [],
      )
      .map((value) => ({ is: 'value' as const, value })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constantFrom('error' as const, 'thrown' as const, 'rejected' as const),
      message,
    }),
  },
);
const { plan: anything, thingPlan } = fc.letrec<{ plan: Plan; thingPlan: Plan }>((tie) => ({
  plan: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { weight: 5, arbitrary: leaf },
    {
      weight: 2,
      arbitrary: fc.record({ is: fc.constantFrom('promise' as const, 'method' as const), of: tie('plan') }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        is: fc.constantFrom('list' as const, 'set' as const),
        of: fc.array(tie('plan'), { maxLength: 3 }),
      }),
    },
    { weight: 2, arbitrary: tie('thingPlan') },
  ),
  thingPlan: fc.record({
    is: fc.constant('thing' as const),
    of: fc.dictionary(fc.constantFrom(...fields), tie('plan'), { maxKeys: 10 }),
  }),
}));

/** Creates values from plans. Their promises settle one by one, each in its own turn, so that no two can race. */
class Sources {
  readonly #turns: (() => void)[] = [];

  async end(): Promise<void> {
    for (const turn of this.#turns) {
      await setImmediate();
      turn();
    }
  }

  of(plan: Plan): unknown {
    switch (plan.is) {
      case 'value':
        return plan.value;
      case 'error':
        return new Error(plan.message);
      case 'thrown':
        throw new Error(plan.message);
      case 'rejected':
        return this.#promise(() => Promise.reject(new Error(plan.message)));
      case 'promise': {
        const value = this.#settled(plan.of);
        return this.#promise(() => value());
      }
      case 'method': {
        const value = this.#settled(plan.of);
        return () => value();
      }
      case 'list':
        return plan.of.map((item) => this.#orNull(item));
      case 'set':
        return new Set(plan.of.map((item) => this.#orNull(item)));
      case 'thing':
        return this.#thing(plan.of);
    }
  }

  #thing(plans: Readonly<Record<string, Plan>>): object {
    const made = {};
    for (const [name, plan] of Object.entries(plans)) {
      Object.defineProperty(made, name, { enumerable: true, get: this.#settled(plan) });
    }
    return made;
  }

  /** Function that returns, or throws, the same value at each call. */
  #settled(plan: Plan): () => unknown {
    try {
      const value = this.of(plan);
      return () => value;
    } catch (error) {
      return () => {
        throw error;
      };
    }
  }

  /** Null for a plan that throws: an element of a list cannot throw. */
  #orNull(plan: Plan): unknown {
    return plan.is === 'thrown' ? null : this.of(plan);
  }

  #promise(settle: () => unknown): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.#turns.push(() => resolve(Promise.try(settle)));
    promise.catch(() => null);
    return promise;
  }
}

const { selections } = fc.letrec<{ selections: string; selection: string }>((tie) => ({
  selections: fc
    .array(tie('selection'), { minLength: 1, maxLength: 6 })
    .map((some) => `{ ${some.join(' ')} }`),
  selection: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    {
      weight: 6,
      arbitrary: fc.constantFrom('__typename', ...fields.filter((name) => !objectFields.includes(name))),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom('__proto__: text', 'then: text', 'again: id', '... on Named { text }'),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(fc.constantFrom(...objectFields), tie('selections'))
        .map(([name, below]) => `${name} ${below}`),
    },
    { weight: 1, arbitrary: tie('selections').map((below) => `... on Thing ${below}`) },
  ),
}));

test('any source is answered as by graphql-js', { timeout }, async () => {
  const property = fc.asyncProperty(
    thingPlan,
    anything,
    selections,
    selections,
    async (root, other, ...of) => {
      const document = parse(`{ root ${of[0]} other ${of[1]} }`);
      const answerOf = <Answer>(executed: (rootValue: unknown) => Answer) => {
        const sources = new Sources();
        return unhandledWithin(async () => {
          const answer = executed(sources.of({ is: 'thing', of: { root, other } }));
          await sources.end();
          return answer;
        });
      };
      const expected = await answerOf((rootValue) => execute({ schema, document, rootValue }));
      for (const compileAtHit of [1, Infinity]) {
        const executor = new Executor({ compileAtHit });
        const found = await answerOf((rootValue) => executor.execute({ schema, document, rootValue }));
        expectSame(found.answer, expected.answer);
        // graphql-js leaves some rejections unhandled.
        expect(found.unhandled).toEqual([]);
      }
    },
  );
  await fc.assert(property, { ...propertyRuns, numRuns: propertyRuns.numRuns * 30 });
});

/** Result of `work`, and the reasons of its unhandled rejections. */
async function unhandledWithin<Answer>(work: () => Promise<Answer>) {
  const unhandled: unknown[] = [];
  const listeners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (reason) => unhandled.push(reason));
  try {
    const answer = await work();
    await setImmediate();
    return { answer, unhandled };
  } finally {
    process.removeAllListeners('unhandledRejection');
    for (const listener of listeners) process.on('unhandledRejection', listener);
  }
}
