import { expect, test } from 'vitest';
import { Latency } from '../../../../src/upstream/quota/latency.ts';

function durationAfter(...calls: readonly number[]): Latency {
  const duration = new Latency();
  for (const ms of calls) duration.took(ms);
  return duration;
}

test('nothing is expected of calls while none has been answered', () => {
  expect(durationAfter()).toMatchObject({ averageMs: 0, likelyMs: 0 });
});

test('what always takes as long is expected to, with ever less to spare', () => {
  const once = durationAfter(200);
  const often = durationAfter(...Array.from({ length: 40 }, () => 200));
  expect(once.averageMs).toBe(200);
  expect(once.likelyMs).toBe(400);
  expect(often.averageMs).toBe(200);
  expect(often.likelyMs).toBeGreaterThanOrEqual(200);
  expect(often.likelyMs).toBeLessThan(201);
});

test('what varies is given more than its average', () => {
  const varying = durationAfter(...Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? 100 : 300)));
  expect(varying.averageMs).toBeGreaterThan(150);
  expect(varying.averageMs).toBeLessThan(250);
  expect(varying.likelyMs).toBeGreaterThan(300);
});

test('one that took long is forgotten when others do not', () => {
  const duration = durationAfter(5_000, ...Array.from({ length: 60 }, () => 20));
  expect(duration.likelyMs).toBeLessThan(50);
});
