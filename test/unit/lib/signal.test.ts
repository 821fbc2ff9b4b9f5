import { expect, test } from 'vitest';
import { Cancellation } from '../../../src/lib/signal.ts';

const first = new Error('first');

test('a cancellation calls each listener once, and keeps the first reason', () => {
  const signal = new Cancellation();
  const told: unknown[] = [];
  signal.addEventListener('abort', () => told.push(['one', signal.aborted, signal.reason]));
  signal.addEventListener('abort', () => told.push(['other', signal.aborted, signal.reason]));
  expect(signal.aborted).toBe(false);
  signal.abort(first);
  signal.abort(new Error('second'));
  expect(told).toEqual([
    ['one', true, first],
    ['other', true, first],
  ]);
});

test('a cancellation calls neither removed nor late listeners, like an AbortSignal', () => {
  const controller = new AbortController();
  const cancellation = new Cancellation();
  for (const signal of [controller.signal, cancellation]) {
    const told: string[] = [];
    const gone = () => told.push('gone');
    signal.addEventListener('abort', () => {
      told.push('first');
      signal.removeEventListener('abort', gone);
    });
    signal.addEventListener('abort', gone);
    if (signal === cancellation) cancellation.abort(first);
    else controller.abort(first);
    signal.addEventListener('abort', () => told.push('late'));
    expect(told).toEqual(['first']);
    expect(signal.reason).toBe(first);
  }
});
