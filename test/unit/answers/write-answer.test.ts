import { setImmediate as macrotask } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { bytesOf, writeAnswer, type WritingOptions } from '../../../src/answers/write-answer.ts';
import { Deadline } from '../../../src/lib/deadline.ts';
import { OneAfterAnother } from '../../../src/lib/one-after-another.ts';
import { OwnWork } from '../../../src/lib/own-work.ts';
import { HUGE_BYTES } from '../../../src/lib/slices.ts';
import { Turns } from '../../../src/lib/turns.ts';
import type { Clock } from '../../../src/lib/clock.ts';

/** Clock whose time passes with each look at it. */
class HastyClock implements Clock {
  #nowMs = 0;
  readonly #stepMs: number;

  constructor(stepMs: number) {
    this.#stepMs = stepMs;
  }

  now(): number {
    this.#nowMs += this.#stepMs;
    return this.#nowMs;
  }

  epochMs(): number {
    return this.now();
  }

  setTimeout(): NodeJS.Timeout {
    throw new TypeError('Writing sets no timer.');
  }

  clearTimeout(): void {}
}

function workFor(clock: Clock, timeoutMs: number, client = new AbortController()) {
  return new OwnWork(
    clock,
    new Turns(clock),
    new Deadline(clock, clock.now() + timeoutMs, client.signal),
    timeoutMs,
  );
}

const any: WritingOptions = {
  dataLength: null,
  maxBytes: Infinity,
  work: workFor(new HastyClock(0), 1000),
  hasRoom: () => true,
  longestText: 16 * 1024,
  hugeOnes: new OneAfterAnother(),
};

const rows = {
  data: { rows: Array.from({ length: 100_000 }, (_, n) => ({ id: `row-${n}`, name: 'Zoë 😀' })) },
};

async function written(answer: object, options: Partial<WritingOptions> = {}) {
  const outcome = await writeAnswer(answer, { ...any, ...options });
  if (typeof outcome === 'string') return { text: outcome };
  if ('reason' in outcome) return outcome;
  return { chunks: outcome.length, text: Buffer.concat(outcome).toString(), bytes: bytesOf(outcome) };
}

test('a small answer is text, at once', () => {
  expect(writeAnswer({ data: { é: 1 } }, any)).toBe('{"data":{"é":1}}');
});

test('a larger answer is bytes', async () => {
  const answer = { data: 'é'.repeat(16 * 1024) };
  const text = JSON.stringify(answer);
  expect(await written(answer)).toEqual({ chunks: 1, text, bytes: Buffer.byteLength(text) });
});

test('an answer of less than 1 MiB is written at once while the event loop is not due to others', () => {
  expect(writeAnswer({ data: Array(4).fill('x'.repeat(250_000)) }, any)).toHaveLength(4);
});

test('a large answer is bytes in several pieces', async () => {
  const text = JSON.stringify(rows);
  expect(await written(rows)).toEqual({ chunks: expect.any(Number), text, bytes: Buffer.byteLength(text) });
});

test('a stream’s answer is text, however large', async () => {
  expect(await written(rows, { longestText: Infinity })).toEqual({ text: JSON.stringify(rows) });
});

test('an ordinary answer takes no turn of its own, however long others have worked', () => {
  const work = workFor(new HastyClock(300), 60_000);
  expect(work.isDue()).toBe(false);
  expect(work.isDue()).toBe(true);
  const outcome = writeAnswer({ data: 'x'.repeat(500_000) }, { ...any, work });
  expect(outcome).not.toBeInstanceOf(Promise);
});

test.each([
  ['nobody says how long the data is', rows, null, false],
  ['its data is said to be short', rows, 1000, true],
  ['its data is said to be short, and the rest is not', { ...rows, errors: rows }, 1000, false],
])('whether an answer is written in one piece when %s', async (_when, answer, dataLength, isOnePiece) => {
  let pieces = 0;
  const hasRoom = () => (pieces += 1) > 0;
  expect(await written(answer, { dataLength, hasRoom })).toMatchObject({ text: JSON.stringify(answer) });
  expect(pieces === 1).toBe(isOnePiece);
});

test('others have their turn between the pieces of a large answer', async () => {
  const work = workFor(new HastyClock(11), 1e9);
  const writing = written(rows, { work });
  const turns: unknown[] = [];
  const count = async (): Promise<void> => {
    await macrotask();
    turns.push(null);
    if (turns.length < 3) await count();
  };
  // Others have had three turns before the answer is written.
  expect(await Promise.race([writing, count()])).toBeUndefined();
  expect(await writing).toMatchObject({ text: JSON.stringify(rows) });
});

test('huge answers are written one after the other, however the first one ends', async () => {
  const work = workFor(new HastyClock(11), 1e9);
  const hugeOnes = new OneAfterAnother();
  const hugeRows = [rows, rows, rows];
  const seen: string[] = [];
  const write = (name: string, most: number) =>
    written(hugeRows, {
      work,
      hugeOnes,
      hasRoom(bytes) {
        if (bytes > HUGE_BYTES + 500_000 && seen.at(-1) !== name) seen.push(name);
        return bytes < most;
      },
    });
  const outcomes = await Promise.all([write('first', HUGE_BYTES + 1_000_000), write('second', Infinity)]);
  expect(outcomes).toMatchObject([{ reason: 'room' }, { text: JSON.stringify(hugeRows) }]);
  expect(seen).toEqual(['first', 'second']);
});

test('the number of bytes decides, not that of characters', async () => {
  const answer = { data: 'é'.repeat(1000) };
  const bytes = Buffer.byteLength(JSON.stringify(answer));
  expect(await written(answer, { maxBytes: bytes })).toHaveProperty('text');
  expect(await written(answer, { maxBytes: bytes - 1 })).toEqual({ reason: 'bytes', bytes });
});

test('an answer with too many bytes is not written to its end', async () => {
  let wasRead = false;
  const answer = { rows: rows.data.rows, last: { ['toJSON']: () => (wasRead = true) } };
  expect(await written(answer, { maxBytes: 500_000 })).toEqual({
    reason: 'bytes',
    bytes: expect.any(Number),
  });
  expect(wasRead).toBe(false);
});

test('an answer ends when its time is over, or its client has gone', async () => {
  expect(await written(rows, { work: workFor(new HastyClock(6), 20) })).toMatchObject({ reason: 'time' });
  const client = new AbortController();
  const work = workFor(new HastyClock(6), 1e9, client);
  const writing = written(rows, { work });
  client.abort();
  expect(await writing).toMatchObject({ reason: 'gone' });
});

test('an answer ends when there is no room, unless it is small', async () => {
  expect(await written(rows, { hasRoom: (bytes) => bytes < 500_000 })).toMatchObject({ reason: 'room' });
  expect(await written({ data: 1 }, { hasRoom: () => false })).toEqual({ text: '{"data":1}' });
});
