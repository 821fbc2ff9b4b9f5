import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Path of the package as `npm pack` makes it of this checkout. Packed once for all tests, whichever needs it first. */
export async function packedTarball(): Promise<string> {
  const folder = join(tmpdir(), `gateway-package-${stamp()}`);
  const tarball = join(folder, 'package.tgz');
  const lock = `${folder}.lock`;
  while (!existsSync(tarball)) {
    try {
      mkdirSync(lock);
    } catch {
      // Another worker packs, or one that was ended did.
      if (isStale(lock)) rmSync(lock, { recursive: true, force: true });
      else await delay(250);
      continue;
    }
    try {
      mkdirSync(folder, { recursive: true });
      const [packed] = JSON.parse(
        execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
          cwd: root,
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'inherit'],
        }),
      );
      renameSync(join(folder, packed.filename), tarball);
    } finally {
      rmSync(lock, { recursive: true });
    }
  }
  return tarball;
}

/** Packing takes half a minute. */
const STALE_MS = 300_000;

function isStale(lock: string): boolean {
  try {
    return Date.now() - statSync(lock).mtimeMs > STALE_MS;
  } catch {
    return false;
  }
}

/** Text that is another for any other content of the package. */
function stamp(): string {
  const hash = createHash('sha256');
  const files = [
    'bin/*',
    'schema/*',
    'schema.graphql',
    'scripts/build/*',
    'src/**/*',
    'package.json',
    'package-lock.json',
  ];
  for (const file of globSync(files, { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()) {
    hash.update(file).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}
