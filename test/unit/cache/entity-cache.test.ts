import { describe, expect, test } from 'vitest';
import { KeptAnswers } from '../../../src/cache/byte-lru.ts';
import { type Packed, Shelf } from '../../../src/cache/entity-cache.ts';
import { tokenIdentity } from '../../../src/identity/upstream-identity.ts';

const identity = tokenIdentity('mine');

/** An answer that says of each id what `said` is, with null for what is not known. */
function answer(
  ids: Readonly<Record<string, string | null>>,
  more: Partial<Packed<string>> = {},
): Packed<string> {
  return {
    ids: Object.keys(ids),
    parts: [],
    readAtMs: 0,
    expiresAtMs: Infinity,
    unpack: () => new Map(Object.entries(ids)),
    release: () => undefined,
    packedBytes: 10,
    unpackedBytes: 10,
    ...more,
  };
}

function shelf(maxBytes = 1000): { shelf: Shelf<string>; answers: KeptAnswers } {
  const answers = new KeptAnswers(maxBytes);
  return { shelf: new Shelf<string>(identity, answers), answers };
}

describe('a shelf', () => {
  test('has what was kept by its id, and that an id is not known', () => {
    const { shelf: kept } = shelf();
    expect(kept.isEmpty).toBe(true);
    kept.keep(answer({ one: 'One', two: null }, { readAtMs: 7 }));
    expect(kept.isEmpty).toBe(false);
    expect(kept.find('one', [])?.use('one')).toBe('One');
    expect(kept.find('one', [])?.readAtMs).toBe(7);
    expect(kept.find('two', [])?.use('two')).toBeNull();
    expect(kept.find('three', [])).toBeUndefined();
  });

  test('gives what was read with more parts than are wanted, and never with fewer', () => {
    const { shelf: kept } = shelf();
    kept.keep(answer({ one: 'without' }));
    kept.keep(answer({ two: 'with both' }, { parts: ['a', 'b'] }));
    expect(kept.find('one', ['a'])).toBeUndefined();
    for (const parts of [[], ['a'], ['b'], ['b', 'a']]) {
      expect(kept.find('two', parts)?.use('two')).toBe('with both');
    }
    expect(kept.find('two', ['a', 'c'])).toBeUndefined();
  });

  test('gives the latest of what was read with enough parts', () => {
    const { shelf: kept } = shelf();
    kept.keep(answer({ one: 'older, with' }, { parts: ['a'], readAtMs: 1 }));
    kept.keep(answer({ one: 'newer, without' }, { readAtMs: 2 }));
    expect(kept.find('one', [])?.use('one')).toBe('newer, without');
    expect(kept.find('one', ['a'])?.use('one')).toBe('older, with');
    kept.keep(answer({ one: 'newest, with' }, { parts: ['a'], readAtMs: 3 }));
    expect(kept.find('one', [])?.use('one')).toBe('newest, with');
  });

  test('takes parts in any order for the same', () => {
    const { shelf: kept } = shelf();
    kept.keep(answer({ one: 'first' }, { parts: ['a', 'b'], readAtMs: 1 }));
    kept.keep(answer({ one: 'second' }, { parts: ['b', 'a'], readAtMs: 2 }));
    expect(kept.find('one', ['a', 'b'])?.use('one')).toBe('second');
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
    kept.keep({ ...answer({ one: null, two: null }), unpack, packedBytes: 10, unpackedBytes: 30 });
    kept.find('one', []);
    expect(made).toBe(0);
    expect(answers.bytes).toBe(10);
    expect(kept.find('one', [])?.use('one')).toBe('One');
    expect(kept.find('two', [])?.use('two')).toBe('Two');
    expect(made).toBe(1);
    expect(answers.bytes).toBe(30);
  });

  test('stays packed where the entities would be too large to be kept', () => {
    const { shelf: kept, answers } = shelf(100);
    kept.keep(answer({ one: 'One' }, { unpackedBytes: 1000 }));
    for (let n = 0; n < 3; n += 1) expect(kept.find('one', [])?.use('one')).toBe('One');
    expect(answers.bytes).toBe(10);
  });

  test('gives up an answer when later ones have taken over all of its ids', () => {
    const { shelf: kept, answers } = shelf(100);
    kept.keep(answer({ one: 'old', two: 'old' }, { packedBytes: 40 }));
    kept.keep(answer({ one: 'new' }, { packedBytes: 20 }));
    expect(answers.bytes).toBe(60);
    kept.keep(answer({ two: 'new', three: 'new' }, { packedBytes: 30 }));
    expect(answers.bytes).toBe(50);
    expect(kept.find('one', [])?.use('one')).toBe('new');
    kept.clear();
    expect(answers.bytes).toBe(0);
  });

  test('loses what there is no room for any more, but not what was read anew of the same', () => {
    const { shelf: kept, answers } = shelf(100);
    kept.keep(answer({ one: 'old', two: 'old' }, { packedBytes: 40 }));
    kept.keep(answer({ two: 'new' }, { packedBytes: 20, readAtMs: 1 }));
    kept.keep(answer({ three: 'newer' }, { packedBytes: 30, readAtMs: 2 }));
    expect(kept.find('one', [])).toBeUndefined();
    expect(kept.find('two', [])?.use('two')).toBe('new');
    expect(kept.find('three', [])?.use('three')).toBe('newer');
    expect(answers.bytes).toBe(20);
  });

  test('has no room for what is larger than all of it, and keeps what it has', () => {
    const { shelf: kept } = shelf(100);
    kept.keep(answer({ one: 'small' }));
    kept.keep(answer({ one: 'large' }, { packedBytes: 1000 }));
    expect(kept.find('one', [])?.use('one')).toBe('small');
  });

  test('keeps nothing of an answer about nothing', () => {
    const { shelf: kept, answers } = shelf();
    kept.keep(answer({}));
    expect([kept.isEmpty, answers.bytes]).toEqual([true, 0]);
  });

  test('that was cleared is empty, gives its room back and takes nothing any more', () => {
    const { shelf: kept, answers } = shelf();
    kept.keep(answer({ one: 'One', two: 'Two' }));
    kept.keep(answer({ one: 'One' }, { parts: ['a'] }));
    new Shelf<string>(identity, answers).keep(answer({ other: 'of another resource' }));
    kept.clear();
    expect(kept.isEmpty).toBe(true);
    expect(kept.find('one', [])).toBeUndefined();
    expect(answers.bytes).toBe(10);
    kept.keep(answer({ three: 'came late' }));
    expect(kept.isEmpty).toBe(true);
    expect(kept.find('three', [])).toBeUndefined();
    expect(answers.bytes).toBe(10);
  });

  test('that is replaced by what was read anew does not hold on to the old for ever', () => {
    const { shelf: kept, answers } = shelf();
    for (let n = 0; n < 1000; n += 1) kept.keep(answer({ one: String(n) }, { readAtMs: n }));
    expect(kept.find('one', [])?.use('one')).toBe('999');
    expect(answers.bytes).toBeLessThanOrEqual(1000);
  });

  test('gives back what its answers are made from as soon as they are lost, and not before', () => {
    const { shelf: kept } = shelf(200);
    const given: string[] = [];
    const releasing = (name: string) => ({ packedBytes: 40, release: () => given.push(name) });
    kept.keep(answer({ one: 'One' }, releasing('one')));
    kept.keep(answer({ two: 'Two' }, releasing('two')));
    expect(given).toEqual([]);
    kept.keep(answer({ one: 'newer' }, releasing('newer')));
    expect(given).toEqual(['one']);
    kept.clear();
    expect(given.toSorted()).toEqual(['newer', 'one', 'two']);
  });

  test('gives back what its entities were made from once they are made', () => {
    const { shelf: kept } = shelf();
    let given = 0;
    kept.keep(answer({ one: 'One', two: 'Two' }, { release: () => (given += 1) }));
    expect(kept.find('one', [])?.use('one')).toBe('One');
    expect(given).toBe(1);
    expect(kept.find('two', [])?.use('two')).toBe('Two');
    kept.clear();
    expect(given).toBe(1);
  });
});
