import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes the licences of the packages that are built in, as they ask for.
 *
 * @param modules Paths of all modules that are built in.
 * @throws Error for a package without a text of its licence, unless that is MIT's, which is the same for all.
 */
export function writeLicences(file: URL, modules: readonly string[]): void {
  const folders = new Set(modules.map(packageFolderOf).filter((folder) => folder !== null));
  // The same version can be installed several times.
  const texts = new Map([...folders].map(licenceIn));
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

/** Title and text of a package's licence. */
function licenceIn(folder: string): readonly [string, string] {
  const { name, version, license, author }: Record<string, unknown> = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const kind = typeof license === 'string' ? license : 'as below';
  const title = `${String(name)} ${String(version)} (${kind})`;
  const texts = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /^(?:licen[cs]e|notice)\b/i.test(entry.name))
    .map((entry) => readFileSync(join(folder, entry.name), 'utf8').trim());
  if (texts.length > 0) return [title, texts.join('\n\n')];
  if (license !== 'MIT') throw new Error(`No text of a licence comes with ${title}.`);
  return [title, mitOf(typeof author === 'string' ? author : `the authors of ${String(name)}`)];
}

/** Text of the MIT licence (https://spdx.org/licenses/MIT.html), for packages that name it and come without it. */
function mitOf(holder: string): string {
  return `MIT License

Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY
CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;
}
