import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Usage } from './meter.ts';

const METER = new URL('meter.ts', import.meta.url).href;
const STARTS_WITHIN_MS = 30_000;

const running = new Set<ChildProcess>();

export interface ProcessOptions {
  /** Name in error messages. */
  readonly name: string;
  readonly module: URL;
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeOptions?: readonly string[];
}

/** Node process with the meter preloaded. */
export class MeasuredProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  #stderr = '';

  constructor({ name, module, env, nodeOptions = [] }: ProcessOptions) {
    this.name = name;
    this.#child = spawn(process.execPath, [...nodeOptions, '--import', METER, fileURLToPath(module)], {
      // Nothing else: settings of the gateway in the caller's shell must not count.
      env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    running.add(this.#child);
    this.#child.on('exit', () => running.delete(this.#child));
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = `${this.#stderr}${chunk.toString()}`.slice(-4000);
    });
  }

  /** Sends a message and waits for the next one back. Rejects when the process ends first. */
  async ask(message: object): Promise<Record<string, unknown>> {
    if (!running.has(this.#child)) throw new Error(this.#obituary());
    const isOver = new AbortController();
    try {
      this.#child.send(message);
      return await Promise.race([
        once(this.#child, 'message', { signal: isOver.signal }).then(([answer]) => answer),
        once(this.#child, 'exit', { signal: isOver.signal }).then(() => {
          throw new Error(this.#obituary());
        }),
      ]);
    } finally {
      isOver.abort();
    }
  }

  async usage(): Promise<Usage> {
    const { usage } = await this.ask({ ask: 'usage' });
    return usage as Usage;
  }

  /** Resolves when the process accepts connections. Rejects with its stderr when it ends or takes too long. */
  async listening(port: number): Promise<void> {
    const latestMs = performance.now() + STARTS_WITHIN_MS;
    while (!(await accepts(port))) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) throw new Error(this.#obituary());
      if (performance.now() > latestMs) {
        throw new Error(`${this.name} does not listen after ${STARTS_WITHIN_MS / 1000} s.\n${this.#stderr}`);
      }
      await delay(50);
    }
  }

  async end(): Promise<void> {
    if (!running.has(this.#child)) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  #obituary(): string {
    const how = this.#child.signalCode ?? `code ${this.#child.exitCode}`;
    return `${this.name} ended with ${how}.\n${this.#stderr}`;
  }
}

/** Kills all processes without waiting, for exit and Ctrl-C. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
