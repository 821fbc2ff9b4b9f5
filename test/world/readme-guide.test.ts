import { expect, test } from 'vitest';
import { runNode } from '../support/run-node.ts';

// The script installs each tool's packages in an empty folder, and needs port 4000.
test(
  'the steps of docs/codegen.md and of the example client work to the letter',
  { timeout: 900_000 },
  async () => {
    const script = new URL('../../scripts/check-readme/main.ts', import.meta.url);
    const { code, stdout, stderr } = await runNode([script]);
    expect(code, stdout + stderr).toBe(0);
  },
);
