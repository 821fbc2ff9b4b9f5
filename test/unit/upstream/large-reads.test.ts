import { expect, test } from 'vitest';
import { LargeRead, LargeReads } from '../../../src/upstream/large-reads.ts';

/** Reads that enter one after the other, and the numbers of those that were let in so far. */
function reads(count: number) {
  const gate = new LargeReads();
  const letIn: number[] = [];
  const all = Array.from({ length: count }, () => new LargeRead());
  for (const [number, read] of all.entries()) void gate.enter(read).then(() => letIn.push(number));
  const leave = async (number: number) => {
    const read = all[number];
    if (read !== undefined) gate.leave(read);
    await Promise.resolve();
    await Promise.resolve();
  };
  return { letIn, leave };
}

test('two are read at once, and the next when one has left', async () => {
  const { letIn, leave } = reads(4);
  await Promise.resolve();
  expect(letIn).toEqual([0, 1]);
  await leave(1);
  expect(letIn).toEqual([0, 1, 2]);
  await leave(0);
  expect(letIn).toEqual([0, 1, 2, 3]);
});

test('one that gives up while it waits is left out, and takes no place with it', async () => {
  const { letIn, leave } = reads(4);
  await leave(2);
  await leave(2);
  await leave(0);
  expect(letIn).toEqual([0, 1, 3]);
});

test('one that never was large gives back nothing', async () => {
  const gate = new LargeReads();
  gate.leave(new LargeRead());
  const letIn: number[] = [];
  for (const number of [0, 1, 2]) void gate.enter(new LargeRead()).then(() => letIn.push(number));
  await Promise.resolve();
  await Promise.resolve();
  expect(letIn).toEqual([0, 1]);
});
