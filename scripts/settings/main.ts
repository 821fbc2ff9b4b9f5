/**
 * Writes what follows from the table of settings: the types of the library's options, and docs/configure.md. With `--check` it
 * fails where a file is not as it would be written.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { writeConfigurePage } from './write-configure-page.ts';
import { writeOptions } from './write-options.ts';

const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
const root = new URL('../../', import.meta.url);
const files = [
  ['src/generated/options.ts', writeOptions()],
  ['docs/configure.md', writeConfigurePage()],
] as const;

for (const [path, text] of files) {
  const url = new URL(path, root);
  // oxlint-disable-next-line eslint/no-await-in-loop -- two files
  const written = await format(text, { ...(await resolveConfig(url)), filepath: path });
  if (values.check !== true) writeFileSync(url, written);
  else if (textOf(url) !== written) {
    console.error(`${path} is stale: npm run codegen`);
    process.exitCode = 1;
  }
}

function textOf(url: URL): string {
  try {
    return readFileSync(url, 'utf8');
  } catch {
    return '';
  }
}
