import { spawnSync } from 'node:child_process';

/** The last tag in the history of HEAD; null when there is none. */
export function lastTag(folder: string): string | null {
  const tags = git(folder, ['tag', '--list', '--merged', 'HEAD']);
  return tags === '' ? null : git(folder, ['describe', '--tags', '--abbrev=0']);
}

/** Text of a file at a tag. */
export function fileAt(folder: string, tag: string, file: string): string {
  return git(folder, ['show', `${tag}:./${file}`]);
}

/** True for a clone without its whole history, which may lack tags. */
export function isShallow(folder: string): boolean {
  return git(folder, ['rev-parse', '--is-shallow-repository']) === 'true';
}

/** @throws Error that says which command failed, and how. */
function git(folder: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync('git', args, { cwd: folder, encoding: 'utf8' });
  if (error) throw new Error(`git is needed to find the last tag: ${error.message}`, { cause: error });
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr.trim()}`);
  return stdout.trim();
}
