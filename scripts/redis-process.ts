import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';

const PROGRAM = process.env['REDIS_SERVER_BIN'] || 'redis-server';
const RETRY_MS = 20;
const MOST_RETRIES = 250;

/** Reason that Redis cannot be run on this machine, and the remedy. Null when it can. */
export function whyNoRedis(): string | null {
  return spawnSync(PROGRAM, ['--version'], { stdio: 'ignore' }).status === 0
    ? null
    : `${PROGRAM} cannot be run: install Redis 7 or Valkey, or name the program by REDIS_SERVER_BIN`;
}

/** Redis that starts empty and writes nothing to disk. */
export class RedisProcess {
  readonly port: number;
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(port: number) {
    this.port = port;
    this.url = `redis://127.0.0.1:${port}`;
    const place = ['--port', String(port), '--bind', '127.0.0.1'];
    // A replica would write what it gets from its primary to a file first.
    const memoryOnly = ['--save', '', '--appendonly', 'no', '--repl-diskless-load', 'swapdb'];
    this.#child = spawn(PROGRAM, [...place, ...memoryOnly], { stdio: 'ignore', cwd: tmpdir() });
    process.on('exit', this.#kill);
  }

  /** Starts Redis, and waits until it answers. */
  static async start(): Promise<RedisProcess> {
    const redis = new RedisProcess(await freePort());
    for (let nth = 0; nth < MOST_RETRIES; nth += 1) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after another
      if ((await redis.say('PING').catch(() => '')) === '+PONG') return redis;
      // oxlint-disable-next-line eslint/no-await-in-loop -- a pause
      await delay(RETRY_MS);
    }
    await redis.end();
    throw new Error(`${PROGRAM} does not answer.`);
  }

  /** First line of the reply to an inline command. */
  async say(command: string): Promise<string> {
    const socket = connect(this.port, '127.0.0.1');
    try {
      socket.write(`${command}\r\n`);
      const [reply]: unknown[] = await once(socket, 'data');
      return String(reply).split('\r\n', 1)[0] ?? '';
    } finally {
      socket.destroy();
    }
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
