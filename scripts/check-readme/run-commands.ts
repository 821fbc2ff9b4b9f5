import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';

/** Time to end by itself for what is told to. */
const GRACE_MS = 30_000;

export interface Running {
  /** Exit code, or the signal that ended it; settled when nothing that it started holds its output any more. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** All that it has printed so far. */
  readonly output: () => string;
}

/** Starts commands in a shell that gives up at the first one that fails, and ends them when the signal says so. */
export function start(commands: string, cwd: string, env: NodeJS.ProcessEnv, until: AbortSignal): Running {
  // In a process group of its own, so that whatever the shell starts can be ended with it.
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
    // It has ended by itself.
  }
}
