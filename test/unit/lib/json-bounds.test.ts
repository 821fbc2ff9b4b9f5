import { describe, expect, test } from 'vitest';
import {
  isBoundedJson,
  isJsonWithinDepth,
  MAX_JSON_BYTES,
  MAX_JSON_DEPTH,
} from '../../../src/lib/json-bounds.ts';

const lists = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
const objects = (levels: number): unknown => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);

describe('depth', () => {
  test.each([
    ['lists', lists],
    ['objects', objects],
  ])('of %s is bounded', (_what, make) => {
    expect(isJsonWithinDepth(make(MAX_JSON_DEPTH))).toBe(true);
    expect(isJsonWithinDepth(make(MAX_JSON_DEPTH + 1))).toBe(false);
    expect(isBoundedJson(make(MAX_JSON_DEPTH + 1))).toBe(false);
  });

  test('of a hundred thousand levels needs no stack', () => {
    expect(isJsonWithinDepth(lists(100_000))).toBe(false);
    expect(isBoundedJson({ a: objects(100_000) })).toBe(false);
  });

  test('is that of the deepest value', () => {
    expect(isJsonWithinDepth([1, lists(2), { a: lists(MAX_JSON_DEPTH - 2) }])).toBe(true);
    expect(isJsonWithinDepth([1, lists(2), { a: lists(MAX_JSON_DEPTH - 1) }])).toBe(false);
  });

  test.each([[null], [undefined], [1], ['text'], [true]])('of %j is none', (value) => {
    expect(isJsonWithinDepth(value)).toBe(true);
    expect(isBoundedJson(value)).toBe(true);
  });
});

describe('size', () => {
  const texts = {
    plain: 'a',
    escaped: '"',
    control: '\u0001',
    accented: 'é',
    wide: '漢',
    pair: '😀',
    lone: '\ud800',
  };

  test.each(Object.entries(texts))('is that of the JSON text in UTF-8: %s characters', (_what, character) => {
    const perCharacter = Buffer.byteLength(JSON.stringify(character)) - 2;
    const most = Math.floor((MAX_JSON_BYTES - Buffer.byteLength('{"a":""}')) / perCharacter);
    for (const [count, isBounded] of [
      [most, true],
      [most + 1, false],
    ] as const) {
      const value = { a: character.repeat(count) };
      expect(isBoundedJson(value)).toBe(isBounded);
      // Kept from the first time.
      expect(isBoundedJson(value)).toBe(isBounded);
    }
  });

  test.each([
    ['numbers', -1.234567890123456e-300],
    ['small numbers', 1],
    ['flags', false],
    ['nulls', null],
    ['empty lists', []],
    ['empty texts', ''],
  ])('counts %s', (_what, element) => {
    const each = Buffer.byteLength(JSON.stringify(element)) + 1;
    const most = Math.floor((MAX_JSON_BYTES - 1) / each);
    expect(isBoundedJson(Array.from({ length: most }, () => element))).toBe(true);
    expect(isBoundedJson(Array.from({ length: most + 1 }, () => element))).toBe(false);
  });

  test('counts names', () => {
    expect(isBoundedJson({ ['a'.repeat(MAX_JSON_BYTES - 6)]: 1 })).toBe(true);
    expect(isBoundedJson({ ['a'.repeat(MAX_JSON_BYTES - 5)]: 1 })).toBe(false);
  });
});
