import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes the licences of the packages that are built in, as they ask for.
 *
 * @param modules Paths of all modules that are built in.
 */
export function writeLicences(file: URL, modules: readonly string[]): void {
  const folders = new Set(modules.map(packageFolderOf).filter((folder) => folder !== null));
  const texts = new Map<string, string>();
  for (const folder of folders) {
    const {
      name,
      version,
      license = 'see its repository',
    }: Record<string, unknown> = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const licence = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
    const text = licence === undefined ? null : readFileSync(join(folder, licence), 'utf8').trim();
    // The same version can be installed several times.
    texts.set(
      `${String(name)} ${String(version)} (${String(license)})`,
      text ?? 'No text of a licence comes with it.',
    );
  }
  const ordered = [...texts].toSorted(([one], [other]) => (one < other ? -1 : 1));
  writeFileSync(
    file,
    `The package contains code of these packages.\n\n${ordered
      .map(([title, text]) => `${'-'.repeat(78)}\n${title}\n\n${text}\n`)
      .join('\n')}`,
  );
}

/** Folder of the package of a module; null for a module of the gateway itself or of the builder. */
function packageFolderOf(path: string): string | null {
  return /^(?!\0)(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? null;
}
