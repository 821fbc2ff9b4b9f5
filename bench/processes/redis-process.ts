import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../scripts/free-port.ts';

const PROGRAM = process.env['REDIS_SERVER_BIN'] || 'redis-server';

/** Reason that Redis cannot be run on this machine, and the remedy. Null when it can. */
export function whyNoRedis(): string | null {
  return spawnSync(PROGRAM, ['--version'], { stdio: 'ignore' }).status === 0
    ? null
    : `${PROGRAM} cannot be run: install Redis 7 or Valkey, or name the program by REDIS_SERVER_BIN`;
}

/** Redis that starts empty and writes nothing to disk. */
export class RedisProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(port: number) {
    this.url = `redis://127.0.0.1:${port}`;
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    this.#child = spawn(PROGRAM, options, { stdio: 'ignore' });
    process.on('exit', this.#kill);
  }

  static async start(): Promise<RedisProcess> {
    return new RedisProcess(await freePort());
  }

  async end(): Promise<void> {
    process.off('exit', this.#kill);
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#kill();
    await exited;
  }

  readonly #kill = (): void => void this.#child.kill('SIGKILL');
}
