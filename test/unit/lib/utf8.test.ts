import { expect, test } from 'vitest';
import { decodeUtf8 } from '../../../src/lib/utf8.ts';

test.each<[what: string, bytes: Buffer, text: string]>([
  ['nothing', Buffer.of(), ''],
  ['a byte order mark', Buffer.from('\uFEFF{}'), '{}'],
  ['one inside', Buffer.from('"\uFEFF"'), '"\uFEFF"'],
  ['bytes that are no UTF-8', Buffer.of(0x22, 0xff, 0x22), '"\uFFFD"'],
])('%s is read as the Fetch standard has it', (_what, bytes, text) => {
  expect(new TextDecoder().decode(bytes)).toBe(text);
  expect(decodeUtf8(bytes)).toBe(text);
});
