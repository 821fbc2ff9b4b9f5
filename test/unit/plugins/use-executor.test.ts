import { createSchema, createYoga, type Plugin } from 'graphql-yoga';
import { expect, test } from 'vitest';
import { useExecutor } from '../../../src/plugins/use-executor.ts';

const schema = createSchema({
  typeDefs: 'type Query { rows(count: Int!): [Row!] } type Row { id: Int }',
  resolvers: {
    Query: {
      rows: (_source, { count }: { count: number }) => Array.from({ length: count }, (_, id) => ({ id })),
    },
  },
});

/** Turns that the execution of a query for so many rows takes, on an event loop that is due to others except for short work. */
async function turnsFor(count: number, compileAtHit: number): Promise<number> {
  let turns = 0;
  const work = {
    end: null,
    isDue: (isShort = false) => !isShort,
    async turn() {
      turns += 1;
    },
  };
  const given: Plugin<Record<string, unknown>> = {
    onContextBuilding: ({ extendContext }) =>
      extendContext({ work, answer: { grow: () => true, made() {} } }),
  };
  const plugins = [given, useExecutor({ compileAtHit, maxAnswerFields: Infinity })];
  const yoga = createYoga({ schema, plugins, logging: false });
  const response = await yoga.fetch(`http://localhost/graphql?query={rows(count:${count}){id}}`);
  const { data } = await response.json();
  expect(data.rows).toHaveLength(count);
  return turns;
}

test.each([
  ['compiled', 1],
  ['interpreted', Infinity],
])('an ordinary answer that is %s is not interrupted, and a long one is', async (_how, compileAtHit) => {
  expect(await turnsFor(2000, compileAtHit)).toBe(0);
  expect(await turnsFor(60_000, compileAtHit)).toBeGreaterThan(10);
});
