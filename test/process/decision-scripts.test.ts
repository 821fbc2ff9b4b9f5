import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { runNode } from '../support/run-node.ts';

const root = new URL('../../', import.meta.url);

/** The script of a decision record, as a file that imports this checkout from wherever it is. */
function scriptOf(record: string): URL {
  const page = readFileSync(new URL(`docs/decisions/${record}`, root), 'utf8');
  const [, script = ''] = /^## Script\n\n```ts\n([^]*?)^```$/m.exec(page) ?? [];
  const folder = mkdtempSync(join(tmpdir(), 'script-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'script.ts');
  writeFileSync(
    file,
    script.replaceAll(/'\.\/((?:src|test)\/[^']+)'/g, (_, path) => `'${new URL(path, root).href}'`),
  );
  return pathToFileURL(file);
}

test('the script of record 10 still prints its figures', async () => {
  const { code, stdout, stderr } = await runNode([scriptOf('0010-no-automatic-persisted-queries.md')]);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^CampaignScreen \[ \d+, \d+, \d+, \d+ \]\nCampaigns \[.*\]\nTalking \[.*\]\n$/);
});
