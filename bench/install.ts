import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('./', import.meta.url);
/** Lies among what was installed and says for which lock file, so that it goes when that goes. */
const mark = new URL('node_modules/.installed-for', folder);

/** Installs what only the benchmark needs, unless that is there already. */
export function installIfNeeded(): void {
  const lock = createHash('sha256')
    .update(readFileSync(new URL('package-lock.json', folder)))
    .digest('hex');
  if (textOf(mark) === lock) return;
  console.log('Installing what the benchmark needs (npm ci --prefix bench)');
  const { status, error } = spawnSync('npm', ['ci', '--prefix', fileURLToPath(folder)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
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
