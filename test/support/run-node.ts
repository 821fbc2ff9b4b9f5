import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface NodeRun {
  /** Exit code, or the code of the error that kept Node from starting. */
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Node in a child process until it exits. Arguments that are URLs become paths. */
export function runNode(
  args: readonly (string | URL)[],
  env: Readonly<Record<string, string>> = {},
): Promise<NodeRun> {
  const paths = args.map((arg) => (arg instanceof URL ? fileURLToPath(arg) : arg));
  return new Promise((resolve) => {
    execFile(process.execPath, paths, { env: { ...process.env, ...env } }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? error.signal ?? 1), stdout, stderr }),
    );
  });
}
