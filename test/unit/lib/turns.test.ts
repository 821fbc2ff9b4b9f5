import { setImmediate as macrotask } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Clock } from '../../../src/lib/clock.ts';
import { Turns } from '../../../src/lib/turns.ts';
import { systemClock } from '../../../src/lib/clock.ts';

/** Clock that goes on by a number of milliseconds each time it is read. */
function clockThatGoesOnBy(stepMs: number): Clock {
  let nowMs = 0;
  return { ...systemClock, now: () => (nowMs += stepMs) };
}

/** Notes `name` each time it has its turn, `times` times. */
async function work(turns: Turns, owner: object, name: string, times: number, seen: string[]): Promise<void> {
  const parts = Array.from({ length: times }, async () => {
    await turns.next(owner);
    seen.push(name);
  });
  await Promise.all(parts);
}

test('a slice is over after its time, and a new one begins with the next turn of the event loop', async () => {
  const turns = new Turns(clockThatGoesOnBy(4));
  expect([turns.isOver(), turns.isOver(), turns.isOver(), turns.isOver()]).toEqual([
    false,
    false,
    false,
    true,
  ]);
  await macrotask();
  await macrotask();
  expect(turns.isOver()).toBe(false);
});

test('short work goes on after the slice of long work, but not for ever', () => {
  const turns = new Turns(clockThatGoesOnBy(50));
  expect(turns.isOver(true)).toBe(false);
  expect(turns.isOver()).toBe(true);
  const short = Array.from({ length: 5 }, () => turns.isOver(true));
  expect(short).toEqual([false, false, false, true, true]);
});

test('owners take turns, whatever number of parts each waits with', async () => {
  const turns = new Turns(systemClock);
  const seen: string[] = [];
  await Promise.all([
    work(turns, {}, 'a', 5, seen),
    work(turns, {}, 'b', 2, seen),
    work(turns, {}, 'c', 1, seen),
  ]);
  expect(seen.join('')).toBe('abcabaaa');
});

test('the event loop goes on between slices', async () => {
  // Each look at the clock uses up a slice.
  const turns = new Turns(clockThatGoesOnBy(20));
  const seen: string[] = [];
  const working = work(turns, {}, 'w', 20, seen);
  let others = 0;
  let other: NodeJS.Immediate | undefined;
  const count = () => {
    others += 1;
    other = setImmediate(count);
  };
  count();
  await working;
  clearImmediate(other);
  expect(seen).toHaveLength(20);
  expect(others).toBeGreaterThan(10);
});

test('no immediate is left once nothing waits', async () => {
  const turns = new Turns(systemClock);
  await work(turns, {}, 'w', 3, []);
  for (let turn = 0; turn < 4; turn += 1) await macrotask();
  expect(process.getActiveResourcesInfo()).not.toContain('Immediate');
});
