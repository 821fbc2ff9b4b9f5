import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { filteredInSlices, mappedInSlices, sortedInSlices } from '../../../src/lib/in-slices.ts';
import { Cancellation } from '../../../src/lib/signal.ts';
import { Slices } from '../../../src/lib/slices.ts';
import { Turns } from '../../../src/lib/turns.ts';

const slices = () => new Slices(new Turns(systemClock), new Cancellation());

test.each([0, 1, 1023, 1024, 1025, 2048, 3000, 4097, 10_000])(
  '%i elements are sorted as at once, equal ones in their order',
  async (length) => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 2 ** 31 }),
        fc.integer({ min: 1, max: 5000 }),
        async (seed, ranks) => {
          const elements = Array.from({ length }, (_, n) => ({
            n,
            rank: Math.imul(seed, n * n + 7) % ranks,
          }));
          const compare = (a: { rank: number }, b: { rank: number }) => a.rank - b.rank;
          expect(await sortedInSlices(elements, compare, slices())).toEqual(elements.toSorted(compare));
        },
      ),
      { numRuns: 5 },
    );
  },
);

test('elements are mapped and filtered as at once', async () => {
  const numbers = Array.from({ length: 10_000 }, (_, n) => n);
  expect(await mappedInSlices(numbers, String, slices())).toEqual(numbers.map(String));
  const isOdd = (n: number) => n % 2 === 1;
  expect(await filteredInSlices(numbers, isOdd, slices())).toEqual(numbers.filter(isOdd));
});

test.each([
  ['mapping', (numbers: number[], each: Slices) => mappedInSlices(numbers, String, each)],
  ['filtering', (numbers: number[], each: Slices) => filteredInSlices(numbers, (n) => n > 0, each)],
  ['sorting', (numbers: number[], each: Slices) => sortedInSlices(numbers, (a, b) => b - a, each)],
])('%s lets other work have the event loop', async (_what, run) => {
  let nowMs = 0;
  // Each look at the clock uses up a slice.
  const turns = new Turns({ ...systemClock, now: () => (nowMs += 20) });
  let isOver = false;
  const running = run(
    Array.from({ length: 10_000 }, (_, n) => n),
    new Slices(turns, new Cancellation()),
  ).then(() => (isOver = true));
  await Promise.resolve();
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  expect(isOver).toBe(false);
  await running;
});
