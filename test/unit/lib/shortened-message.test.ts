import { expect, test } from 'vitest';
import { shortenedMessage, withoutMiddle } from '../../../src/lib/shortened-message.ts';

test('a text is cut in the middle, to the length that is asked for', () => {
  expect(withoutMiddle('0123456789', 10)).toBe('0123456789');
  expect(withoutMiddle('0123456789', 5)).toBe('01…89');
  expect(withoutMiddle('0123456789', 4)).toBe('0…89');
});

test.each([
  ' Did you mean "id"?',
  ' Did you mean the enum value "PENDING" or "GONE"?',
  ' Did you mean "a", "b", "c", "d", or "e"?',
])('suggestions are not cut:%s', (suggestions) => {
  expect(shortenedMessage(`Unknown ${'x'.repeat(100)}.${suggestions}`, 9)).toBe(`Unkn…xxx.${suggestions}`);
});

test('a quote that looks like suggestions is cut', () => {
  expect(shortenedMessage(` Did you mean "${'x'.repeat(100)}"?`, 9)).toBe(` Did…xx"?`);
});
