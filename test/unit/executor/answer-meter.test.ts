import { buildSchema, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { AnswerMeter } from '../../../src/executor/answer-meter.ts';
import { Executor } from '../../../src/executor/executor.ts';
import type { Memoization } from '../../../src/executor/memoized-answers.ts';

const schema = buildSchema(`
  type Query { rows: [Row!] }
  scalar JSON
  enum Kind { LONG_NAME }
  type Row { early: String late: String numbers: [Int!] lateNumbers: [Int!]! same: Same json: JSON kind: Kind }
  type Same { name: String numbers: [Int!] same: Same }
`);

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

class Same {
  readonly #isLate: boolean;
  readonly same: Same | null;
  constructor(isLate: boolean, same: Same | null = null) {
    this.#isLate = isLate;
    this.same = same;
  }
  get name(): unknown {
    return this.#isLate ? Promise.resolve('name') : 'name';
  }
  get numbers(): unknown {
    return this.#isLate ? Promise.resolve(numbers(10)) : numbers(10);
  }
}

const repeats: Memoization<Same> = {
  isMemoizable: (source): source is Same => source instanceof Same,
  keyOf: () => 'same',
  areAlike: (a, b) => a === b,
};

/** Executes a query over these rows, with at most `maxFields` fields in the answer. */
async function answered(compileAtHit: number, query: string, rows: readonly object[], maxFields = Infinity) {
  const meter = new AnswerMeter({ maxFields });
  const executor = new Executor({ compileAtHit, memoization: repeats });
  const args = { schema, document: parse(query), rootValue: { rows }, contextValue: {} };
  return { meter, result: await executor.execute(args, meter) };
}

describe.each([
  ['compiled', 1],
  ['interpreted', Infinity],
])('the size of an answer of an operation that is %s', (_how, compileAtHit) => {
  test.each([
    ['at once', false],
    ['later', true],
  ])('counts a memoized answer at each place that reuses it, resolved %s', async (_when, isLate) => {
    const inner = new Same(isLate);
    const same = new Same(isLate, inner);
    const rows = numbers(100).map(() => ({ same }));
    const { meter, result } = await answered(
      compileAtHit,
      '{ rows { same { name numbers same { __typename numbers } } } }',
      rows,
    );
    expect(result.errors).toBeUndefined();
    // The list and its rows; per row one field, three fields, ten numbers, two fields and ten numbers again.
    expect(meter.fields).toBe(1 + 100 * (1 + 1 + 3 + 10 + 2 + 10));
  });

  test.each([
    ['at once', false],
    ['later', true],
  ])('ends an answer that memoized answers make too large, resolved %s', async (_when, isLate) => {
    const same = new Same(isLate);
    const rows = numbers(100).map(() => ({ same }));
    const { meter } = await answered(compileAtHit, '{ rows { same { numbers } } }', rows, 1000);
    expect(meter.isExceeded).toBe(true);
    expect(meter.fields).toBeLessThan(1100);
  });

  test('ends an answer that is too large whatever else fails in it, without waiting for all of it', async () => {
    const failing = {
      get early(): unknown {
        throw new Error('early');
      },
      get late(): unknown {
        return Promise.resolve().then(() => {
          throw new TypeError('late');
        });
      },
      get lateNumbers(): unknown {
        return Promise.resolve(numbers(1000));
      },
    };
    const query = '{ rows { early late lateNumbers } }';
    const { meter, result } = await answered(compileAtHit, query, [failing, failing, failing], 500);
    expect(meter.isExceeded).toBe(true);
    expect(result.data).toBeNull();
    expect((await answered(compileAtHit, query, [failing], 5000)).meter.fields).toBe(1 + 1 + 3 + 1000);
  });

  test('ends an answer that is too large without a rejection, at whatever moment something else fails', async () => {
    /** A row whose `late` rejects after this many turns of promises. */
    const failingIn = (turns: number) => ({
      get late(): unknown {
        let promise = Promise.resolve();
        for (let turn = 0; turn < turns; turn += 1) promise = promise.then(() => undefined);
        return promise.then(() => {
          throw new TypeError('late');
        });
      },
      lateNumbers: [],
    });
    const large = { same: new Same(true, new Same(true)), lateNumbers: [] };
    for (const turns of numbers(20)) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- the executions run one after the other
      const { meter, result } = await answered(
        compileAtHit,
        '{ rows { late lateNumbers same { same { numbers } } } }',
        [large, failingIn(turns)],
        12,
      );
      expect(meter.isExceeded).toBe(true);
      expect(result.data).toBeNull();
    }
  });

  test.each([
    ['at once', false],
    ['later', true],
  ])(
    'tells the length of the text of memoized answers and of leaves of any kind, resolved %s',
    async (_when, isLate) => {
      const same = new Same(isLate, new Same(isLate));
      const row = {
        early: 'x'.repeat(50),
        late: isLate ? Promise.resolve('late') : null,
        same,
        json: { a: ['text', 1] },
      };
      const query =
        '{ rows { early another: early late lateNumbers: numbers json kind same { __typename name same { name } } } }';
      const rows = numbers(50).map((n) => ({
        ...row,
        numbers: numbers(n),
        kind: n % 2 === 0 ? 'LONG_NAME' : null,
      }));
      const { meter, result } = await answered(compileAtHit, query, rows);
      expect(result.errors).toBeUndefined();
      const { length } = JSON.stringify(result.data);
      expect(meter.length).toBeGreaterThanOrEqual(length);
      // Short values and punctuation are rounded up.
      expect(meter.length).toBeLessThan(length + 6 * meter.fields);
    },
  );
});
