import { expect, test } from 'vitest';
import { Latency } from '../../../../src/upstream/quota/latency.ts';

function durationAfter(...calls: readonly number[]): Latency {
  const duration = new Latency();
  for (const ms of calls) duration.took(ms);
  return duration;
}

test('the latency is zero before the first answer', () => {
  expect(durationAfter()).toMatchObject({ averageMs: 0, likelyMs: 0 });
});

test('the likely duration of calls that take equally long approaches that duration from above', () => {
  const once = durationAfter(200);
  const often = durationAfter(...Array.from({ length: 40 }, () => 200));
  expect(once.averageMs).toBe(200);
  expect(once.likelyMs).toBe(400);
  expect(often.averageMs).toBe(200);
  expect(often.likelyMs).toBeGreaterThanOrEqual(200);
  expect(often.likelyMs).toBeLessThan(201);
});

test('the likely duration of calls that vary is longer than their average', () => {
  const varying = durationAfter(...Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? 100 : 300)));
  expect(varying.averageMs).toBeGreaterThan(150);
  expect(varying.averageMs).toBeLessThan(250);
  expect(varying.likelyMs).toBeGreaterThan(300);
});

test('one slow call no longer counts after many fast ones', () => {
  const duration = durationAfter(5_000, ...Array.from({ length: 60 }, () => 20));
  expect(duration.likelyMs).toBeLessThan(50);
});
