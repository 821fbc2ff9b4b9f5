import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readConfigFile } from '../../../src/config/config-file.ts';
import { readSecret } from '../../../src/config/secret-files.ts';

test.each(['!hunter2', '*hunter2', '!a!hunter2', '"\\hunter2"', '"a" hunter2', '@hunter2', '|hunter2'])(
  'problems of a file quote nothing of a secret that YAML misreads: %s',
  async (secret) => {
    const folder = mkdtempSync(join(tmpdir(), 'config-file-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'gateway.yaml');
    writeFileSync(path, `redis:\n  pepper: ${secret}\n`);
    const problems: string[] = [];
    await readConfigFile(path, problems);
    expect(problems).not.toEqual([]);
    expect(problems.join('\n')).not.toContain('hunter2');
  },
);

test('a file without an end is read up to the most bytes that settings may have', async () => {
  const problems: string[] = [];
  await readConfigFile('/dev/zero', problems);
  expect(problems).toEqual(['/dev/zero has more than 1048576 bytes, which no file of settings needs.']);
});

test('a secret without an end is read up to the most bytes that a secret may have', () => {
  const problems: string[] = [];
  expect(readSecret('REDIS_PEPPER_FILE', '/dev/zero', problems)).toBeNull();
  expect(problems).toEqual(['REDIS_PEPPER_FILE names /dev/zero, which has more than 1048576 bytes.']);
});
