import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../../src/', import.meta.url));
/** Imports of values, of files and of packages, static and dynamic. */
const IMPORT = /^(?:import(?! type\b)|export)\b[^;]*? from '([^'.][^']*)';|\bimport\('([^'.][^']*)'\)/gms;

/** Names of the packages that the sources need at run time. */
export function builtInPackages(): string[] {
  const texts = globSync('**/*.ts', { cwd: source }).map((file) => readFileSync(source + file, 'utf8'));
  const names = texts
    .flatMap((text) => [...text.matchAll(IMPORT)].map(([, of = '', onDemand = of]) => onDemand))
    .filter((specifier) => !specifier.startsWith('node:'))
    .map((specifier) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '');
  return [...new Set(names)].toSorted();
}
