import { expect, test } from 'vitest';
import { Deadline } from '../../../src/lib/deadline.ts';
import { OwnWork } from '../../../src/lib/own-work.ts';
import { Turns } from '../../../src/lib/turns.ts';
import { TestClock } from '../../support/test-clock.ts';

function workWithin(timeoutMs: number) {
  const clock = new TestClock();
  const client = new AbortController();
  const deadline = new Deadline(clock, clock.now() + timeoutMs, client.signal);
  return { clock, client, deadline, work: new OwnWork(clock, new Turns(clock), deadline, timeoutMs) };
}

test('work ends at the deadline', async () => {
  const { clock, work } = workWithin(60_000);
  expect(work.end).toBeNull();
  await clock.skip(59_000);
  expect(work.end).toBeNull();
  await clock.skip(1000);
  expect(work.end).toBe('time');
  expect(work.elapsedMs).toBeGreaterThanOrEqual(60_000);
});

test('work has a second more when somebody was still waiting at the deadline', async () => {
  const { clock, deadline, work } = workWithin(60_000);
  let isOver = false;
  deadline.wait({ over: () => (isOver = true) });
  await clock.skip(60_500);
  expect(isOver).toBe(true);
  expect(work.end).toBeNull();
  await clock.skip(500);
  expect(work.end).toBe('time');
});

test('work ends when the client has gone', () => {
  const { client, work } = workWithin(60_000);
  client.abort();
  expect(work.end).toBe('gone');
});
