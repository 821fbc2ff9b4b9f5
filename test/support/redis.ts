import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createClient, RESP_TYPES } from '@redis/client';
import { onTestFinished } from 'vitest';
import { freePort } from '../../scripts/free-port.ts';

const PROGRAM = process.env['REDIS_SERVER_BIN'] || 'redis-server';

/** Reason that there is no Redis on this machine, and how to get one. Null when there is one. */
function whyNoRedis(): string | null {
  const { status, error } = spawnSync(PROGRAM, ['--version'], { stdio: 'ignore' });
  if (status === 0) return null;
  const why = error === undefined ? 'cannot be run' : 'is not there';
  return `${PROGRAM} ${why}. Install Redis 7 or Valkey (Debian: redis-server), or name the program by REDIS_SERVER_BIN.`;
}

/** Reason to skip the tests of a file; null to run them. CI never skips: nobody reads the reason there. */
export function whySkippedWithoutRedis(what: string): string | null {
  const why = process.env['CI'] ? null : whyNoRedis();
  if (why !== null) console.warn(`\nSKIPPED: ${what} is not tested. ${why}\n`);
  return why;
}

/** A real Redis for one test, which keeps nothing on disk. */
export class TestRedis {
  readonly port: number;
  readonly url: string;
  #process: ChildProcess | undefined;

  constructor(port: number) {
    this.port = port;
    this.url = `redis://127.0.0.1:${port}`;
  }

  /** Starts Redis, and waits until it answers. */
  async start(...args: string[]): Promise<void> {
    const missing = whyNoRedis();
    if (missing !== null) throw new Error(missing);
    const started = spawn(
      PROGRAM,
      ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...args],
      { stdio: 'ignore' },
    );
    this.#process = started;
    await this.ask((client) => client.ping());
  }

  /** Kills Redis, as a crash would. */
  async kill(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
  }

  /** Stops Redis from answering until `thaw`; it still accepts connections. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Runs commands over a connection of their own. */
  async ask<Reply>(question: (client: ReturnType<typeof plainClient>) => Promise<Reply>): Promise<Reply> {
    const client = plainClient(this.url);
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await question(client);
    } finally {
      client.destroy();
    }
  }

  /** All keys, and the values of strings, hashes and sorted sets, as bytes. */
  dump(): Promise<Buffer> {
    return this.ask(async (client) => {
      const parts: Buffer[] = [];
      const inBytes = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
      for (const key of await client.keys('*')) {
        const type = await client.type(key);
        parts.push(Buffer.from(key));
        if (type === 'string') parts.push((await inBytes.get(key)) ?? Buffer.alloc(0));
        if (type === 'hash') parts.push(Buffer.from(JSON.stringify(await client.hGetAll(key))));
        if (type === 'zset') parts.push(Buffer.from(JSON.stringify(await client.zRange(key, 0, -1))));
      }
      return Buffer.concat(parts);
    });
  }
}

function plainClient(url: string) {
  return createClient({ url, socket: { reconnectStrategy: (retries) => (retries < 200 ? 25 : false) } });
}

/** A running Redis, killed with the test. */
export async function redisForTest(...args: string[]): Promise<TestRedis> {
  const redis = new TestRedis(await freePort());
  onTestFinished(() => redis.kill());
  await redis.start(...args);
  return redis;
}
