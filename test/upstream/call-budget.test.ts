import { expect, test } from 'vitest';
import { CallBudget } from '../../src/upstream/call-budget.ts';

test('a budget says how many calls are left, and by how many it was overdrawn', () => {
  const budget = new CallBudget(2);
  const left = [budget.left];
  for (let n = 0; n < 3; n += 1) {
    budget.spend();
    left.push(budget.left);
  }
  expect(left).toEqual([2, 1, 0, -1]);
});

test('what is taken from a budget is never more than is left of it', () => {
  const budget = new CallBudget(3);
  budget.spend();
  expect([budget.take(), budget.take(), budget.take(), budget.take()]).toEqual([true, true, false, false]);
  expect(budget.left).toBe(0);
});
