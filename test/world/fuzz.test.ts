import { expect, test } from 'vitest';
import { runNode } from '../support/run-node.ts';

const FUZZ = new URL('../../scripts/fuzz/main.ts', import.meta.url);

/** Each run draws its own seed, and prints the seed. */
test('no input of clients makes the gateway fail, hang or reveal its internals', async () => {
  const env = { FUZZ_REQUESTS: '2000', FUZZ_SECONDS: '15' };
  const { code, stdout, stderr } = await runNode([FUZZ], env);
  expect({ code, stderr }, stdout + stderr).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/\nAll of it holds\.\n$/);
  expect(stdout).toMatch(/^Up to 2000 requests in up to 15 s, FUZZ_SEED=\d+\n/);
  for (const kind of [
    'documents',
    'operations',
    'JSON bodies',
    'demands',
    'forms',
    'headers',
    'targets',
    'broken HTTP',
  ]) {
    expect(stdout).toMatch(new RegExp(`^  ${kind} +[1-9]`, 'm'));
  }
});
