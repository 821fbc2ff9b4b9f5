import { globSync } from 'node:fs';
import { expect, test } from 'vitest';
import { suites } from '../support/suites.ts';

test('every test file is in the folder of a suite that a command runs', () => {
  const files = globSync('test/**/*.test.ts', { exclude: ['**/node_modules/**'] });
  expect(files.length).toBeGreaterThan(100);
  expect(
    files.filter((file) => !Object.keys(suites).some((suite) => file.startsWith(`test/${suite}/`))),
  ).toEqual([]);
});
