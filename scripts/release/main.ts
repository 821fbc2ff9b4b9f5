/**
 * Prepares a release: gathers `.changes/` into CHANGELOG.md, sets the version, and deletes the files. See USAGE.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { parseChange, sectionOf } from './changes.ts';
import { nextVersion } from './next-version.ts';

const USAGE = `npm run release:prepare [-- <version|major|minor|patch>]
  without a version, the next one follows from the kinds of the changes
npm run release:check -- <tag>
  fails unless the tag names the version of package.json, and no change waits`;
const FIRST_SECTION = /^## /m;

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    // Another folder than this project's, for tests.
    options: { folder: { type: 'string', default: '.' }, check: { type: 'boolean', default: false } },
  });
  if (positionals.length > 1) throw new Error(`One version at most, not ${positionals.length}.`);
  const [word = null] = positionals;
  const folder = resolve(values.folder);
  console.log(values.check ? check(folder, word) : await prepare(folder, word));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 1;
}

function check(folder: string, tag: string | null): string {
  const version = versionIn(folder);
  if (tag !== `v${version}`)
    throw new Error(`The tag is ${tag ?? 'missing'}, and the version is ${version}.`);
  const waiting = changesIn(folder);
  if (waiting.length > 0) throw new Error(`.changes/ has ${waiting.join(', ')}: npm run release:prepare.`);
  return `${tag} can be released.`;
}

async function prepare(folder: string, wanted: string | null): Promise<string> {
  const changesFolder = join(folder, '.changes');
  const names = changesIn(folder);
  if (names.length === 0) throw new Error('.changes/ has no change to release.');
  const changes = names.map((name) => parseChange(name, readFileSync(join(changesFolder, name), 'utf8')));
  const next = nextVersion(versionIn(folder), wanted, changes);
  const changelog = join(folder, 'CHANGELOG.md');
  const text = readFileSync(changelog, 'utf8');
  const at = FIRST_SECTION.exec(text)?.index ?? text.length;
  const date = new Date().toISOString().slice(0, 10);
  const written = `${text.slice(0, at)}${sectionOf(next, date, changes)}\n${text.slice(at)}`;
  writeFileSync(
    changelog,
    await format(written, { ...(await resolveConfig(changelog)), parser: 'markdown' }),
  );
  // npm writes the lock file too.
  execFileSync('npm', ['version', next, '--no-git-tag-version', '--allow-same-version'], {
    cwd: folder,
    stdio: 'ignore',
  });
  for (const name of names) rmSync(join(changesFolder, name));
  return `CHANGELOG.md has ${names.length} changes for ${next}. Read it, commit, and tag the commit v${next}.`;
}

/** Names of the files of changes, in their order. */
function changesIn(folder: string): string[] {
  return readdirSync(join(folder, '.changes'))
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .toSorted();
}

function versionIn(folder: string): string {
  const { version }: { version: string } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return version;
}
