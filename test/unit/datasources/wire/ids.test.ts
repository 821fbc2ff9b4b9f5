import { describe, expect, test } from 'vitest';
import { isId } from '../../../../src/datasources/wire/ids.ts';

describe('an id', () => {
  test.each([
    'a',
    '7',
    '_',
    '-',
    '0b1e5c2a-5d7e-4f7b-9d2f-0c2b8a6f3e11',
    'a.b:c',
    'a..b',
    'A_Z-0',
    'x'.repeat(128),
  ])('may be %j', (value) => {
    expect(isId(value)).toBe(true);
  });

  test.each([
    ['', 'empty'],
    ['x'.repeat(129), 'too long'],
    ['.', 'a path segment with a special meaning'],
    ['..', 'a path segment with a special meaning'],
    ['../users', 'a path traversal'],
    ['a/b', 'two path segments'],
    ['a\\b', 'two path segments on some servers'],
    ['.a', 'a dot at the start'],
    ['a.', 'a dot at the end'],
    [':a', 'a colon at the start'],
    ['a:', 'a colon at the end'],
    ['a b', 'a space'],
    ['a,b', 'two ids in one parameter'],
    ['a%2fb', 'an encoded slash'],
    ['a?b', 'a query'],
    ['a#b', 'a fragment'],
    ['a\n', 'a line break'],
    ['a\u0000', 'a NUL character'],
    ['ä', 'a letter outside ASCII'],
    ['ａ', 'a letter that looks like ASCII'],
  ])('cannot be %j: %s', (value) => {
    expect(isId(value)).toBe(false);
  });

  test.each([5, 0, null, undefined, true, {}, [], ['a'], { toString: () => 'a' }])(
    'is a string, not %j',
    (value) => {
      expect(isId(value)).toBe(false);
    },
  );
});
