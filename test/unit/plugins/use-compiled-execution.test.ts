import { createSchema, createYoga, type Plugin } from 'graphql-yoga';
import { describe, expect, test } from 'vitest';
import { useCompiledExecution } from '../../../src/plugins/use-compiled-execution.ts';

/** Server with the plugin. Queries resolve to the answer and the number of executions by the ordinary executor. */
function serverWith(plugin: Plugin) {
  let ordinary = 0;
  const counting: Plugin = {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn((args) => {
        ordinary += 1;
        return executeFn(args);
      });
    },
  };
  const schema = createSchema({
    typeDefs: 'type Query { name(of: Int): String }',
    resolvers: { Query: { name: (_root, { of }: { of?: number }) => `name ${of}` } },
  });
  const yoga = createYoga({ schema, plugins: [counting, plugin], logging: false });
  return async (query: string, variables = {}) => {
    const before = ordinary;
    const body = JSON.stringify({ query, variables });
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    const response = await yoga.fetch('http://localhost/graphql', { method: 'POST', body, headers });
    return { answer: await response.json(), byOrdinary: ordinary - before };
  };
}

describe('a query', () => {
  test('that is sent again is answered by compiled code from the third time on', async () => {
    const ask = serverWith(useCompiledExecution());
    const query = 'query ($of: Int) { name(of: $of) }';
    for (const [of, byOrdinary] of [1, 1, 0, 0].entries()) {
      expect(await ask(query, { of })).toEqual({ answer: { data: { name: `name ${of}` } }, byOrdinary });
    }
  });

  test('with a variable of a wrong type has the same errors with and without compilation', async () => {
    const query = 'query ($of: Int) { name(of: $of) }';
    const compiled = await serverWith(useCompiledExecution({ compileAtHit: 1 }))(query, { of: 'x' });
    const ordinary = await serverWith(useCompiledExecution({ compileAtHit: Infinity }))(query, { of: 'x' });
    expect(compiled).toEqual(ordinary);
    expect(compiled.byOrdinary).toBe(1);
    expect(compiled.answer).toHaveProperty('errors');
  });
});
