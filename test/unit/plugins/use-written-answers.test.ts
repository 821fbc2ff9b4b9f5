import { createSchema, createYoga, type Plugin } from 'graphql-yoga';
import { expect, test } from 'vitest';
import { AnswerAccount } from '../../../src/answers/answer-account.ts';
import { AnswerInFlight } from '../../../src/answers/answer-in-flight.ts';
import { deadlineIn } from '../../../src/lib/deadline.ts';
import { OwnWork } from '../../../src/lib/own-work.ts';
import { Turns } from '../../../src/lib/turns.ts';
import { useWrittenAnswers } from '../../../src/plugins/use-written-answers.ts';
import { TestClock } from '../../support/test-clock.ts';

const ROWS = 100_000;

/** Answer to a query for many rows. `onWriting` is called as soon as its writing has begun. */
async function answered({
  onWriting = () => undefined,
  last = 1,
}: { onWriting?: (clock: TestClock, client: AbortController) => void; last?: unknown } = {}) {
  const clock = new TestClock();
  const client = new AbortController();
  const deadline = deadlineIn(clock, 60_000, client.signal);
  const turns = new Turns(clock);
  const work = new OwnWork(clock, turns, deadline, 60_000);
  const account = new AnswerAccount(1e9);
  const answer = new AnswerInFlight(account, deadline);
  answer.plan(ROWS);
  expect(answer.reserve()).toBe(true);
  const schema = createSchema({
    typeDefs: 'scalar Any type Query { rows: [Any] }',
    resolvers: {
      Query: {
        rows: () => [
          {
            toJSON() {
              // The slice has begun, so that it is over when the clock has skipped some time.
              turns.isOver();
              onWriting(clock, client);
            },
            text: 'x'.repeat(300_000),
          },
          ...rows,
          last,
        ],
      },
    },
  });
  const given: Plugin = {
    onRequest: ({ serverContext }) => {
      Object.assign(serverContext, { answer, work });
    },
  };
  const yoga = createYoga({
    schema,
    plugins: [given, useWrittenAnswers(1e9, new WeakMap())],
    logging: false,
  });
  const response = await yoga.fetch('http://localhost/graphql?query={rows}', {
    headers: { accept: 'application/graphql-response+json' },
  });
  const text = await response.text();
  return { status: response.status, text, account };
}

const rows = Array.from({ length: ROWS }, (_, n) => ({ id: `row-${n}` }));

test('an answer whose time ends while it is written is refused', async () => {
  const { status, text, account } = await answered({ onWriting: (clock) => void clock.skip(61_000) });
  expect(status).toBe(400);
  expect(JSON.parse(text)).toEqual({
    errors: [
      {
        message: expect.stringMatching(/^The answer takes at least \d{5} ms to make, and 60000 are allowed/),
        extensions: {
          code: 'QUERY_TOO_EXPENSIVE',
          limit: 'time',
          asked: expect.any(Number),
          allowed: 60_000,
        },
      },
    ],
  });
  expect(account.bytes).toBe(0);
});

test('an answer whose client leaves while it is written is not written to its end', async () => {
  let isWhole = false;
  const last = { toJSON: () => (isWhole = true) };
  const { account } = await answered({
    onWriting: (clock, client) => (client.abort(), void clock.skip(20)),
    last,
  });
  expect(isWhole).toBe(false);
  expect(account.bytes).toBe(0);
});

test('an answer that is no JSON is a failure of the gateway, and holds nothing', async () => {
  const { status, account } = await answered({ last: 1n });
  expect(status).toBe(500);
  expect(account.bytes).toBe(0);
});
