import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runNode } from '../../support/run-node.ts';
import { parseSteps } from '../../../scripts/check-readme/parse-guide.ts';

const here = (relative: string) => new URL(relative, import.meta.url);
const APP = here('from-docs/');
const ADDRESS = 'http://localhost:4000';

export const guide = readFileSync(here('../../../docs/clients.md'), 'utf8');

/**
 * Writes an app of all files in docs/clients.md, whose clients ask at this address instead of the documented one, and has
 * Relay's compiler go over it. The sources in `relay/`, which need compiling too, become part of it.
 */
export function writeDocsApp(address: string): void {
  rmSync(APP, { recursive: true, force: true });
  for (const step of parseSteps(guide)) {
    if (step.kind !== 'file') continue;
    const file = new URL(step.path, APP);
    mkdirSync(new URL('./', file), { recursive: true });
    writeFileSync(file, step.text.replaceAll(ADDRESS, address));
  }
  cpSync(here('relay/'), new URL('src/relay/', APP), { recursive: true });
  cpSync(here('../../../schema.graphql'), new URL('schema.graphql', APP));
  run([here('node_modules/relay-compiler/cli.js')], APP);
}

/** Type errors of the app and of these tests; empty when there are none. */
export async function typeErrors(): Promise<string> {
  const tsc = here('../../../node_modules/typescript/bin/tsc');
  const { stdout, stderr } = await runNode([tsc, '-p', here('./')]);
  return stdout + stderr;
}

function run(args: readonly URL[], folder: URL): void {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    args.map((arg) => fileURLToPath(arg)),
    {
      cwd: fileURLToPath(folder),
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
}
