import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { whyNoBrowser } from '../../support/chromium.ts';
import { runNode } from '../../support/run-node.ts';

const SCRIPT = new URL('../../../scripts/screenshot/main.ts', import.meta.url);
const PNG = Buffer.from('\u0089PNG', 'latin1');

const whySkipped = process.env['CI'] ? null : whyNoBrowser();
if (whySkipped !== null) console.warn(`\nSKIPPED: the README's picture is not tested. ${whySkipped}\n`);

test.skipIf(whySkipped !== null)('the picture of the README is made by the script', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'screenshot-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const picture = join(folder, 'graphiql.png');
  const { code, stdout, stderr } = await runNode([SCRIPT, picture]);
  expect(code, stdout + stderr).toBe(0);
  expect(readFileSync(picture).subarray(0, 4)).toEqual(PNG);
});
