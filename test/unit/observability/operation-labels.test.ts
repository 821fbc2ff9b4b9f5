import { beforeEach, expect, test } from 'vitest';
import {
  MOST_COUNTED,
  MOST_NAMES,
  OperationLabels,
} from '../../../src/observability/metrics/operation-labels.ts';
import { RequestRecord } from '../../../src/observability/requests/record.ts';
import { UpstreamUsage } from '../../../src/upstream/usage.ts';
import { TestClock } from '../../support/test-clock.ts';

let labels: OperationLabels;
let dropped: string[];
beforeEach(() => {
  dropped = [];
  labels = new OperationLabels({ clock: new TestClock(), onDropped: (name) => dropped.push(name) });
});

/** Label of one more request of this operation that came to data. */
function use(name: string): string {
  const record = new RequestRecord(0, 'POST', '/graphql', () => undefined);
  const usage = new UpstreamUsage();
  usage.sent();
  record.hasOperation = true;
  record.operationName = name;
  record.requester = { identity: undefined, caller: undefined, credentialFault: undefined, usage };
  return labels.of(record, true);
}

test('a further name beyond those that are counted takes one use from each, and is not counted itself', () => {
  for (let n = 0; n < MOST_COUNTED; n += 1) use(`Name${n}`);
  expect(use('Further')).toBe('other');
  // All others have no use left.
  expect(use('Further')).toBe('other');
  expect(use('Further')).toBe('Further');
  expect(dropped).toHaveLength(1);
});

test('a name takes the label of the least used when it is used twice as often', () => {
  for (let n = 0; n < MOST_NAMES; n += 1) for (let times = 0; times <= n; times += 1) use(`Name${n}`);
  const [first, second, third] = [use('Further'), use('Further'), use('Further')];
  expect([first, second, third]).toEqual(['other', 'Further', 'Further']);
  expect(dropped).toEqual(['Name0']);
});
