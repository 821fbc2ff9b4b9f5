import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addSection } from './changelog.ts';
import { currentVersion } from './current-version.ts';
import { readChanges } from './read-changes.ts';
import { formatVersion, increase, isHigher, parseVersion, type Step, STEPS, suggestStep } from './version.ts';

const IMAGE = 'campaign-interaction-gateway:';
const TARBALL = 'campaign-interaction-gateway-';
/** Files that name the image, or the tarball of a version. */
const NAMES_VERSION = ['README.md', 'docs/*.md', 'deploy/kubernetes/*.yaml'];

/**
 * Version that the changes since the last release call for.
 *
 * @throws Error when there are no changes, or one cannot be read.
 */
export function suggestVersion(project: string): { version: string; step: Step } {
  const current = parseVersion(currentVersion(project));
  const changes = readChanges(project);
  if (changes.length === 0) throw new Error('There is nothing to release: .changes/ is empty');
  const step = suggestStep(
    changes.map(({ kind }) => kind),
    current,
  );
  return { version: formatVersion(increase(current, step)), step };
}

/**
 * Moves the files of `.changes/` into a new section of CHANGELOG.md, and sets the version in package.json, in the lock file
 * and where the image and the tarball are named. Nothing is written when anything is refused.
 *
 * @param wanted A version, or the step to it: major, minor or patch.
 * @param date Day of the release, yyyy-mm-dd.
 * @returns The new version.
 * @throws Error when there are no changes, when one cannot be read, and when the version is not higher than the current one.
 */
export function prepareRelease(project: string, wanted: string, date: string): string {
  const before = currentVersion(project);
  const current = parseVersion(before);
  const step = STEPS.find((known) => known === wanted);
  const next = step === undefined ? parseVersion(wanted) : increase(current, step);
  const version = formatVersion(next);
  if (!isHigher(next, current))
    throw new Error(`${version} is not higher than ${before}, the current version`);
  const changes = readChanges(project);
  if (changes.length === 0) throw new Error('There is nothing to release: .changes/ is empty');
  const file = join(project, 'CHANGELOG.md');
  const changelog = addSection(readFileSync(file, 'utf8'), version, date, changes);

  setPackageVersion(project, version);
  writeFileSync(file, changelog);
  for (const name of globSync(NAMES_VERSION, { cwd: project })) {
    const text = readFileSync(join(project, name), 'utf8');
    const now = text
      .replaceAll(IMAGE + before, IMAGE + version)
      .replaceAll(`${TARBALL}${before}.tgz`, `${TARBALL}${version}.tgz`);
    if (now !== text) writeFileSync(join(project, name), now);
  }
  for (const { path } of changes) rmSync(path);
  return version;
}

/** npm writes both files, in the form that it gives them itself. */
function setPackageVersion(project: string, version: string): void {
  const args = ['version', version, '--no-git-tag-version', '--ignore-scripts', '--prefix', project];
  const { status, stderr, error } = spawnSync('npm', args, { cwd: project, encoding: 'utf8' });
  if (error !== undefined || status !== 0) throw new Error(`npm version failed: ${error?.message ?? stderr}`);
}
