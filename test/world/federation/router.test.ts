import { expect, test } from 'vitest';
import { runNode } from '../../support/run-node.ts';

// The router needs packages of its own, which the script installs.
test('a real router joins the gateway with another subgraph', { timeout: 600_000 }, async () => {
  const { code, stdout, stderr } = await runNode([new URL('main.ts', import.meta.url)]);
  expect(code, stdout + stderr).toBe(0);
});
