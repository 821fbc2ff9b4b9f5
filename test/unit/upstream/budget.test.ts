import { expect, test } from 'vitest';
import { UpstreamError } from '../../../src/errors.ts';
import { CallBudget } from '../../../src/upstream/budget.ts';

test('a budget grants no more calls than it has', () => {
  const budget = new CallBudget(3);
  expect([budget.take(), budget.take(), budget.take(), budget.take()]).toEqual([true, true, true, false]);
  expect(budget.left).toBe(0);
});

test('refused calls to one resource share one error, which names the limit', () => {
  const budget = new CallBudget(3);
  expect(budget.refusal('users')).toBe(budget.refusal('users'));
  expect(budget.refusal('users')).not.toBe(budget.refusal('queues'));
  expect(budget.refusal('users')).toMatchObject({
    resource: 'users',
    failure: {
      code: 'QUERY_TOO_EXPENSIVE',
      message: 'the 3 upstream calls that one request may make are spent',
      limit: 'upstreamCalls',
      allowed: 3,
    },
  });
});

test('the refusal of a retry also reports the failure that would have been retried', () => {
  const failed = new UpstreamError({
    code: 'UPSTREAM_UNAVAILABLE',
    message: 'the upstream is not available',
    upstreamStatus: 503,
    correlationId: 'abc',
  });
  expect(new CallBudget(3).refusal('users', failed).failure).toEqual({
    code: 'QUERY_TOO_EXPENSIVE',
    message: 'the upstream is not available, and the 3 upstream calls that one request may make are spent',
    limit: 'upstreamCalls',
    allowed: 3,
    upstreamStatus: 503,
    correlationId: 'abc',
  });
});
