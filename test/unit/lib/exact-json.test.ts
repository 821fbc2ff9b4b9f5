import { describe, expect, test } from 'vitest';
import { parseJson } from '../../../src/lib/exact-json.ts';

function exact(text: string): unknown {
  return parseJson(Buffer.from(text), true);
}

describe('an exact value of JSON', () => {
  test.each([
    ['12345678901234567890', '12345678901234567890'],
    ['-12345678901234567890', '-12345678901234567890'],
    ['9007199254740991', 9_007_199_254_740_991],
    ['-9007199254740991', -9_007_199_254_740_991],
    ['9007199254740992', '9007199254740992'],
    ['1000000000000000', 1_000_000_000_000_000],
    ['\uFEFF 12345678901234567890 ', '12345678901234567890'],
    ['[1,12345678901234567890,"a"]', [1, '12345678901234567890', 'a']],
    ['{"a":12345678901234567890}', { a: '12345678901234567890' }],
    ['{ "a" :\n12345678901234567890 }', { a: '12345678901234567890' }],
    ['"12345678901234567890"', '12345678901234567890'],
    [
      '["a, 12345678901234567890 \\" , 12345678901234567890"]',
      ['a, 12345678901234567890 " , 12345678901234567890'],
    ],
    ['{"12345678901234567890":12345678901234567890}', { '12345678901234567890': '12345678901234567890' }],
    ['1234567890123456.5', 1_234_567_890_123_456.5],
    ['0.1234567890123456', 0.123_456_789_012_345_6],
    ['1e5', 100_000],
  ])('of %j is %j', (text, value) => {
    expect(exact(text)).toEqual(value);
  });

  test.each([
    '{12345678901234567890:1}',
    '{12345678901234567890 :1}',
    '00012345678901234567890',
    '[12345678901234567890 12345678901234567890]',
    '["a"12345678901234567890]',
    '--12345678901234567890',
    '+12345678901234567890',
    '"12345678901234567890',
    '12345678901234567890"',
    '12345678901234567890a',
  ])('is refused where the text is no JSON: %s', (text) => {
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect(() => exact(text)).toThrow(SyntaxError);
  });

  test('keeps the digits wherever in the text they are', () => {
    for (let n = 0; n < 40; n += 1) {
      const text = `{"${'a'.repeat(n)}":12345678901234567,"b":[1234567890123456]}`;
      expect(exact(text)).toEqual({ ['a'.repeat(n)]: '12345678901234567', b: [1_234_567_890_123_456] });
    }
  });

  test('may be nested as deep as any', () => {
    const depth = 200_000;
    expect(exact(`${'['.repeat(depth)}12345678901234567890${']'.repeat(depth)}`)).toBeInstanceOf(Array);
  });
});

test('a value that is not exact has its long numbers rounded', () => {
  expect(parseJson(Buffer.from('[12345678901234567890]'), false)).toEqual([12_345_678_901_234_567_000]);
});

test('a string without an end is looked at once, however many quotes it escapes', () => {
  // Quadratic work would take minutes, and the test its time.
  const text = `[12345678901234567890,"${'\\"'.repeat(500_000)}`;
  expect(() => parseJson(Buffer.from(text), true)).toThrow(SyntaxError);
});
