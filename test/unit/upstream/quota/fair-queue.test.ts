import * as fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { callerKeyOf } from '../../../../src/identity/caller.ts';
import { type WaitingCall, FairQueue } from '../../../../src/upstream/quota/fair-queue.ts';
import { propertyRuns, timeout } from '../../../property/property-runs.ts';

interface NamedCall extends WaitingCall {
  readonly name: string;
}

let waiting: FairQueue<NamedCall>;
beforeEach(() => {
  waiting = new FairQueue();
});

/** A call of the caller named by its first letter: `a1` is a detail, `A1` a list of the same caller. */
function call(name: string): NamedCall {
  const [caller = ''] = name;
  return { name, party: callerKeyOf('test', caller.toLowerCase()), isList: caller !== caller.toLowerCase() };
}

function add(...names: string[]): NamedCall[] {
  const calls = names.map(call);
  for (const each of calls) waiting.add(each);
  return calls;
}

function take(count: number): (string | undefined)[] {
  return Array.from({ length: count }, () => waiting.take()?.name);
}

describe('waiting calls', () => {
  test('of one caller are taken in order of arrival', () => {
    add('a1', 'a2', 'a3');
    expect(take(4)).toEqual(['a1', 'a2', 'a3', undefined]);
  });

  test('of two callers take turns, however many calls each has', () => {
    add('a1', 'a2', 'a3', 'a4', 'a5', 'b1', 'b2');
    expect(take(7)).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'a4', 'a5']);
  });

  test('of a caller that comes later take turns from then on, and make up for no earlier turns', () => {
    add('a1', 'a2', 'a3', 'a4', 'a5', 'a6');
    take(3);
    add('b1', 'b2', 'b3');
    expect(take(6)).toEqual(['b1', 'a4', 'b2', 'a5', 'b3', 'a6']);
  });

  test('of a caller that skipped some turns have accumulated none', () => {
    add('a1', 'b1', 'b2', 'b3', 'b4', 'b5', 'b6');
    expect(take(4)).toEqual(['a1', 'b1', 'b2', 'b3']);
    add('a2', 'a3', 'a4');
    expect(take(6)).toEqual(['a2', 'b4', 'a3', 'b5', 'a4', 'b6']);
  });

  test('of a caller that skipped some turns do not make up for them one by one either', () => {
    add('a1', 'b1', 'b2', 'b3', 'b4', 'b5', 'b6', 'b7');
    take(6);
    add('a2');
    expect(take(1)).toEqual(['a2']);
    add('a3');
    expect(take(2)).toEqual(['b6', 'a3']);
  });

  test('with the same turn are taken in order of arrival, whatever the earlier order of their callers', () => {
    add('a1', 'b1', 'c1', 'c2', 'c3');
    take(3);
    add('b2');
    add('a2');
    expect(take(4)).toEqual(['c2', 'b2', 'a2', 'c3']);
  });

  test('of a caller that adds one at a time take turns with those of a caller that has many', () => {
    add('a1', 'a2', 'a3', 'a4', 'b1');
    const order: (string | undefined)[] = [];
    for (let n = 2; n < 6; n += 1) {
      order.push(...take(2));
      add(`b${n}`);
    }
    expect(order).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'b3', 'a4', 'b4']);
  });

  test('that are lists are taken before the details of their caller, but not before another caller’s turn', () => {
    add('a1', 'a2', 'A3', 'b1', 'A4');
    expect(take(5)).toEqual(['A3', 'b1', 'A4', 'a1', 'a2']);
  });

  test('that are lists are taken first among callers with the same turn', () => {
    add('a1', 'B1', 'c1');
    expect(take(3)).toEqual(['B1', 'a1', 'c1']);
  });

  test('that are removed cost their caller no turn', () => {
    const [first, second] = add('a1', 'a2', 'a3', 'b1');
    expect([first, second].map((each) => each !== undefined && waiting.remove(each))).toEqual([true, true]);
    expect(waiting.size).toBe(2);
    expect(take(3)).toEqual(['a3', 'b1', undefined]);
  });

  test('can be removed once, and not after they were taken', () => {
    const [first, second] = add('a1', 'a2', 'b1');
    expect(waiting.take()).toBe(first);
    expect(first !== undefined && waiting.remove(first)).toBe(false);
    expect(second !== undefined && waiting.remove(second)).toBe(true);
    expect(second !== undefined && waiting.remove(second)).toBe(false);
    expect(waiting.remove(call('c1'))).toBe(false);
    expect(take(2)).toEqual(['b1', undefined]);
  });

  test('leave no turns counted once the queue is empty', () => {
    add('a1', 'a2', 'a3');
    take(3);
    add('a4', 'b1');
    expect(take(2)).toEqual(['a4', 'b1']);
  });

  test('are listed by `all` in order of arrival', () => {
    add('a1', 'b1', 'A2');
    take(1);
    add('c1');
    expect(
      waiting
        .all()
        .map(({ name }) => name)
        .toArray(),
    ).toEqual(['a1', 'b1', 'c1']);
  });
});

