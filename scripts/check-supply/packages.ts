import * as v from '@badrap/valita';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package in the lockfile. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** Licence in the form in which the package declares it; null when it declares none. */
  readonly licence: unknown;
}

const flag = v.boolean().optional(() => false);
const lockfileSchema = v
  .object({
    lockfileVersion: v.literal(3),
    packages: v.record(
      v
        .object({
          version: v.string().optional(),
          license: v.unknown().optional(),
          optional: flag,
          devOptional: flag,
        })
        .rest(v.unknown()),
    ),
  })
  .rest(v.unknown());
const manifestSchema = v
  .object({
    name: v.string(),
    version: v.string(),
    license: v.unknown().optional(),
    // Form of old npm versions.
    licenses: v.unknown().optional(),
  })
  .rest(v.unknown());

/**
 * All packages of a project's lockfile except the project itself.
 *
 * @throws Error when a required package is not installed.
 */
export function packagesOf(project: string): Package[] {
  const { packages } = lockfileSchema.parse(read(join(project, 'package-lock.json')));
  return Object.entries(packages).flatMap(([path, { version = '', license, optional, devOptional }]) => {
    if (path === '') return [];
    const folder = join(project, path);
    if (existsSync(join(folder, 'package.json'))) {
      const manifest = manifestSchema.parse(read(join(folder, 'package.json')));
      const licence = manifest.license ?? manifest.licenses ?? null;
      return { name: manifest.name, version: manifest.version, licence };
    }
    if (!optional && !devOptional) throw new Error(`${path} is not installed: npm ci`);
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return { name, version, licence: license ?? null };
  });
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
