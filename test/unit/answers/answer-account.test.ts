import { setImmediate as macrotask } from 'node:timers/promises';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AnswerAccount } from '../../../src/answers/answer-account.ts';
import { AnswerInFlight, BYTES_PER_FIELD } from '../../../src/answers/answer-in-flight.ts';
import { deadlineIn } from '../../../src/lib/deadline.ts';
import { TestClock } from '../../support/test-clock.ts';

const CAPACITY = 6400;
const SMALL = CAPACITY / 64;
const FOR_LARGE = (CAPACITY * 3) / 4;

function accountForTest() {
  const clock = new TestClock();
  const account = new AnswerAccount(CAPACITY);
  /** Asks for room; `outcome` is undefined as long as the answer waits. */
  const ask = (bytes: number, client = new AbortController()) => {
    const asked: { outcome?: boolean; isSync: boolean } = { isSync: true };
    const admitted = account.admit(bytes, deadlineIn(clock, 60_000, client.signal));
    if (admitted instanceof Promise) {
      asked.isSync = false;
      void admitted.then((isAdmitted) => (asked.outcome = isAdmitted));
    } else asked.outcome = admitted;
    return asked;
  };
  return { clock, account, ask };
}

describe('the account of answers in flight', () => {
  test('admits at once what there is room for', () => {
    const { account, ask } = accountForTest();
    expect(ask(FOR_LARGE)).toEqual({ isSync: true, outcome: true });
    expect(account.bytes).toBe(FOR_LARGE);
    expect(account.waiting).toBe(0);
  });

  test('lets large answers wait for each other in their order, and small ones pass', async () => {
    const { account, ask } = accountForTest();
    ask(FOR_LARGE - 500);
    const [second, third] = [ask(1000), ask(400)];
    // There would be room for the third.
    expect(ask(SMALL).outcome).toBe(true);
    expect(account.waiting).toBe(2);
    account.change(FOR_LARGE - 500, 0);
    await macrotask();
    expect([second.outcome, third.outcome]).toEqual([true, true]);
    expect(account.bytes).toBe(1400 + SMALL);
  });

  test('keeps a quarter free of large answers', () => {
    const { ask } = accountForTest();
    ask(FOR_LARGE);
    expect(ask(SMALL + 1).outcome).toBeUndefined();
    for (let bytes = FOR_LARGE; bytes < CAPACITY; bytes += SMALL) expect(ask(SMALL).outcome).toBe(true);
    expect(ask(SMALL).outcome).toBeUndefined();
  });

  test('gives small answers all room, but none of that for which a large one waits', async () => {
    const { account, ask } = accountForTest();
    for (let bytes = 0; bytes < CAPACITY; bytes += SMALL) ask(SMALL);
    const large = ask(FOR_LARGE);
    const small = ask(SMALL);
    for (let bytes = CAPACITY; bytes > CAPACITY - FOR_LARGE + SMALL; bytes -= SMALL) account.change(SMALL, 0);
    await macrotask();
    expect([large.outcome, small.outcome]).toEqual([undefined, undefined]);
    account.change(SMALL, 0);
    await macrotask();
    expect([large.outcome, small.outcome]).toEqual([true, undefined]);
    account.change(SMALL, 0);
    await macrotask();
    expect(small.outcome).toBe(true);
  });

  test('gives small answers all room again as soon as no large one waits', async () => {
    const { account, ask } = accountForTest();
    ask(FOR_LARGE);
    for (let bytes = 0; bytes < CAPACITY - FOR_LARGE; bytes += SMALL) ask(SMALL);
    const [large, small] = [ask(2 * SMALL), ask(SMALL)];
    account.change(FOR_LARGE, 0);
    await macrotask();
    expect([large.outcome, small.outcome]).toEqual([true, true]);
    expect(account.waiting).toBe(0);
  });

  test('refuses an answer at its deadline, and admits those behind it', async () => {
    const { clock, account, ask } = accountForTest();
    ask(1000);
    const first = ask(FOR_LARGE);
    await clock.skip(30_000);
    const second = ask(400);
    expect([first.outcome, second.outcome]).toEqual([undefined, undefined]);
    await clock.skip(30_000);
    expect([first.outcome, second.outcome]).toEqual([false, true]);
    expect(account).toMatchObject({ bytes: 1400, waiting: 0, refused: 1 });
  });

  test('gives the place of a client that has gone to others, and does not count it as refused', async () => {
    const { account, ask } = accountForTest();
    ask(1000);
    const client = new AbortController();
    const gone = ask(FOR_LARGE, client);
    const next = ask(400);
    client.abort();
    await macrotask();
    expect([gone.outcome, next.outcome]).toEqual([false, true]);
    expect(account).toMatchObject({ bytes: 1400, waiting: 0, refused: 0 });
    expect(ask(FOR_LARGE, client)).toEqual({ isSync: true, outcome: false });
  });

  test('lets an answer grow at once or not at all, the only large one without bound', () => {
    const { account, ask } = accountForTest();
    ask(1000);
    expect(account.change(1000, 2 * CAPACITY)).toBe(true);
    // Small ones have their quarter all the same.
    expect(ask(SMALL).outcome).toBe(true);
    account.change(SMALL, 0);
    expect(account.change(2 * CAPACITY, 1000)).toBe(true);
    ask(1000);
    expect(account.change(1000, FOR_LARGE)).toBe(false);
    expect(account).toMatchObject({ bytes: 2000, refused: 1 });
    expect(account.change(1000, FOR_LARGE - 1000)).toBe(true);
  });

  test('is empty in the end, whatever was asked', async () => {
    const bytes = fc.oneof(fc.integer({ min: 0, max: SMALL }), fc.integer({ min: 0, max: FOR_LARGE }));
    const steps = fc.array(fc.record({ bytes, grown: fc.integer({ min: 0, max: CAPACITY }) }), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (asked) => {
        const { clock, account } = accountForTest();
        const admitted = asked.map(async (step) => {
          if (!(await account.admit(step.bytes, deadlineIn(clock, 60_000, new AbortController().signal))))
            return false;
          await macrotask();
          const held = account.change(step.bytes, step.grown) ? step.grown : step.bytes;
          await macrotask();
          account.change(held, 0);
          return true;
        });
        // Nothing waits for ever.
        expect(await Promise.all(admitted)).toEqual(asked.map(() => true));
        expect(account).toMatchObject({ bytes: 0, waiting: 0 });
      }),
      { numRuns: 50 },
    );
  });
});

