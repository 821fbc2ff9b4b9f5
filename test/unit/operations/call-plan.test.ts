import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { bulkCalls, CallPlan } from '../../../src/operations/call-plan.ts';

test('a call plan sums calls up by resource, most calls first, and leaves out resources without calls', () => {
  const plan = new CallPlan();
  plan.add('users', 1);
  plan.add('scripts', 10);
  plan.add('queues', 0);
  plan.add('users', 2);
  expect(plan.total).toBe(13);
  expect(plan.byResource).toEqual([
    { resource: 'scripts', calls: 10 },
    { resource: 'users', calls: 3 },
  ]);
});

test('ids of one scope fill one bulk call after the other', () => {
  expect([0, 1, 100, 101, 200, 201].map((ids) => bulkCalls(ids, 100))).toEqual([0, 1, 1, 2, 2, 3]);
});

test('ids of several scopes are planned with the bulk calls of their worst distribution', () => {
  const spread = fc.record({
    scopes: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 }),
    size: fc.integer({ min: 1, max: 10 }),
  });
  fc.assert(
    fc.property(spread, ({ scopes, size }) => {
      const ids = scopes.reduce((sum, count) => sum + count, 0);
      const calls = scopes.reduce((sum, count) => sum + Math.ceil(count / size), 0);
      expect(calls).toBeLessThanOrEqual(bulkCalls(ids, size, scopes.length));
      const worst = [...Array.from({ length: scopes.length - 1 }, () => 1), ids - scopes.length + 1];
      const callsOfWorst = worst.reduce((sum, count) => sum + Math.ceil(count / size), 0);
      expect(bulkCalls(ids, size, scopes.length)).toBe(callsOfWorst);
    }),
  );
});
