import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LruAnswer, ByteLru } from '../../../src/cache/byte-lru.ts';
import { tokenIdentity } from '../../../src/identity/upstream-identity.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { TestClock } from '../../support/test-clock.ts';

const FOR_EVER = Infinity;

/** An LRU of answers with names, and the names of the answers that were forgotten. */
function keeper(maxBytes: number, clock = systemClock) {
  const answers = new ByteLru(clock, maxBytes);
  const forgotten: string[] = [];
  return {
    answers,
    forgotten,
    add: (identity: string, name: string, bytes: number, expiresAtMs = FOR_EVER): LruAnswer => {
      const answer = addTo(answers, identity, name, bytes, expiresAtMs, forgotten);
      if (answer === null) throw new TypeError(`${name} was not kept.`);
      return answer;
    },
  };
}

function addTo(
  answers: ByteLru,
  identity: string,
  name: string,
  bytes: number,
  expiresAtMs: number,
  forgotten: string[],
): LruAnswer | null {
  return answers.add(tokenIdentity(identity), {
    bytes,
    expiresAtMs,
    forget: () => void forgotten.push(name),
  });
}

describe('an answer', () => {
  test('is kept as long as there is room, and its bytes are counted', () => {
    const { answers, add, forgotten } = keeper(100);
    add('a', 'one', 30);
    add('a', 'two', 40);
    add('b', 'three', 30);
    expect(answers.bytes).toBe(100);
    expect(forgotten).toEqual([]);
  });

  test('is evicted when there are too many bytes in all, the least recently used first', () => {
    const { answers, add, forgotten } = keeper(100);
    const first = add('a', 'one', 30);
    add('b', 'two', 30);
    add('c', 'three', 30);
    answers.touch(first);
    add('d', 'four', 45);
    expect(forgotten).toEqual(['two', 'three']);
    expect(answers.bytes).toBe(75);
  });

  test('is evicted when its identity has too many bytes, without effect on other identities', () => {
    const { answers, add, forgotten } = keeper(100);
    add('other', 'another', 10);
    add('greedy', 'one', 40);
    add('greedy', 'two', 30);
    add('greedy', 'three', 10);
    expect(forgotten).toEqual(['one']);
    expect(answers.bytes).toBe(50);
  });

  test('is not kept when it is larger than the share of one identity', () => {
    const { answers, add, forgotten } = keeper(100);
    add('a', 'small', 10);
    expect(addTo(answers, 'a', 'large', 76, FOR_EVER, forgotten)).toBeNull();
    expect(forgotten).toEqual([]);
    expect(answers.bytes).toBe(10);
    add('a', 'just fits', 75);
    expect(forgotten).toEqual(['small']);
  });

  test('is not kept when there is no room at all', () => {
    expect(addTo(new ByteLru(systemClock, 0), 'a', 'one', 1, FOR_EVER, [])).toBeNull();
  });

  test('is removed soon after it has expired, when others come', async () => {
    const clock = new TestClock();
    const { answers, add, forgotten } = keeper(100, clock);
    const nowMs = clock.now();
    add('a', 'short', 10, nowMs + 2_000);
    add('b', 'long', 10, nowMs + 20_000);
    await clock.skip(3_000);
    add('c', 'new', 10);
    expect(forgotten).toEqual(['short']);
    expect(answers.bytes).toBe(20);
  });

  test('can be removed, which calls `forget` once and frees its bytes', () => {
    const { answers, add, forgotten } = keeper(100);
    const one = add('a', 'one', 60);
    answers.remove(one);
    answers.remove(one);
    expect(one.isKept).toBe(false);
    expect(forgotten).toEqual(['one']);
    expect(answers.bytes).toBe(0);
    // Neither call brings the answer back.
    answers.touch(one);
    answers.resize(one, 70);
    expect(answers.bytes).toBe(0);
    add('a', 'two', 75);
    expect(forgotten).toEqual(['one']);
  });
});

describe('a resized answer', () => {
  test('is counted with its new size, and as used just now', () => {
    const { answers, add, forgotten } = keeper(100);
    const one = add('a', 'one', 20);
    add('b', 'two', 20);
    answers.resize(one, 50);
    expect(answers.bytes).toBe(70);
    answers.resize(one, 30);
    expect(answers.bytes).toBe(50);
    add('c', 'three', 70);
    expect(forgotten).toEqual(['two']);
    answers.remove(one);
    expect(answers.bytes).toBe(70);
  });

  test('evicts others when it needs their room', () => {
    const { answers, add, forgotten } = keeper(100);
    const one = add('a', 'one', 20);
    add('a', 'two', 20);
    add('b', 'three', 40);
    answers.resize(one, 60);
    expect(forgotten).toEqual(['two']);
    expect(answers.bytes).toBe(100);
  });

  test('keeps its old size when the new one is larger than the share of one identity', () => {
    const { answers, add, forgotten } = keeper(100);
    const one = add('a', 'one', 20);
    add('a', 'two', 20);
    expect(answers.resize(one, 76)).toBe(false);
    expect(forgotten).toEqual([]);
    expect(answers.bytes).toBe(40);
    expect(answers.resize(one, 75)).toBe(true);
  });
});

describe('an LRU after any steps', () => {
  const identities = ['a', 'b', 'c'];
  const step = fc.record({
    do: fc.constantFrom('add', 'add', 'touch', 'remove', 'resize'),
    identity: fc.constantFrom(...identities),
    bytes: fc.nat({ max: 110 }),
    place: fc.nat(),
  });

  test('keeps its bounds, counts its bytes, and calls `forget` once per removed answer', () => {
    const property = fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const answers = new ByteLru(systemClock, 100);
      const forgotten: string[] = [];
      const refused: number[] = [];
      const all: { identity: string; name: string; bytes: number; answer: LruAnswer }[] = [];
      for (const [n, { identity, bytes, place, ...taken }] of steps.entries()) {
        const chosen = all[place % Math.max(1, all.length)];
        if (taken.do === 'add') {
          const answer = addTo(answers, identity, String(n), bytes, FOR_EVER, forgotten);
          if (answer === null) refused.push(bytes);
          else all.push({ identity, name: String(n), bytes, answer });
        } else if (chosen !== undefined) {
          if (taken.do === 'touch') answers.touch(chosen.answer);
          if (taken.do === 'remove') answers.remove(chosen.answer);
          if (taken.do === 'resize') {
            const hasRoom = answers.resize(chosen.answer, bytes);
            if (hasRoom && chosen.answer.isKept) chosen.bytes = bytes;
          }
        }
        expect(refused.filter((each) => each <= 75)).toEqual([]);
        const kept = all.filter(({ answer }) => answer.isKept);
        const sum = (some: typeof all) => some.reduce((total, each) => total + each.bytes, 0);
        expect(answers.bytes).toBe(sum(kept));
        expect(answers.bytes).toBeLessThanOrEqual(100);
        for (const each of identities) {
          expect(sum(kept.filter((one) => one.identity === each))).toBeLessThanOrEqual(75);
        }
        expect(forgotten.toSorted()).toEqual(
          all
            .filter(({ answer }) => !answer.isKept)
            .map(({ name }) => name)
            .toSorted(),
        );
      }
    });
    fc.assert(property);
  });
});
