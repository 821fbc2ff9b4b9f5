import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Runs `npm ci` in a folder with its own lock file, unless that is done already. A copy of the lock file in node_modules is
 * the mark, so that deleting node_modules deletes the mark too.
 *
 * @param folder URL with a trailing slash.
 * @param what Name of the dependencies, for the console.
 * @param options Further options of npm.
 * @throws Error when npm fails.
 */
export function installOnce(folder: URL, what: string, options: readonly string[] = []): void {
  const mark = new URL('node_modules/.installed-for', folder);
  const lock = readFileSync(new URL('package-lock.json', folder), 'utf8');
  if (textOf(mark) === lock) return;
  const command = ['ci', ...options, '--prefix', fileURLToPath(folder)];
  console.log(`Installing ${what} (npm ci)`);
  const { status, error } = spawnSync('npm', command, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (error !== undefined || status !== 0) {
    throw new Error(`npm ci failed: ${error?.message ?? `code ${status}`}`);
  }
  writeFileSync(mark, lock);
}

function textOf(file: URL): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
