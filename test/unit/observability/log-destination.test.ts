import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { LogDestination, type LogDestinationOptions } from '../../../src/observability/log-destination.ts';
import { TestClock } from '../../support/test-clock.ts';

const HOUR_MS = 3_600_000;

async function folderForTest(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'log-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

function opened(path: string, flags: number): number {
  const fd = openSync(path, flags);
  onTestFinished(() => closeSync(fd));
  return fd;
}

async function fifoForTest(): Promise<string> {
  const path = join(await folderForTest(), 'pipe');
  execFileSync('mkfifo', [path]);
  return path;
}

/** Pipe with both ends open in this process, so that nothing reads from it but the test. */
async function pipeForTest() {
  const fd = opened(await fifoForTest(), constants.O_RDWR | constants.O_NONBLOCK);
  const chunk = Buffer.alloc(1024 * 1024);
  /** Text that can be read now. */
  const read = () => {
    try {
      return chunk.toString('utf8', 0, readSync(fd, chunk));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return '';
      throw error;
    }
  };
  return { fd, read };
}

/** Destination that records its callbacks in `told`. */
function listening(options: Omit<LogDestinationOptions, 'clock' | 'onDrop' | 'onRecovery'>) {
  const clock = new TestClock();
  const told = { dropped: 0, recovered: [] as number[] };
  const destination = new LogDestination({
    clock,
    ...options,
    onDrop: (lines) => (told.dropped += lines),
    onRecovery: (lines) => told.recovered.push(lines),
  });
  return { clock, destination, told };
}

const lines = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => `${JSON.stringify({ number: from + n, text: 'ö'.repeat(20) })}\n`);

describe('a log destination', () => {
  test('writes every line in order before its end resolves', async () => {
    const path = join(await folderForTest(), 'log');
    const fd = opened(path, constants.O_CREAT | constants.O_WRONLY | constants.O_APPEND);
    const { destination, told } = listening({ fd });
    const written = lines(5000);
    for (const line of written) destination.write(line);
    await destination.end(HOUR_MS);
    expect(await readFile(path, 'utf8')).toBe(written.join(''));
    expect(told).toEqual({ dropped: 0, recovered: [] });
  });

  test('writes a single line after a short wait', async () => {
    const path = join(await folderForTest(), 'log');
    const fd = opened(path, constants.O_CREAT | constants.O_WRONLY | constants.O_APPEND);
    const { clock, destination } = listening({ fd });
    destination.write('alone\n');
    await clock.skip(500);
    await expect.poll(() => readFile(path, 'utf8')).toBe('alone\n');
  });

  test('writes the remaining lines at once at the end of the process, and gives up when that fails', async () => {
    const path = join(await folderForTest(), 'log');
    const fd = opened(path, constants.O_CREAT | constants.O_WRONLY | constants.O_APPEND);
    const destination = new LogDestination({ clock: systemClock, fd });
    destination.write('one\n');
    destination.write('two\n');
    destination.flushSync();
    expect(await readFile(path, 'utf8')).toBe('one\ntwo\n');
    // A full disk must not make the destination retry for ever.
    const full = new LogDestination({ clock: systemClock, fd: opened('/dev/full', constants.O_WRONLY) });
    full.write('lost\n');
    full.flushSync();
  });

  test('drops and counts lines beyond its bound while its pipe is not read, and goes on once the pipe is read', async () => {
    const { fd, read } = await pipeForTest();
    const { destination, told } = listening({ fd, maxWaitingBytes: 100_000 });
    const written = lines(10_000);
    for (const line of written) destination.write(line);
    expect(told.dropped).toBeGreaterThan(0);
    let found = '';
    await expect
      .poll(() => {
        found += read();
        return told.recovered;
      })
      .toEqual([told.dropped]);
    expect(found.split('\n').length - 1).toBe(written.length - told.dropped);
    // No line is cut or out of order.
    expect(found).toBe(written.slice(0, written.length - told.dropped).join(''));
    const [another = ''] = lines(1, 10_000);
    destination.write(another);
    await destination.end(HOUR_MS);
    expect(read()).toBe(another);
  });

  test('writes the lines that waited soon after its pipe is read, even when no line follows them', async () => {
    const { fd, read } = await pipeForTest();
    const { clock, destination, told } = listening({ fd, maxWaitingBytes: 200_000 });
    destination.write(lines(2000).join(''));
    destination.write('late\n');
    // Longer than a single line waits, with a failed write every few milliseconds.
    for (let n = 0; n < 50; n += 1) await clock.skip(14);
    destination.write(lines(4000).join(''));
    expect(told.dropped).toBe(4000);
    let found = '';
    await expect
      .poll(() => {
        found += read();
        return told.recovered;
      })
      .toEqual([4000]);
    expect(found.endsWith('late\n')).toBe(true);
  });

  test('writes lines that come after its end', async () => {
    const path = join(await folderForTest(), 'log');
    const { clock, destination } = listening({
      fd: opened(path, constants.O_CREAT | constants.O_WRONLY | constants.O_APPEND),
    });
    destination.write('one\n');
    await destination.end(HOUR_MS);
    destination.write('two\n');
    await clock.skip(500);
    await expect.poll(() => readFile(path, 'utf8')).toBe('one\ntwo\n');
  });

  test('ends at its timeout although its pipe is not read', async () => {
    const { fd, read } = await pipeForTest();
    const { clock, destination } = listening({ fd });
    for (const line of lines(10_000)) destination.write(line);
    const ended = destination.end(1_000);
    await clock.skip(1_000);
    await ended;
    destination.flushSync();
    expect(read()).not.toBe('');
  });

  test('keeps lines up to its bound while the disk is full, drops the others, and ends without waiting for the disk', async () => {
    const { destination, told } = listening({
      fd: opened('/dev/full', constants.O_WRONLY),
      maxWaitingBytes: 10_000,
    });
    const written = lines(1000);
    for (const line of written) destination.write(line);
    const kept = written.length - told.dropped;
    expect(Buffer.byteLength(written.slice(0, kept).join(''))).toBeLessThanOrEqual(10_000);
    expect(kept).toBeGreaterThan(100);
    await destination.end(HOUR_MS);
    expect(told.recovered).toEqual([]);
  });

  test('counts all lines as dropped once its pipe is closed, including those that waited', async () => {
    const path = await fifoForTest();
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const fd = opened(path, constants.O_WRONLY | constants.O_NONBLOCK);
    closeSync(reader);
    const { destination, told } = listening({ fd });
    destination.write('a\nb\n');
    await destination.end(HOUR_MS);
    expect(told.dropped).toBe(2);
    destination.write('c\n');
    destination.flushSync();
    expect(told).toEqual({ dropped: 3, recovered: [] });
  });
});
