import { expect, test } from 'vitest';
import { compareCases } from '../../../bench/executor/differences.ts';
import { asText, preparationsOf } from '../../../bench/executor/executors.ts';
import { measureTask } from '../../../bench/executor/measure.ts';
import { workloads } from '../../../bench/executor/workloads.ts';
import { buildSchema, parse } from '../../../bench/executor/packages.ts';

test.each(workloads)('all executors answer the timed operation alike: $name', async (workload) => {
  const answers: string[] = [];
  for (const prepare of preparationsOf(workload).values()) answers.push(asText(await prepare()()));
  expect(answers.length).toBeGreaterThan(2);
  expect(answers[0]?.length).toBeGreaterThan(10_000);
  expect(new Set(answers).size).toBe(1);
});

test('the operation with errors has 70 of them, and no other has any', async () => {
  const counts: Record<string, number> = {};
  for (const workload of workloads) {
    const result = await preparationsOf(workload).get('compiled')?.()();
    counts[workload.name] = result?.errors?.length ?? 0;
  }
  expect(counts).toEqual({ flagship: 0, references: 0, fields: 0, promises: 0, errors: 70 });
});

test('executors whose answers differ are not timed', async () => {
  let count = 0;
  const rootValue = {
    get count() {
      return (count += 1);
    },
  };
  const args = { schema: buildSchema('type Query { count: Int }'), document: parse('{ count }'), rootValue };
  await expect(measureTask({ args }, 0.001)).rejects.toThrow('graphql-jit answers unlike graphql-js');
});

test('a measured executor is compared with the compiled one in the same round', async () => {
  const rootValue = { count: 1 };
  const args = { schema: buildSchema('type Query { count: Int }'), document: parse('{ count }'), rootValue };
  const figures = await measureTask({ args }, 0.001);
  expect([...figures.keys()]).toEqual(['graphql-js', 'graphql-jit', 'interpreted', 'compiled']);
  expect(figures.get('compiled')).toMatchObject({ ratio: 1, lowestRatio: 1, highestRatio: 1 });
});

test('graphql-jit answers unlike graphql-js in the cases that the decision record names, and the compiled executor in none', async () => {
  const comparisons = await compareCases();
  expect(comparisons.filter(({ outcomes }) => outcomes.get('compiled') !== 'equal')).toEqual([]);
  expect(
    comparisons
      .map(({ what, outcomes }) => [what, outcomes.get('graphql-jit')])
      .filter(([, outcome]) => outcome !== 'equal'),
  ).toEqual([
    ['a getter that throws', 'throws'],
    ['a method of a source', 'differs'],
    ['a promise in a property', 'differs'],
    ['a list of promises, one of which rejects', 'differs'],
    ['a list that is no list', 'differs'],
    ['order of fields, the first of which is skipped', 'differs'],
  ]);
});