describe('an answer in flight', () => {
  function answersForTest() {
    const account = new AnswerAccount(100 * BYTES_PER_FIELD);
    const clock = new TestClock();
    const answer = () => new AnswerInFlight(account, deadlineIn(clock, 1000, new AbortController().signal));
    return { account, answer };
  }

  test('takes its planned fields, then what it has grown to, then its real bytes, then nothing', () => {
    const { account, answer } = answersForTest();
    const one = answer();
    one.plan(10);
    expect(one.reserve()).toBe(true);
    expect(account.bytes).toBe(10 * BYTES_PER_FIELD);
    expect([one.grow(5), account.bytes]).toEqual([true, 10 * BYTES_PER_FIELD]);
    expect([one.grow(20), account.bytes]).toEqual([true, 20 * BYTES_PER_FIELD]);
    one.shrinkTo(77);
    expect(account.bytes).toBe(77);
    one.release();
    one.release();
    expect(account.bytes).toBe(0);
  });

  test('larger than the account is admitted when it is the only large one', async () => {
    const { account, answer } = answersForTest();
    const [one, other] = [answer(), answer()];
    one.plan(1_000_000);
    other.plan(1_000_000);
    expect(one.reserve()).toBe(true);
    const waiting = other.reserve();
    expect(waiting).toBeInstanceOf(Promise);
    one.release();
    expect(await waiting).toBe(true);
    expect(account.bytes).toBe(75 * BYTES_PER_FIELD);
    expect(other.grow(1_000_000)).toBe(true);
    other.release();
    expect(account.bytes).toBe(0);
  });
});
