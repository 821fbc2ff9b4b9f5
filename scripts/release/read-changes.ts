import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Change, parseChange } from './change.ts';

export interface ChangeFile extends Change {
  /** Absolute path. */
  readonly path: string;
}

const NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*\.md$/;

/**
 * Reads the changes since the last release, in the order of their files' names.
 *
 * @param project Folder with `.changes/`.
 * @throws Error that names all files that cannot be read, with what is wrong with each.
 */
export function readChanges(project: string): ChangeFile[] {
  const folder = join(project, '.changes');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name !== 'README.md') : [];
  const problems: string[] = [];
  const changes = names.toSorted().flatMap((name) => {
    const path = join(folder, name);
    try {
      if (!NAME.test(name)) throw new Error('its name is not made of small letters, digits, dashes and .md');
      return [{ path, ...parseChange(readFileSync(path, 'utf8')) }];
    } catch (error) {
      problems.push(`  .changes/${name}: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  });
  if (problems.length > 0) throw new Error(`Changes that cannot be read:\n${problems.join('\n')}`);
  return changes;
}
