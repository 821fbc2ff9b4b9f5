import { expect, test } from 'vitest';
import { releaseBytes } from '../../../src/lib/release-bytes.ts';

test('a buffer that has its memory for itself is empty afterwards', () => {
  const bytes = Buffer.allocUnsafeSlow(1000);
  releaseBytes(bytes);
  expect(bytes.length).toBe(0);
});

test('memory that others use stays', () => {
  const others = Buffer.from('others').buffer;
  const bytes = Buffer.from(others, 0, 4);
  releaseBytes(bytes);
  expect([bytes.length, others.byteLength > 4]).toEqual([4, true]);
});