type Step = { readonly add: string } | { readonly take: true } | { readonly remove: number };

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ add: fc.constantFrom('a', 'A', 'b', 'B', 'c', 'C') }) },
    { weight: 3, arbitrary: fc.record({ take: fc.constant(true as const) }) },
    { weight: 1, arbitrary: fc.record({ remove: fc.nat(20) }) },
  ),
  { maxLength: 60 },
);

/** Called with the calls that waited, and the one of them that was taken. */
type OnTake = (waited: readonly NamedCall[], taken: NamedCall) => void;

/** Performs the steps. Returns the calls that wait in the end. */
function follow(all: readonly Step[], onTake: OnTake): NamedCall[] {
  waiting = new FairQueue();
  const present: NamedCall[] = [];
  for (const step of all) {
    if ('add' in step) present.push(...add(step.add));
    else if ('remove' in step) removeOne(present, step.remove);
    else takeOne(present, onTake);
    expect(waiting.size).toBe(present.length);
  }
  return present;
}

function removeOne(present: NamedCall[], at: number): void {
  for (const removed of present.splice(at, 1)) expect(waiting.remove(removed)).toBe(true);
}

function takeOne(present: NamedCall[], onTake: OnTake): void {
  const next = waiting.peek();
  const taken = waiting.take();
  expect(taken).toBe(next);
  expect(taken === undefined).toBe(present.length === 0);
  if (taken === undefined) return;
  onTake([...present], taken);
  present.splice(present.indexOf(taken), 1);
}

describe('calls that come and go in any order', { timeout }, () => {
  test('are never lost or taken twice, and are taken in the order of `inOrder`', () => {
    const property = fc.property(steps, (all) => {
      const rest = follow(all, () => undefined);
      const told = waiting.inOrder();
      expect(new Set(told)).toEqual(new Set(rest));
      expect(Array.from(rest, () => waiting.take())).toEqual(told);
      expect(waiting.take()).toBeUndefined();
    });
    fc.assert(property, propertyRuns);
  });

  test('are taken within a caller lists first, and in order of arrival within lists and within details', () => {
    const property = fc.property(steps, (all) => {
      follow(all, (waited, taken) => {
        const own = waited.filter(({ party }) => party === taken.party);
        expect(own.find(({ isList }) => isList) ?? own[0]).toBe(taken);
      });
    });
    fc.assert(property, propertyRuns);
  });

  test('give callers that wait all the time turns that differ by two at most', () => {
    const property = fc.property(steps, (all) => {
      let turns = new Map<string, number>();
      follow(all, (waited, taken) => {
        const callers = new Set(waited.map(({ party }) => party));
        // Counting starts over when a caller comes or goes: no caller accumulates turns.
        if (callers.size !== turns.size || [...callers].some((caller) => !turns.has(caller))) {
          turns = new Map([...callers].map((caller) => [caller, 0]));
        }
        turns.set(taken.party, (turns.get(taken.party) ?? 0) + 1);
        // One in the steady state; the latest caller may be one turn ahead or behind.
        expect(Math.max(...turns.values()) - Math.min(...turns.values())).toBeLessThanOrEqual(2);
      });
    });
    fc.assert(property, propertyRuns);
  });
});
