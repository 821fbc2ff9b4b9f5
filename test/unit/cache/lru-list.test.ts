import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Entry, LruList } from '../../../src/cache/lru-list.ts';

test('a new LRU list is empty', () => {
  const list = new LruList<string>();
  expect(list.oldest).toBeUndefined();
  expect([...list]).toEqual([]);
});

test('an LRU list has its values in the order of their last use', () => {
  const list = new LruList<string>();
  const [a, b, c] = ['a', 'b', 'c'].map((value) => list.add(value));
  if (!a || !b || !c) throw new TypeError('There are three.');
  expect([...list]).toEqual(['a', 'b', 'c']);
  list.touch(a);
  list.touch(a);
  expect([...list]).toEqual(['b', 'c', 'a']);
  list.touch(c);
  expect([...list]).toEqual(['b', 'a', 'c']);
  expect(list.oldest).toBe('b');
  list.remove(a);
  list.remove(c);
  expect([...list]).toEqual(['b']);
  list.remove(b);
  expect([...list]).toEqual([]);
  expect(list.oldest).toBeUndefined();
});

test('an LRU list has a value as often as it was added', () => {
  const list = new LruList<string>();
  const first = list.add('a');
  list.add('a');
  list.remove(first);
  expect([...list]).toEqual(['a']);
});

test('an LRU list can be iterated while the current value is removed', () => {
  const list = new LruList<Entry<unknown>[]>();
  const entries = [0, 1, 2, 3].map(() => {
    const own: Entry<unknown>[] = [];
    const entry = list.add(own);
    own.push(entry);
    return { own, entry };
  });
  let met = 0;
  for (const own of list) {
    met += 1;
    const entry = entries.find((each) => each.own === own)?.entry;
    if (entry !== undefined && met !== 2) list.remove(entry);
  }
  expect(met).toBe(4);
  expect([...list]).toEqual([entries[1]?.own]);
});

test('an LRU list behaves like an array after any steps', () => {
  const steps = fc.array(
    fc.record({ do: fc.constantFrom('add', 'touch', 'touch', 'remove'), place: fc.nat() }),
    { maxLength: 60 },
  );
  const property = fc.property(steps, (taken) => {
    const list = new LruList<number>();
    let expected: Entry<number>[] = [];
    for (const [n, step] of taken.entries()) {
      const entry = expected[step.place % Math.max(1, expected.length)];
      if (step.do === 'add') expected.push(list.add(n));
      else if (entry !== undefined) {
        expected = expected.filter((each) => each !== entry);
        if (step.do === 'remove') list.remove(entry);
        else {
          list.touch(entry);
          expected.push(entry);
        }
      }
      expect([...list]).toEqual(expected.map(({ value }) => value));
      expect(list.oldest).toBe(expected[0]?.value);
    }
  });
  fc.assert(property);
});
