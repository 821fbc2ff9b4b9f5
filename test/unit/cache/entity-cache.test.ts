import { describe, expect, test } from 'vitest';
import { ByteLru } from '../../../src/cache/byte-lru.ts';
import { type Packed, EntityCache } from '../../../src/cache/entity-cache.ts';
import { tokenIdentity } from '../../../src/identity/upstream-identity.ts';
import { systemClock } from '../../../src/lib/clock.ts';

const identity = tokenIdentity('mine');

/** An answer with an entity for each id, or null when the upstream does not know the id. */
function answer(
  ids: Readonly<Record<string, string | null>>,
  more: Partial<Packed<string>> = {},
): Packed<string> {
  return {
    ids: Object.keys(ids),
    expand: [],
    readAtMs: 0,
    expiresAtMs: Infinity,
    unpack: () => new Map(Object.entries(ids)),
    release: () => undefined,
    packedBytes: 10,
    unpackedBytes: 10,
    ...more,
  };
}

function shelf(maxBytes = 1000): { shelf: EntityCache<string>; answers: ByteLru } {
  const answers = new ByteLru(systemClock, maxBytes);
  return { shelf: new EntityCache<string>(identity, answers), answers };
}

describe('an entity cache', () => {
  test('returns entities by id, and null for an id that the upstream does not know', () => {
    const { shelf: kept } = shelf();
    expect(kept.isEmpty).toBe(true);
    kept.set(answer({ one: 'One', two: null }, { readAtMs: 7 }));
    expect(kept.isEmpty).toBe(false);
    expect(kept.get('one', [])?.use('one')).toBe('One');
    expect(kept.get('one', [])?.readAtMs).toBe(7);
    expect(kept.get('two', [])?.use('two')).toBeNull();
    expect(kept.get('three', [])).toBeUndefined();
  });

  test('returns entities read with more expand values than wanted, never with fewer', () => {
    const { shelf: kept } = shelf();
    kept.set(answer({ one: 'without' }));
    kept.set(answer({ two: 'with both' }, { expand: ['a', 'b'] }));
    expect(kept.get('one', ['a'])).toBeUndefined();
    for (const expand of [[], ['a'], ['b'], ['b', 'a']]) {
      expect(kept.get('two', expand)?.use('two')).toBe('with both');
    }
    expect(kept.get('two', ['a', 'c'])).toBeUndefined();
  });

  test('returns the latest entity that was read with enough expand values', () => {
    const { shelf: kept } = shelf();
    kept.set(answer({ one: 'older, with' }, { expand: ['a'], readAtMs: 1 }));
    kept.set(answer({ one: 'newer, without' }, { readAtMs: 2 }));
    expect(kept.get('one', [])?.use('one')).toBe('newer, without');
    expect(kept.get('one', ['a'])?.use('one')).toBe('older, with');
    kept.set(answer({ one: 'newest, with' }, { expand: ['a'], readAtMs: 3 }));
    expect(kept.get('one', [])?.use('one')).toBe('newest, with');
  });

  test('ignores the order of expand values', () => {
    const { shelf: kept } = shelf();
    kept.set(answer({ one: 'first' }, { expand: ['a', 'b'], readAtMs: 1 }));
    kept.set(answer({ one: 'second' }, { expand: ['b', 'a'], readAtMs: 2 }));
    expect(kept.get('one', ['a', 'b'])?.use('one')).toBe('second');
  });

  test('unpacks an answer once, at the first use of one of its entities', () => {
    const { shelf: kept, answers } = shelf();
    let made = 0;
    const unpack = () => {
      made += 1;
      return new Map([
        ['one', 'One'],
        ['two', 'Two'],
      ]);
    };
    kept.set({ ...answer({ one: null, two: null }), unpack, packedBytes: 10, unpackedBytes: 30 });
    kept.get('one', []);
    expect(made).toBe(0);
    expect(answers.bytes).toBe(10);
    expect(kept.get('one', [])?.use('one')).toBe('One');
    expect(kept.get('two', [])?.use('two')).toBe('Two');
    expect(made).toBe(1);
    expect(answers.bytes).toBe(30);
  });

  test('keeps an answer packed when its entities would be too large to keep', () => {
    const { shelf: kept, answers } = shelf(100);
    kept.set(answer({ one: 'One' }, { unpackedBytes: 1000 }));
    for (let n = 0; n < 3; n += 1) expect(kept.get('one', [])?.use('one')).toBe('One');
    expect(answers.bytes).toBe(10);
  });

  test('removes an answer when later ones have superseded all of its ids', () => {
    const { shelf: kept, answers } = shelf(100);
    kept.set(answer({ one: 'old', two: 'old' }, { packedBytes: 40 }));
    kept.set(answer({ one: 'new' }, { packedBytes: 20 }));
    expect(answers.bytes).toBe(60);
    kept.set(answer({ two: 'new', three: 'new' }, { packedBytes: 30 }));
    expect(answers.bytes).toBe(50);
    expect(kept.get('one', [])?.use('one')).toBe('new');
    kept.clear();
    expect(answers.bytes).toBe(0);
  });

  test('loses an answer when there is no room, but not later answers for its ids', () => {
    const { shelf: kept, answers } = shelf(100);
    kept.set(answer({ one: 'old', two: 'old' }, { packedBytes: 40 }));
    kept.set(answer({ two: 'new' }, { packedBytes: 20, readAtMs: 1 }));
    kept.set(answer({ three: 'newer' }, { packedBytes: 30, readAtMs: 2 }));
    expect(kept.get('one', [])).toBeUndefined();
    expect(kept.get('two', [])?.use('two')).toBe('new');
    expect(kept.get('three', [])?.use('three')).toBe('newer');
    expect(answers.bytes).toBe(20);
  });

  test('does not take an answer larger than its limit, and keeps the earlier one', () => {
    const { shelf: kept } = shelf(100);
    kept.set(answer({ one: 'small' }));
    kept.set(answer({ one: 'large' }, { packedBytes: 1000 }));
    expect(kept.get('one', [])?.use('one')).toBe('small');
  });

  test('keeps nothing of an answer without ids', () => {
    const { shelf: kept, answers } = shelf();
    kept.set(answer({}));
    expect([kept.isEmpty, answers.bytes]).toEqual([true, 0]);
  });

  test('that was cleared is empty, frees its room and takes no more answers', () => {
    const { shelf: kept, answers } = shelf();
    kept.set(answer({ one: 'One', two: 'Two' }));
    kept.set(answer({ one: 'One' }, { expand: ['a'] }));
    new EntityCache<string>(identity, answers).set(answer({ other: 'of another resource' }));
    kept.clear();
    expect(kept.isEmpty).toBe(true);
    expect(kept.get('one', [])).toBeUndefined();
    expect(answers.bytes).toBe(10);
    kept.set(answer({ three: 'came late' }));
    expect(kept.isEmpty).toBe(true);
    expect(kept.get('three', [])).toBeUndefined();
    expect(answers.bytes).toBe(10);
  });

  test('does not keep superseded answers for ever', () => {
    const { shelf: kept, answers } = shelf();
    for (let n = 0; n < 1000; n += 1) kept.set(answer({ one: String(n) }, { readAtMs: n }));
    expect(kept.get('one', [])?.use('one')).toBe('999');
    expect(answers.bytes).toBeLessThanOrEqual(1000);
  });

  test('releases a packed answer as soon as it is removed, and not before', () => {
    const { shelf: kept } = shelf(200);
    const given: string[] = [];
    const releasing = (name: string) => ({ packedBytes: 40, release: () => given.push(name) });
    kept.set(answer({ one: 'One' }, releasing('one')));
    kept.set(answer({ two: 'Two' }, releasing('two')));
    expect(given).toEqual([]);
    kept.set(answer({ one: 'newer' }, releasing('newer')));
    expect(given).toEqual(['one']);
    kept.clear();
    expect(given.toSorted()).toEqual(['newer', 'one', 'two']);
  });

  test('releases a packed answer once it is unpacked, and only once', () => {
    const { shelf: kept } = shelf();
    let given = 0;
    kept.set(answer({ one: 'One', two: 'Two' }, { release: () => (given += 1) }));
    expect(kept.get('one', [])?.use('one')).toBe('One');
    expect(given).toBe(1);
    expect(kept.get('two', [])?.use('two')).toBe('Two');
    kept.clear();
    expect(given).toBe(1);
  });
});
