import { hash } from 'node:crypto';

/** Gives numbers in [0, 1), always the same ones for the same seed. */
export type Random = () => number;

/** mulberry32: 32 bits of state are plenty for sample data, and it needs no dependency. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A generator of its own for each thing named by the parts, so that drawing for one never shifts another. */
export function randomFor(...parts: readonly (string | number)[]): Random {
  return createRandom(hash32(parts.join('/')));
}

/** FNV-1a with a final mix: scatters similar texts, cheap enough to sort thousands of rows by. */
export function hash32(text: string): number {
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  }
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  return (state ^ (state >>> 13)) >>> 0;
}

/** An id that looks like the upstream's (a UUID) and is the same for the same parts. */
export function stableId(...parts: readonly (string | number)[]): string {
  const hex = hash('sha1', parts.join('/'));
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** @throws {RangeError} when the list is empty. */
export function pick<Item>(random: Random, list: readonly Item[]): Item {
  return at(list, Math.floor(random() * list.length));
}

/** Counts round and round the list. @throws {RangeError} when the list is empty. */
export function at<Item>(list: readonly Item[], index: number): Item {
  const [item] = list.slice(index % list.length, (index % list.length) + 1);
  if (item === undefined) throw new RangeError('Cannot take an item out of an empty list');
  return item;
}

/** Both ends included. */
export function integerBetween(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}
