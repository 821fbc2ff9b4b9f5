import { hash } from 'node:crypto';

/** Returns numbers in [0, 1), always the same sequence for the same seed. */
export type Random = () => number;

/** mulberry32: 32 bits of state are enough for sample data, and no dependency is needed. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A separate generator for the thing that the parts name, so draws for one thing never shift those of another. */
export function randomFor(...parts: readonly (string | number)[]): Random {
  return createRandom(hash32(parts.join('/')));
}

/** FNV-1a with a final mix: scatters similar texts, and is cheap enough to sort thousands of rows. */
export function hash32(text: string): number {
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  }
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  return (state ^ (state >>> 13)) >>> 0;
}

/** A UUID like the upstream's ids; the same parts give the same id. */
export function stableId(...parts: readonly (string | number)[]): string {
  const hex = hash('sha1', parts.join('/'));
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** @throws {RangeError} when the list is empty. */
export function pick<Item>(random: Random, list: readonly Item[]): Item {
  return at(list, Math.floor(random() * list.length));
}

/** Item at the index modulo the list's length. @throws {RangeError} when the list is empty. */
export function at<Item>(list: readonly Item[], index: number): Item {
  const [item] = list.slice(index % list.length, (index % list.length) + 1);
  if (item === undefined) throw new RangeError('Cannot take an item out of an empty list');
  return item;
}

/** Random integer, both ends included. */
export function integerBetween(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}
