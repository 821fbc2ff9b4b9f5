import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** Gateway of another commit, in its own folder. */
export interface OtherGateway {
  /** Abbreviated hash. */
  readonly commit: string;
  /** Entry module of its process. */
  readonly module: URL;
  remove(): void;
}

/**
 * Unpacks the gateway of a commit. Packages of this checkout serve it where both have the same lock file; otherwise `npm ci`
 * installs its own.
 *
 * @throws {RangeError} when git does not know the ref.
 */
export function unpackGateway(ref: string): OtherGateway {
  const { status, stdout } = run('git', ['rev-parse', '--verify', '--short', `${ref}^{commit}`], ROOT);
  if (status !== 0) throw new RangeError(`BENCH_AGAINST has ${ref}, which git does not know as a commit.`);
  const commit = stdout.trim();
  const folder = mkdtempSync(join(tmpdir(), 'bench-against-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    succeed('git', ['archive', `--output=${folder}/tree.tar`, commit], ROOT);
    succeed('tar', ['-xf', 'tree.tar'], folder);
    if (lockOf(folder) === lockOf(ROOT))
      symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    else succeed('npm', ['ci', '--ignore-scripts'], folder);
  } catch (error) {
    remove();
    throw error;
  }
  return { commit, module: pathToFileURL(join(folder, 'src/main.ts')), remove };
}

function lockOf(folder: string): string {
  return readFileSync(join(folder, 'package-lock.json'), 'utf8');
}

function succeed(command: string, args: readonly string[], cwd: string): void {
  const { status, stderr } = run(command, args, cwd);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr}`);
}

function run(command: string, args: readonly string[], cwd: string) {
  return spawnSync(command, args, { cwd, encoding: 'utf8' });
}
