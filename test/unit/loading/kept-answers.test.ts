import { setImmediate as macrotask } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { readBatch } from '../../../src/loading/read-batch.ts';
import { UpstreamAnswer } from '../../../src/upstream/answer.ts';
import { CallBudget } from '../../../src/upstream/budget.ts';
import { users } from './held-upstream.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** What a cache keeps of an answer, and the parsed answer as long as it is in memory. */
async function keptOfAnswer() {
  const bytes = Buffer.from('{"entities":[{"id":"a","name":"Ada"}]}');
  const body: object = JSON.parse(bytes.toString());
  const kept: (() => unknown)[] = [];
  await readBatch(users, () => ['a'], [], {
    read: async (_facts, write) => {
      write();
      return { body, bytes, answer: new UpstreamAnswer('users', 200, undefined, 0) };
    },
    budget: new CallBudget(1),
    slices() {
      throw new TypeError('It is not large.');
    },
    onSize() {
      throw new TypeError('One id is not too many.');
    },
    onAnswer: ({ again, release }) => kept.push(again, release),
  });
  return { kept, parsed: new WeakRef(body) };
}

test('a cache that keeps the bytes of an answer does not keep the parsed answer', async () => {
  const { kept, parsed } = await keptOfAnswer();
  await macrotask();
  collectGarbage();
  expect(parsed.deref()).toBeUndefined();
  expect(kept).toHaveLength(2);
});
