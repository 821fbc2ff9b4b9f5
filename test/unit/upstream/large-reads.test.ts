import { setImmediate as macrotask } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { callerKeyOf } from '../../../src/identity/caller.ts';
import { LargeRead, LargeReads, MAX_HUGE_BYTES } from '../../../src/upstream/large-reads.ts';

/** Reads that enter one after the other, named by their callers' letters: `a1` is the first of caller a. */
function reads(...names: string[]) {
  return readsOf(Object.fromEntries(names.map((name) => [name, null])));
}

/** The same with the lengths of the answers. */
function readsOf(lengths: Readonly<Record<string, number | null>>) {
  const gate = new LargeReads();
  const letIn: string[] = [];
  const all = new Map(
    Object.entries(lengths).map(([name, length]) => [
      name,
      new LargeRead(callerKeyOf('test', name.slice(0, 1)), false, length),
    ]),
  );
  for (const [name, read] of all) void gate.enter(read).then(() => letIn.push(name));
  const leave = async (name: string) => {
    const read = all.get(name);
    if (read !== undefined) gate.leave(read);
    await macrotask();
  };
  return { letIn, leave };
}

test('two of unknown length are read at once, and the next when one has left', async () => {
  const { letIn, leave } = reads('a1', 'b1', 'c1', 'd1');
  await macrotask();
  expect(letIn).toEqual(['a1', 'b1']);
  await leave('b1');
  expect(letIn).toEqual(['a1', 'b1', 'c1']);
  await leave('a1');
  expect(letIn).toEqual(['a1', 'b1', 'c1', 'd1']);
});

test('as many of known length are read at once as fit, without overtaking', async () => {
  const all = MAX_HUGE_BYTES;
  const { letIn, leave } = readsOf({ a1: all / 3, b1: all / 3, c1: all / 2, d1: all / 3 });
  await macrotask();
  expect(letIn).toEqual(['a1', 'b1']);
  await leave('b1');
  expect(letIn).toEqual(['a1', 'b1', 'c1']);
  await leave('c1');
  expect(letIn).toEqual(['a1', 'b1', 'c1', 'd1']);
});

test('the largest one is read alone', async () => {
  const { letIn, leave } = readsOf({ a1: MAX_HUGE_BYTES, b1: MAX_HUGE_BYTES, c1: null });
  await macrotask();
  expect(letIn).toEqual(['a1']);
  await leave('a1');
  expect(letIn).toEqual(['a1', 'b1']);
  await leave('b1');
  expect(letIn).toEqual(['a1', 'b1', 'c1']);
});

test('ordinary lists do not wait for huge answers', async () => {
  const { letIn } = readsOf({ a1: MAX_HUGE_BYTES, b1: MAX_HUGE_BYTES, c1: 2_000_000, d1: 2_000_000 });
  await macrotask();
  expect(letIn).toEqual(['a1', 'c1', 'd1']);
});

test('one that gives up lets in those that fit without it', async () => {
  const { letIn, leave } = readsOf({ a1: MAX_HUGE_BYTES / 2, b1: MAX_HUGE_BYTES, c1: MAX_HUGE_BYTES / 3 });
  await leave('b1');
  expect(letIn).toEqual(['a1', 'c1']);
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
  const small = new LargeRead(callerKeyOf('test', 'a'), false, null);
  gate.leave(small);
  let letIn = 0;
  for (const name of ['b', 'c', 'd']) {
    void gate.enter(new LargeRead(callerKeyOf('test', name), false, null)).then(() => (letIn += 1));
  }
  await macrotask();
  expect(letIn).toBe(2);
});
