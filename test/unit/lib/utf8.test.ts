import { expect, test } from 'vitest';
import { decodeUtf8 } from '../../../src/lib/utf8.ts';

test.each<[what: string, bytes: Buffer, text: string]>([
  ['an empty text', Buffer.of(), ''],
  ['a byte order mark', Buffer.from('\uFEFF{}'), '{}'],
  ['a byte order mark inside a text', Buffer.from('"\uFEFF"'), '"\uFEFF"'],
  ['a byte that is no UTF-8', Buffer.of(0x22, 0xff, 0x22), '"\uFFFD"'],
])('%s is decoded as in the Fetch standard', (_what, bytes, text) => {
  expect(new TextDecoder().decode(bytes)).toBe(text);
  expect(decodeUtf8(bytes)).toBe(text);
});
