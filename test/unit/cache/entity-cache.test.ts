import { describe, expect, test } from 'vitest';
import { ByteLru } from '../../../src/cache/byte-lru.ts';
import { type Packed, EntityCache } from '../../../src/cache/entity-cache.ts';
import { tokenIdentity } from '../../../src/identity/upstream-identity.ts';

const identity = tokenIdentity('mine');

/** An answer that says of each id what `said` is, with null for what is not known. */
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
  const answers = new ByteLru(maxBytes);
  return { shelf: new EntityCache<string>(identity, answers), answers };
}

describe('a shelf', () => {
  test('has what was kept by its id, and that an id is not known', () => {
    const { shelf: kept } = shelf();
    expect(kept.isEmpty).toBe(true);
    kept.set(answer({ one: 'One', two: null }, { readAtMs: 7 }));
    expect(kept.isEmpty).toBe(false);
    expect(kept.get('one', [])?.use('one')).toBe('One');
    expect(kept.get('one', [])?.readAtMs).toBe(7);
    expect(kept.get('two', [])?.use('two')).toBeNull();
    expect(kept.get('three', [])).toBeUndefined();
  });

  test('gives what was read with more expand than are wanted, and never with fewer', () => {
    const { shelf: kept } = shelf();
    kept.set(answer({ one: 'without' }));
    kept.set(answer({ two: 'with both' }, { expand: ['a', 'b'] }));
    expect(kept.get('one', ['a'])).toBeUndefined();
    for (const expand of [[], ['a'], ['b'], ['b', 'a']]) {
      expect(kept.get('two', expand)?.use('two')).toBe('with both');
    }
    expect(kept.get('two', ['a', 'c'])).toBeUndefined();
  });

  test('gives the latest of what was read with enough expand', () => {
    const { shelf: kept } = shelf();
    kept.set(answer({ one: 'older, with' }, { expand: ['a'], readAtMs: 1 }));
    kept.set(answer({ one: 'newer, without' }, { readAtMs: 2 }));
    expect(kept.get('one', [])?.use('one')).toBe('newer, without');
    expect(kept.get('one', ['a'])?.use('one')).toBe('older, with');
    kept.set(answer({ one: 'newest, with' }, { expand: ['a'], readAtMs: 3 }));
    expect(kept.get('one', [])?.use('one')).toBe('newest, with');
  });

  test('takes expand in any order for the same', () => {
    const { shelf: kept } = shelf();
    kept.set(answer({ one: 'first' }, { expand: ['a', 'b'], readAtMs: 1 }));
    kept.set(answer({ one: 'second' }, { expand: ['b', 'a'], readAtMs: 2 }));
    expect(kept.get('one', ['a', 'b'])?.use('one')).toBe('second');
  });

  test('makes entities of an answer when the first of them is asked for, and once', () => {
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

  test('stays packed where the entities would be too large to be kept', () => {
    const { shelf: kept, answers } = shelf(100);
    kept.set(answer({ one: 'One' }, { unpackedBytes: 1000 }));
    for (let n = 0; n < 3; n += 1) expect(kept.get('one', [])?.use('one')).toBe('One');
    expect(answers.bytes).toBe(10);
  });

  test('gives up an answer when later ones have taken over all of its ids', () => {
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

  test('loses what there is no room for any more, but not what was read anew of the same', () => {
    const { shelf: kept, answers } = shelf(100);
    kept.set(answer({ one: 'old', two: 'old' }, { packedBytes: 40 }));
    kept.set(answer({ two: 'new' }, { packedBytes: 20, readAtMs: 1 }));
    kept.set(answer({ three: 'newer' }, { packedBytes: 30, readAtMs: 2 }));
    expect(kept.get('one', [])).toBeUndefined();
    expect(kept.get('two', [])?.use('two')).toBe('new');
    expect(kept.get('three', [])?.use('three')).toBe('newer');
    expect(answers.bytes).toBe(20);
  });

  test('has no room for what is larger than all of it, and keeps what it has', () => {
    const { shelf: kept } = shelf(100);
    kept.set(answer({ one: 'small' }));
    kept.set(answer({ one: 'large' }, { packedBytes: 1000 }));
    expect(kept.get('one', [])?.use('one')).toBe('small');
  });

  test('keeps nothing of an answer about nothing', () => {
    const { shelf: kept, answers } = shelf();
    kept.set(answer({}));
    expect([kept.isEmpty, answers.bytes]).toEqual([true, 0]);
  });

  test('that was cleared is empty, gives its room back and takes nothing any more', () => {
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

  test('that is replaced by what was read anew does not hold on to the old for ever', () => {
    const { shelf: kept, answers } = shelf();
    for (let n = 0; n < 1000; n += 1) kept.set(answer({ one: String(n) }, { readAtMs: n }));
    expect(kept.get('one', [])?.use('one')).toBe('999');
    expect(answers.bytes).toBeLessThanOrEqual(1000);
  });

  test('gives back what its answers are made from as soon as they are lost, and not before', () => {
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

  test('gives back what its entities were made from once they are made', () => {
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
