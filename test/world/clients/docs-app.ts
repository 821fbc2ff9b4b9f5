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
  compileForRelay('relay.config.json');
  persistForRelay();
}

/** Has Relay's compiler write the queries in `relay/` once more, with ids in the place of their texts. */
function persistForRelay(): void {
  const config = JSON.parse(readFileSync(new URL('relay.config.json', APP), 'utf8'));
  const persisted = {
    ...config,
    src: 'src/relay',
    artifactDirectory: 'persisted',
    persistConfig: { file: 'persisted-documents.json' },
  };
  writeFileSync(new URL('relay.persisted.json', APP), JSON.stringify(persisted));
  writeFileSync(new URL('persisted-documents.json', APP), '{}');
  mkdirSync(new URL('persisted/', APP));
  compileForRelay('relay.persisted.json');
}

/** Manifest that Relay's compiler has written: the texts of queries by their ids. */
export function relayManifest(): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(new URL('persisted-documents.json', APP), 'utf8'));
}

/** Type errors of the app and of these tests; empty when there are none. */
export async function typeErrors(): Promise<string> {
  const tsc = here('../../../node_modules/typescript/bin/tsc');
  const { stdout, stderr } = await runNode([tsc, '-p', here('./')]);
  return stdout + stderr;
}

function compileForRelay(config: string): void {
  const compiler = fileURLToPath(here('node_modules/relay-compiler/cli.js'));
  const options = { cwd: fileURLToPath(APP), encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, config], options);
  if (status !== 0) throw new Error(`Relay's compiler ended with ${status}:\n${stdout}${stderr}`);
}
