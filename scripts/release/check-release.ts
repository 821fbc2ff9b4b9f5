import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sectionOf } from './changelog.ts';
import { currentVersion } from './current-version.ts';
import { readChanges } from './read-changes.ts';

/**
 * Checks that a tag may be released.
 *
 * @returns Notes of the release: the version's section of CHANGELOG.md.
 * @throws Error that says what is missing.
 */
export function checkRelease(project: string, tag: string): string {
  const version = currentVersion(project);
  if (tag !== `v${version}`)
    throw new Error(`The tag is ${tag}, but package.json says ${version}, whose tag is v${version}`);
  const waiting = readChanges(project);
  if (waiting.length > 0) {
    throw new Error(
      `.changes/ still has ${waiting.length} changes. Run npm run release:prepare before the tag`,
    );
  }
  const notes = sectionOf(readFileSync(join(project, 'CHANGELOG.md'), 'utf8'), version);
  if (notes === null || notes === '') throw new Error(`CHANGELOG.md says nothing of ${version}`);
  return notes;
}
