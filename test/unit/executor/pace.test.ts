import { buildSchema, execute, parse } from 'graphql';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AnswerMeter, type Pace } from '../../../src/executor/answer-meter.ts';
import { Executor } from '../../../src/executor/executor.ts';
import { expectSame } from './all-executors.ts';

const schema = buildSchema(`
  scalar Odd
  interface Named { name: String }
  type Query { rows: [Row!] late: [Row!]! must: [Int!]! }
  type Row implements Named { name: String odd: Odd soon: String there: String! numbers: [Int!] rows: [Row!] named: [Named!] }
`);

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

interface RowPlan {
  readonly rows?: readonly object[];
  readonly there?: unknown;
}

function row(n: number, { rows = [], there = 'there' }: RowPlan = {}): object {
  return {
    __typename: 'Row',
    name: `row ${n}`,
    odd: { n },
    get soon() {
      return Promise.resolve(`soon ${n}`);
    },
    there,
    numbers: numbers(3),
    rows,
    named: rows,
  };
}

/** Pace that is due at every look, and counts the turns. Over after `turns` turns. */
class SlowPace implements Pace {
  readonly #maxTurns: number;
  turns = 0;

  constructor(maxTurns = Infinity) {
    this.#maxTurns = maxTurns;
  }

  isDue(): boolean {
    return true;
  }

  async turn(): Promise<void> {
    this.turns += 1;
    await setImmediate();
  }

  admit(): boolean {
    return this.turns <= this.#maxTurns;
  }
}

const rowsInRows = () => numbers(40).map((n) => row(n, { rows: numbers(30).map((inner) => row(inner)) }));
const inner = '{ name odd soon there numbers }';

describe.each([
  ['compiled', 1],
  ['interpreted', Infinity],
])('an operation that is %s', (_how, compileAtHit) => {
  const executor = new Executor({ compileAtHit });

  test.each([
    ['lists in lists', `{ rows { name rows ${inner} } }`, { rows: rowsInRows() }],
    ['promised lists', `{ late { soon rows ${inner} } }`, { late: Promise.resolve(rowsInRows()) }],
    ['an iterable', '{ rows { name } }', { rows: new Set(numbers(2000).map((n) => row(n))) }],
    [
      'introspection',
      '{ __schema { types { fields { args { name type { name } } type { fields { type { fields { name args { name } type { name kind } } } } } } } } }',
      {},
    ],
    [
      'failures in nullable and non-null places',
      `{ rows { name rows ${inner} } }`,
      {
        rows: numbers(60).map((n) =>
          row(n, { rows: numbers(20).map((m) => row(m, { there: (n + m) % 30 === 0 ? null : 'there' })) }),
        ),
      },
    ],
    [
      'rejections in non-null places',
      `{ rows { name rows ${inner} } }`,
      {
        rows: numbers(300).map((n) =>
          row(n, {
            rows: [
              row(n, { there: () => (n % 50 === 0 ? Promise.reject(new Error('lost')) : 'there') }),
              row(n),
            ],
          }),
        ),
      },
    ],
  ])('waits for its turns, and has the same answer: %s', async (_what, query, rootValue) => {
    const pace = new SlowPace();
    const args = { schema, document: parse(query), rootValue };
    const paced = await executor.execute(args, new AnswerMeter({ pace }));
    expectSame(paced, await execute(args));
    expect(pace.turns).toBeGreaterThan(0);
  });

  test('does a bounded part of a long list in each turn', async () => {
    const pace = new SlowPace();
    const rows = numbers(10_000).map((n) => row(n));
    const args = { schema, document: parse('{ rows { name there } }'), rootValue: { rows } };
    await executor.execute(args, new AnswerMeter({ pace }));
    // Two fields and an element per row, and a look every 512 steps.
    expect(pace.turns).toBeGreaterThan(30);
  });

  test('waits for its turn before it completes what was promised', async () => {
    const pace = new SlowPace();
    const rows = numbers(2000).map((n) => row(n));
    const args = { schema, document: parse('{ rows { soon } }'), rootValue: { rows } };
    await executor.execute(args, new AnswerMeter({ pace }));
    expect(pace.turns).toBeGreaterThan(500);
  });

  test('ends when the pace is over, whatever of it is left', async () => {
    const pace = new SlowPace(3);
    const meter = new AnswerMeter({ pace });
    const args = {
      schema,
      document: parse(`{ rows { name rows ${inner} } }`),
      rootValue: { rows: rowsInRows() },
    };
    const result = await Promise.race([executor.execute(args, meter), meter.end]);
    expect(meter.hasEnded).toBe(true);
    expect(result === undefined || result.data === null).toBe(true);
    await setImmediate();
    expect(pace.turns).toBeLessThan(50);
  });

  test.each([
    ['when a list has too many elements', '{ rows { name } }', 2],
    ['in the middle of a list', '{ rows { rows { name } } }', 8],
  ])('leaves no rejection unhandled when it ends %s', async (_when, query, maxFields) => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    onTestFinished(() => void process.off('unhandledRejection', note));
    const rows = [
      row(1, { rows: numbers(9).map((n) => row(n)) }),
      ...numbers(3).map(() => Promise.resolve().then(() => Promise.reject(new Error('lost')))),
    ];
    const meter = new AnswerMeter({ maxFields });
    await executor.execute({ schema, document: parse(query), rootValue: { rows } }, meter);
    expect(meter.hasEnded).toBe(true);
    await setImmediate();
    expect(unhandled).toEqual([]);
  });

  test('is never interrupted when it is short', () => {
    const args = { schema, document: parse('{ rows { name } }'), rootValue: { rows: [row(1)] } };
    const meter = new AnswerMeter({ pace: new SlowPace() });
    expect(executor.execute(args, meter)).toEqual({ data: { rows: [{ name: 'row 1' }] } });
  });
});
