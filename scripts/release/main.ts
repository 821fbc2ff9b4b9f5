/** Prepares a release from the files of `.changes/`, or checks one before it leaves. See USAGE. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkRelease } from './check-release.ts';
import { prepareRelease, suggestVersion } from './prepare.ts';

const USAGE = `npm run release:prepare [-- <version> | major | minor | patch]
  moves .changes/ into CHANGELOG.md and sets the version; without one, suggests it and writes nothing
npm run release:check -- <tag>
  checks that the tag is that of package.json's version and that .changes/ is empty, and prints the notes of the release
  --project <folder>  another project than this one`;

try {
  run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(`\n${USAGE}`);
  process.exitCode = 1;
}

function run(): void {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { project: { type: 'string', default: '' } },
  });
  const [word, argument, ...more] = positionals;
  const project = resolve(values.project);
  if (more.length > 0) throw new Error(`Too many arguments: ${more.join(' ')}`);
  if (word === 'check' && argument !== undefined) console.log(checkRelease(project, argument));
  else if (word === 'prepare' && argument !== undefined) prepare(project, argument);
  else if (word === 'prepare') suggest(project);
  else throw new Error('An argument is missing');
}

function suggest(project: string): void {
  const { version, step } = suggestVersion(project);
  console.log(`The changes call for ${version} (${step}): npm run release:prepare -- ${version}`);
}

function prepare(project: string, wanted: string): void {
  const today = new Date().toISOString().slice(0, 10);
  const version = prepareRelease(project, wanted, today);
  console.log(`Prepared ${version}. Read CHANGELOG.md, commit, and tag the commit v${version}`);
}
