import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Installs what a folder with a lock file of its own needs, unless that is there already. A copy of the lock file lies among
 * what was installed, so that it goes when that goes.
 *
 * @param folder With a slash at its end.
 * @param what What is needed, in a word or two for whoever waits.
 * @param options More of npm's.
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
