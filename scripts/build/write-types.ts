import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isolatedDeclarationSync } from 'rolldown/experimental';
import { pathOf } from './source.ts';

const source = new URL('../../src/', import.meta.url);
/** Imports and exports of the sources' own files. */
const IMPORT = /((?:from|import) ["']|import\(["'])(\.[^"']+)\.ts(["'])/g;

/**
 * Writes the types of the library: those of its entries, and of each file that they name, which are few.
 *
 * @throws Error for a file whose types can only be found by reading others: what the library exports says its types.
 */
export function writeTypes(folder: URL, entries: readonly string[]): void {
  const seen = new Set<string>();
  const waiting = entries.map((entry) => new URL(entry, source).href);
  for (let href = waiting.pop(); href !== undefined; href = waiting.pop()) {
    if (seen.has(href)) continue;
    seen.add(href);
    const url = new URL(href);
    const { code, errors } = isolatedDeclarationSync(pathOf(url), readFileSync(url, 'utf8'));
    if (errors.length > 0) {
      throw new Error(`${pathOf(url)}: ${errors.map(({ message }) => message).join(' ')}`);
    }
    for (const [, , named] of code.matchAll(IMPORT)) waiting.push(new URL(`${named}.ts`, url).href);
    const target = new URL(href.slice(source.href.length).replace(/\.ts$/, '.d.ts'), folder);
    mkdirSync(dirname(pathOf(target)), { recursive: true });
    writeFileSync(target, code.replaceAll(IMPORT, '$1$2.js$3'));
  }
}
