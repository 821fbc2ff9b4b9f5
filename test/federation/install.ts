import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('./', import.meta.url);
/** Lies among what was installed, a copy of the lock file that it was for. */
const mark = new URL('node_modules/.installed-for', folder);

/** Installs what is others' here, unless that is there already. */
export function installIfNeeded(): void {
  const lock = readFileSync(new URL('package-lock.json', folder), 'utf8');
  if (textOf(mark) === lock) return;
  console.log('Installing the routers (npm ci --prefix test/federation)');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--prefix', fileURLToPath(folder)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`npm ci failed with ${status}.`);
  writeFileSync(mark, lock);
}

function textOf(file: URL): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
