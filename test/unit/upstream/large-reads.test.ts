import { setImmediate as macrotask } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { callerKeyOf } from '../../../src/identity/caller.ts';
import { LargeRead, LargeReads } from '../../../src/upstream/large-reads.ts';

/** Reads that enter one after the other, named by their callers' letters: `a1` is the first of caller a. */
function reads(...names: string[]) {
  const gate = new LargeReads();
  const letIn: string[] = [];
  const all = new Map(
    names.map((name) => [name, new LargeRead(callerKeyOf('test', name.slice(0, 1)), false)]),
  );
  for (const [name, read] of all) void gate.enter(read).then(() => letIn.push(name));
  const leave = async (name: string) => {
    const read = all.get(name);
    if (read !== undefined) gate.leave(read);
    await macrotask();
  };
  return { letIn, leave };
}

test('two are read at once, and the next when one has left', async () => {
  const { letIn, leave } = reads('a1', 'b1', 'c1', 'd1');
  await macrotask();
  expect(letIn).toEqual(['a1', 'b1']);
  await leave('b1');
  expect(letIn).toEqual(['a1', 'b1', 'c1']);
  await leave('a1');
  expect(letIn).toEqual(['a1', 'b1', 'c1', 'd1']);
});

test('a caller with many reads does not hold up the others', async () => {
  const { letIn, leave } = reads('a1', 'a2', 'a3', 'a4', 'a5', 'b1');
  await leave('a1');
  await leave('a2');
  expect(letIn.slice(0, 4)).toContain('b1');
});

test('one that gives up while it waits is left out, and takes no place with it', async () => {
  const { letIn, leave } = reads('a1', 'b1', 'c1', 'd1');
  await leave('c1');
  await leave('c1');
  await leave('a1');
  expect(letIn).toEqual(['a1', 'b1', 'd1']);
});

test('one that never was large gives back nothing', async () => {
  const gate = new LargeReads();
  const small = new LargeRead(callerKeyOf('test', 'a'), false);
  gate.leave(small);
  let letIn = 0;
  for (const name of ['b', 'c', 'd']) {
    void gate.enter(new LargeRead(callerKeyOf('test', name), false)).then(() => (letIn += 1));
  }
  await macrotask();
  expect(letIn).toBe(2);
});
