import { expect, onTestFinished, test } from 'vitest';
import { pause } from '../../../src/lib/deadline.ts';
import { clockWithoutPauses, TestClock } from '../../support/test-clock.ts';

const HOUR_MS = 3_600_000;

test("a test's clock skips time, and timers due by then fire in order", async () => {
  const clock = new TestClock();
  const fromMs = clock.now();
  const fired: [name: string, afterMs: number][] = [];
  const fire = (name: string) => fired.push([name, Math.floor((clock.now() - fromMs) / HOUR_MS)]);
  clock.setTimeout(() => fire('second'), 2 * HOUR_MS);
  clock.setTimeout(() => {
    fire('first');
    clock.setTimeout(() => fire('set by the first'), HOUR_MS / 2);
  }, HOUR_MS);
  const never = clock.setTimeout(() => fire('cleared'), HOUR_MS);
  const later = clock.setTimeout(() => fire('later'), 9 * HOUR_MS);
  onTestFinished(() => clock.clearTimeout(later));
  clock.clearTimeout(never);
  await clock.skip(3 * HOUR_MS);
  expect(fired).toEqual([
    ['first', 1],
    ['set by the first', 1],
    ['second', 2],
  ]);
  expect(clock.now() - fromMs).toBeGreaterThanOrEqual(3 * HOUR_MS);
});

test("a timer of a test's clock also fires by itself", async () => {
  const clock = new TestClock();
  await pause(clock, 1, new AbortController().signal);
  const pausing = pause(clock, HOUR_MS, new AbortController().signal);
  await clock.skip(HOUR_MS - 1);
  expect(await pausing).toBeUndefined();
});

test('a clock without pauses skips timers of up to two seconds as soon as they are set, unless they are cleared', async () => {
  const clock = clockWithoutPauses();
  const fromMs = clock.now();
  const longer = clock.setTimeout(() => undefined, HOUR_MS);
  onTestFinished(() => clock.clearTimeout(longer));
  clock.clearTimeout(clock.setTimeout(() => undefined, 1_500));
  for (let n = 0; n < 100; n += 1) await pause(clock, 2_000, new AbortController().signal);
  expect(Math.floor((clock.now() - fromMs) / 100_000)).toBe(2);
});
