import { describe, expect, test } from 'vitest';
import { ConcurrencyLimit } from '../../src/upstream/concurrency.ts';
import { identityKeyOf, type IdentityKey } from '../../src/upstream/identity.ts';

const ONE = identityKeyOf('token', 'one');
const TWO = identityKeyOf('token', 'two');

/** Turns of the microtask queue: enough for whoever was let in to have noticed. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

/** Callers of one limit that note who has been let in, and stay until they are told to leave. */
function callersOf(limit: ConcurrencyLimit) {
  const entered: string[] = [];
  return {
    entered,
    call: (name: string, identity: IdentityKey, signal = new AbortController().signal): Promise<unknown> => {
      if (limit.tryEnter(identity)) {
        entered.push(name);
        return Promise.resolve();
      }
      return limit.enter(identity, signal).then(
        () => entered.push(name),
        (reason: unknown) => reason,
      );
    },
  };
}

describe('the limit of calls at once', () => {
  test('lets so many in, and one more for each that leaves, in the order in which they came', async () => {
    const limit = new ConcurrencyLimit(2);
    const { call, entered } = callersOf(limit);
    for (const name of ['a', 'b', 'c', 'd', 'e']) void call(name, ONE);
    await settled();
    expect(entered).toEqual(['a', 'b']);
    limit.leave(ONE);
    await settled();
    expect(entered).toEqual(['a', 'b', 'c']);
    limit.leave(ONE);
    limit.leave(ONE);
    await settled();
    expect(entered).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('is never exceeded, however the calls come and go', async () => {
    const limit = new ConcurrencyLimit(3);
    let active = 0;
    let most = 0;
    async function work(turns: number): Promise<void> {
      if (!limit.tryEnter(ONE)) await limit.enter(ONE, new AbortController().signal);
      most = Math.max(most, (active += 1));
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      active -= 1;
      limit.leave(ONE);
    }
    await Promise.all(Array.from({ length: 50 }, (_, n) => work((n * 7) % 5)));
    expect(most).toBe(3);
    expect(active).toBe(0);
  });

  test('is one for each identity', async () => {
    const limit = new ConcurrencyLimit(1);
    const { call, entered } = callersOf(limit);
    void call('one', ONE);
    void call('one again', ONE);
    void call('two', TWO);
    await settled();
    expect(entered).toEqual(['one', 'two']);
    limit.leave(TWO);
    await settled();
    expect(entered).toEqual(['one', 'two']);
    limit.leave(ONE);
    await settled();
    expect(entered).toEqual(['one', 'two', 'one again']);
  });

  test('lets nobody overtake one who waits', async () => {
    const limit = new ConcurrencyLimit(1);
    const { call, entered } = callersOf(limit);
    void call('first', ONE);
    void call('waiting', ONE);
    limit.leave(ONE);
    expect(limit.tryEnter(ONE)).toBe(false);
    await settled();
    expect(entered).toEqual(['first', 'waiting']);
  });
});

describe('one who gives up waiting', () => {
  test('is told so, and the place goes to the next', async () => {
    const limit = new ConcurrencyLimit(1);
    const { call, entered } = callersOf(limit);
    const impatient = new AbortController();
    void call('first', ONE);
    const givenUp = call('impatient', ONE, impatient.signal);
    void call('patient', ONE);
    impatient.abort(new Error('no longer'));
    expect(await givenUp).toEqual(new Error('no longer'));
    limit.leave(ONE);
    await settled();
    expect(entered).toEqual(['first', 'patient']);
  });

  test('before waiting is told so at once', async () => {
    const limit = new ConcurrencyLimit(1);
    limit.tryEnter(ONE);
    await expect(limit.enter(ONE, AbortSignal.abort(new Error('no longer')))).rejects.toThrow('no longer');
    limit.leave(ONE);
    expect([limit.tryEnter(ONE), limit.tryEnter(ONE)]).toEqual([true, false]);
  });

  test('leaves all places free', async () => {
    const limit = new ConcurrencyLimit(2);
    const { call } = callersOf(limit);
    const impatient = new AbortController();
    void call('a', ONE);
    void call('b', ONE);
    const givenUp = Promise.all([call('c', ONE, impatient.signal), call('d', ONE, impatient.signal)]);
    impatient.abort();
    await givenUp;
    limit.leave(ONE);
    limit.leave(ONE);
    expect([limit.tryEnter(ONE), limit.tryEnter(ONE), limit.tryEnter(ONE)]).toEqual([true, true, false]);
  });

  test('keeps the place when it was given first', async () => {
    const limit = new ConcurrencyLimit(1);
    const { call, entered } = callersOf(limit);
    const late = new AbortController();
    void call('first', ONE);
    void call('late', ONE, late.signal);
    limit.leave(ONE);
    late.abort();
    await settled();
    expect(entered).toEqual(['first', 'late']);
    expect(limit.tryEnter(ONE)).toBe(false);
  });
});

test('misuse is told by what the limit is for', () => {
  const limit = new ConcurrencyLimit(1);
  expect(() => limit.leave(ONE)).toThrow(TypeError);
  expect(() => limit.enter(ONE, new AbortController().signal)).toThrow(TypeError);
});
