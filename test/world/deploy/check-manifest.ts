import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ConfigMap, Service } from 'kubernetes-models/v1';
import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';

/** A parsed document of a manifest, not validated. */
export type Manifest = Readonly<Record<string, unknown>>;

const MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const models = [ConfigMap, Deployment, HorizontalPodAutoscaler, NetworkPolicy, PodDisruptionBudget, Service];

/**
 * Problems of documents under the schemas of the Kubernetes API. Ranges, formats and required fields are checked at runtime,
 * names of fields by the compiler: the runtime check lets unknown ones through.
 */
export async function problemsOf(manifests: readonly Manifest[]): Promise<string[]> {
  const problems: string[] = [];
  for (const manifest of manifests) {
    const name = `${String(manifest['apiVersion'])} ${String(manifest['kind'])}`;
    const Model = models.find(({ apiVersion, kind }) => `${apiVersion} ${kind}` === name);
    if (Model === undefined) problems.push(`${name}: its schema is not known here`);
    else {
      try {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `validate` finds out whether it fits
        new Model(manifest as never).validate();
      } catch (error) {
        problems.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  return problems.length > 0 ? problems : compile(manifests);
}

async function compile(manifests: readonly Manifest[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'manifests-'));
  try {
    await symlink(MODULES, join(folder, 'node_modules'));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    const lines = manifests.map(
      (manifest) =>
        `const _: import('kubernetes-models/${String(manifest['apiVersion'])}').I${String(manifest['kind'])} = ${JSON.stringify(manifest)};`,
    );
    await writeFile(join(folder, 'manifests.ts'), lines.map((line) => `{ ${line} }`).join('\n'));
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'esnext'];
    const tsc = join(MODULES, 'typescript/bin/tsc');
    await promisify(execFile)(process.execPath, [tsc, ...options, 'manifests.ts'], { cwd: folder });
    return [];
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && error.stdout !== '') return [String(error.stdout)];
    throw error;
  } finally {
    await rm(folder, { recursive: true });
  }
}
