import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';

/** Time between SIGTERM and SIGKILL. */
const GRACE_MS = 30_000;

export interface Running {
  /** Exit code or signal; settles when no process that it started holds the output open. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** Output so far. */
  readonly output: () => string;
}

/** Starts commands in a shell that stops at the first failure, and ends them when the signal aborts. */
export function start(commands: string, cwd: string, env: NodeJS.ProcessEnv, until: AbortSignal): Running {
  // Own process group, so that everything the shell starts can be ended with it.
  const child = spawn('bash', ['-e', '-c', commands], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stdout.on('data', (chunk) => (printed += String(chunk)));
  child.stderr.on('data', (chunk) => (printed += String(chunk)));

  let insist: NodeJS.Timeout | undefined;
  function stop(): void {
    signalGroup(child.pid, 'SIGTERM');
    insist = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), GRACE_MS);
  }
  until.addEventListener('abort', stop);
  if (until.aborted) stop();

  const ended = once(child, 'close').then(() => {
    until.removeEventListener('abort', stop);
    clearTimeout(insist);
    return child.exitCode ?? child.signalCode;
  });
  return { ended, output: () => printed };
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The process has already ended.
  }
}
