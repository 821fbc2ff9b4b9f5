import { expect, test } from 'vitest';
import { OneAfterAnother } from '../../../src/lib/one-after-another.ts';

test('works run one after the other, in the order in which they came', async () => {
  const sequence = new OneAfterAnother();
  const seen: string[] = [];
  const run = (name: string) =>
    sequence.run(async () => {
      seen.push(`${name} begins`);
      await Promise.resolve();
      seen.push(`${name} ends`);
      return name;
    });
  expect(await Promise.all([run('a'), run('b'), run('c')])).toEqual(['a', 'b', 'c']);
  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

test('a work that fails does not hold up the next one', async () => {
  const sequence = new OneAfterAnother();
  const failing = sequence.run(() => Promise.reject(new Error('It fails.')));
  const next = sequence.run(() => Promise.resolve('next'));
  await expect(failing).rejects.toThrow('It fails.');
  expect(await next).toBe('next');
});
