import { spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { type Sandbox, type FullSandboxOptions, startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { askAt } from './ask-at.ts';
import { type GraphQLAnswer, TOKEN } from './gateway.ts';
import { supervisorsOrganisation } from './organisation.ts';

export const GATEWAY = fileURLToPath(new URL('../../bin/gateway.mjs', import.meta.url));

/** Starts the gateway as a child process on a free port, killed with the test. */
export function run(
  env: NodeJS.ProcessEnv = {},
  command: readonly string[] = [process.execPath, GATEWAY],
  place: Pick<SpawnOptions, 'cwd' | 'uid' | 'gid'> = {},
) {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    ...place,
    env: { PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (output.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (output.stderr += String(chunk)));
  /** Exit code and signal, once the process has ended and all its output has been read. */
  const closed = once(child, 'close');
  return { child, output, closed };
}

/** `run` once the gateway listens, with the address and the query that it prints. */
export async function runningGateway(...how: Parameters<typeof run>) {
  const process = run(...how);
  await expect
    .poll(() => process.output.stdout + process.output.stderr, { timeout: 30_000 })
    .toMatch(/A query to paste:\n[^]*^\}$/m);
  const [address = ''] = /http:\S+\/graphql/.exec(process.output.stdout) ?? [];
  const [, query = ''] = /A query to paste:\n([^]*?^\}\n)/m.exec(process.output.stdout) ?? [];
  return { ...process, address, query };
}

export async function sandboxForTest(options: FullSandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({
    organisation: supervisorsOrganisation(),
    tokens: [TOKEN],
    ...options,
  });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

export function ask(address: string, query: string, token: string | null = TOKEN): Promise<GraphQLAnswer> {
  return askAt(address, query, token);
}
