import { execFileSync, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../scripts/free-port.ts';
import { askAt } from '../support/ask-at.ts';
import { GATEWAY } from '../support/running-gateway.ts';
import { Scrape } from '../support/scrape.ts';

/** A gateway with this stdout. The port is chosen beforehand: stdout may be unreadable. */
async function gatewayWritingTo(
  stdout: number | 'pipe',
  {
    isClosed = false,
    command = [process.execPath, GATEWAY],
    stderr: errors = 'pipe',
  }: { isClosed?: boolean; command?: readonly string[]; stderr?: number | 'pipe' } = {},
) {
  const [port, metricsPort] = [await freePort(), await freePort()];
  const stdio: StdioOptions = ['ignore', stdout, errors];
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    env: { PORT: String(port), METRICS_PORT: String(metricsPort), LOG_LEVEL: 'debug', DRAIN_SECONDS: '1' },
    stdio,
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  if (isClosed) child.stdout?.destroy();
  let stderr = '';
  child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
  const address = `http://127.0.0.1:${port}`;
  const isAlive = () =>
    fetch(`${address}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  await expect.poll(isAlive, { timeout: 30_000 }).toBe(true);
  return {
    child,
    /** Sends `count` requests, each worth several log lines. */
    ask: async (count: number) => {
      for (let n = 0; n < count; n += 1) {
        // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
        const { data } = await askAt(`${address}/graphql`, '{ __typename }', null);
        expect(data).toEqual({ __typename: 'Query' });
      }
    },
    dropped: async () => {
      const response = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
      return new Scrape(await response.text()).value('gateway_log_lines_dropped_total');
    },
    /** Sends SIGTERM; resolves with exit code, signal and stderr. */
    end: async () => {
      const closed = once(child, 'close');
      child.kill('SIGTERM');
      return [...(await closed), stderr];
    },
  };
}

/** True when the process runs. A zombie, whose exit code nobody has read, does not. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Open pipe that nobody reads. */
async function unreadPipe(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'log-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  onTestFinished(() => closeSync(pipe));
  return pipe;
}

/** Command of a gateway in whose process so many warnings come every 10 ms. */
function warning(times: number): string[] {
  const code = `setInterval(() => { for (let n = 0; n < ${times}; n += 1) process.emitWarning('w'.repeat(200)); }, 10).unref();`;
  return [process.execPath, '--import', `data:text/javascript,${encodeURIComponent(code)}`, GATEWAY];
}

describe('a gateway answers, and ends at SIGTERM,', () => {
  test('while warnings come, and nobody reads the pipe of its stderr', async () => {
    const pipe = await unreadPipe();
    const { ask, child, end } = await gatewayWritingTo('pipe', { command: warning(100), stderr: pipe });
    let log = '';
    child.stdout?.on('data', (chunk) => (log += String(chunk)));
    await ask(100);
    expect(await end()).toEqual([0, null, '']);
    expect(log).toContain('"msg":"Node warned"');
    expect(log).not.toContain('wwww');
  });

  test('while the disk of its stderr is full', async () => {
    const full = openSync('/dev/full', constants.O_WRONLY);
    onTestFinished(() => closeSync(full));
    const { ask, child, end } = await gatewayWritingTo('pipe', { command: warning(1), stderr: full });
    child.stdout?.resume();
    await ask(20);
    expect(await end()).toEqual([0, null, '']);
  });

  test('while the disk of its log is full', async () => {
    const full = openSync('/dev/full', constants.O_WRONLY);
    onTestFinished(() => closeSync(full));
    const { ask, end } = await gatewayWritingTo(full);
    await ask(100);
    expect(await end()).toEqual([0, null, '']);
  });

  test('while nobody reads the pipe of its log', async () => {
    const pipe = await unreadPipe();
    const { ask, end } = await gatewayWritingTo(pipe);
    // 200 requests write more than the pipe holds.
    await ask(200);
    expect(await end()).toEqual([0, null, '']);
    expect(readSync(pipe, Buffer.alloc(1024 * 1024))).toBeGreaterThan(32_768);
  });

  // `script` makes a terminal. Debian and most other distributions have it.
  test.skipIf(!existsSync('/usr/bin/script'))('while nobody reads the terminal of its log', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'log-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const pidFile = join(folder, 'pid');
    const pipe = await unreadPipe();
    const command = `echo $$ > ${pidFile}; exec ${process.execPath} ${GATEWAY}`;
    const { ask, child } = await gatewayWritingTo(pipe, {
      command: ['/usr/bin/script', '-qc', command, '/dev/null'],
    });
    await ask(200);
    const pid = Number(await readFile(pidFile, 'utf8'));
    onTestFinished(() => {
      if (isRunning(pid)) process.kill(pid, 'SIGKILL');
    });
    process.kill(pid, 'SIGTERM');
    await expect.poll(() => isRunning(pid), { timeout: 30_000 }).toBe(false);
    child.kill('SIGKILL');
  });

  test('while the pipe of its log is closed, and counts the dropped lines', async () => {
    const { ask, dropped, end } = await gatewayWritingTo('pipe', { isClosed: true });
    await ask(100);
    await expect.poll(dropped).toBeGreaterThanOrEqual(100);
    expect(await end()).toEqual([0, null, '']);
  });
});
