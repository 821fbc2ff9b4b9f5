import { asText, type ExecutorName, preparationsOf, type Run } from './executors.ts';
import { buildSchema, parse } from './packages.ts';

/** Operation that an executor may answer otherwise than graphql-js. */
interface Case {
  readonly what: string;
  readonly query: string;
  readonly rootValue: object;
  readonly variableValues?: Readonly<Record<string, unknown>>;
}

const schema = buildSchema(`
  type Query { row: Row rows: [Row] number: Int list: [String] }
  type Row { name: String other: Int at(index: Int = 3): Int }
`);

class BrokenRow {
  readonly other = 1;

  get name(): string {
    throw new Error('The row is broken.');
  }
}

class RowWithMethods {
  readonly other = 1;

  at({ index }: { readonly index: number }): number {
    return index;
  }
}

/** Things that the gateway needs or that clients can ask for. */
export const cases: readonly Case[] = [
  {
    what: 'a getter that throws',
    query: '{ row { name other } number }',
    rootValue: { row: new BrokenRow(), number: 1 },
  },
  {
    what: 'an Error in the place of a value',
    query: '{ row { name other } }',
    rootValue: { row: { name: new Error('lost'), other: 1 } },
  },
  { what: 'a method of a source', query: '{ row { at other } }', rootValue: { row: new RowWithMethods() } },
  {
    what: 'a promise in a property',
    query: '{ row { name } number }',
    rootValue: { row: Promise.resolve({ name: Promise.resolve('Ada') }), number: 1 },
  },
  {
    what: 'a list of promises, one of which rejects',
    query: '{ rows { name } }',
    rootValue: {
      get rows() {
        const rejected = Promise.reject(new Error('lost'));
        // Not every executor waits for it.
        rejected.catch(() => undefined);
        return [Promise.resolve({ name: 'Ada' }), rejected, null];
      },
    },
  },
  {
    what: 'a list that is no list',
    query: '{ list }',
    rootValue: { list: 7 },
  },
  {
    what: '@skip and @include by variables',
    query:
      'query ($is: Boolean!) { row { name @skip(if: $is) ...F @include(if: $is) } } fragment F on Row { other }',
    rootValue: { row: { name: 'Ada', other: 1 } },
    variableValues: { is: true },
  },
  {
    what: 'order of fields, the first of which is skipped',
    query: 'query ($is: Boolean!) { a: number @skip(if: $is) b: number a: number }',
    rootValue: { number: 1 },
    variableValues: { is: true },
  },
];

/** Comparison with the answer of graphql-js; `throws` when there is no answer at all. */
export type Outcome = 'equal' | 'differs' | 'throws';

export interface Comparison {
  readonly what: string;
  /** Outcomes of the executors that are compared with graphql-js. */
  readonly outcomes: ReadonlyMap<ExecutorName, Outcome>;
}

export async function compareCases(): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const { what, query, rootValue, variableValues = {} } of cases) {
    const args = { schema, document: parse(query), rootValue, contextValue: {}, variableValues };
    const answers = new Map<ExecutorName, string | null>();
    for (const [name, prepare] of preparationsOf({ args })) answers.set(name, await answerOf(prepare));
    const expected = answers.get('graphql-js');
    answers.delete('graphql-js');
    const outcomes = [...answers].map(([name, answer]): [ExecutorName, Outcome] => {
      if (answer === null) return [name, 'throws'];
      return [name, answer === expected ? 'equal' : 'differs'];
    });
    comparisons.push({ what, outcomes: new Map(outcomes) });
  }
  return comparisons;
}

async function answerOf(prepare: () => Run): Promise<string | null> {
  try {
    return asText(await prepare()());
  } catch {
    return null;
  }
}
