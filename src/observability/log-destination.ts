import { write, writeSync } from 'node:fs';
import type { Clock } from '../lib/clock.ts';

export interface LogDestinationOptions {
  readonly clock: Clock;
  /**
   * File descriptor to write to. A pipe or terminal must be non-blocking: a blocked write cannot be cancelled, and the
   * process does not end before it returns.
   */
  readonly fd: number;
  /** Upper bound of bytes that wait to be written; lines beyond it are dropped. @default 4 MiB */
  readonly maxWaitingBytes?: number;
  /** Called with the number of lines just dropped. */
  readonly onDrop?: (lines: number) => void;
  /** Called with the number of lines dropped since the last call, as soon as all waiting lines are written. */
  readonly onRecovery?: (lines: number) => void;
}

export const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** Lines of this total size are written together, and fewer after `LONGEST_WAIT_MS`. */
const WRITTEN_AT_ONCE_BYTES = 8192;
const LONGEST_WAIT_MS = 500;
/** A live reader empties a full pipe within milliseconds; a full disk stays full for longer. */
const FULL_PIPE_RETRY_MS = 10;
const FAILED_WRITE_RETRY_MS = 1000;
/** Errors after which no later write can succeed. */
const CLOSED: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EBADF', 'ECONNRESET']);

/**
 * Destination of the log. Lines wait in memory up to a bound; lines beyond the bound are dropped and counted. No failure of
 * the file, pipe or terminal behind it reaches the code that logs.
 *
 * pino's own destination (sonic-boom 4.2) does not serve here: on a closed pipe it drops lines without counting them, and at
 * the end of the process it retries a full disk, or a pipe that nobody reads, for ever.
 */
export class LogDestination {
  readonly #clock: Clock;
  readonly #fd: number;
  readonly #maxWaitingBytes: number;
  readonly #onDrop: (lines: number) => void;
  readonly #onRecovery: (lines: number) => void;
  #lines = '';
  #lineBytes = 0;
  /** Bytes handed to the file descriptor, kept until all of them are written. */
  #chunk: Buffer = Buffer.alloc(0);
  #isWriting = false;
  #isClosed = false;
  #isEnding = false;
  #retry: NodeJS.Timeout | undefined;
  #flushSoon: NodeJS.Timeout | undefined;
  #dropped = 0;
  /** Resolved when `end` has nothing left to wait for. */
  readonly #ended = Promise.withResolvers<void>();

  constructor({
    clock,
    fd,
    maxWaitingBytes = MAX_WAITING_BYTES,
    onDrop = () => undefined,
    onRecovery = () => undefined,
  }: LogDestinationOptions) {
    this.#clock = clock;
    this.#fd = fd;
    this.#maxWaitingBytes = maxWaitingBytes;
    this.#onDrop = onDrop;
    this.#onRecovery = onRecovery;
  }

  /** Takes whole lines, each with its line break. Never throws. */
  write(lines: string): void {
    const bytes = Buffer.byteLength(lines);
    if (this.#isClosed || this.#waitingBytes + bytes > this.#maxWaitingBytes) return this.#drop(lines);
    this.#lines += lines;
    this.#lineBytes += bytes;
    if (this.#lineBytes >= WRITTEN_AT_ONCE_BYTES) this.flush();
    else this.#flushBeforeLong();
  }

  /** Begins to write the waiting lines. */
  flush(): void {
    if (this.#isWriting || this.#retry !== undefined || this.#isClosed) return;
    if (this.#chunk.length === 0) this.#takeLines();
    if (this.#chunk.length === 0) {
      this.#recovered();
      if (!this.#isEnding) return;
      // `onRecovery` may have written a line.
      if (this.#lineBytes > 0) this.flush();
      else this.#ended.resolve();
      return;
    }
    this.#isWriting = true;
    write(this.#fd, this.#chunk, (error, written) => {
      this.#isWriting = false;
      if (error === null) this.#wrote(written);
      else this.#failed(error);
    });
  }

  /** Writes the waiting lines. Gives up after `timeoutMs`, and at the first error other than a full pipe. */
  async end(timeoutMs: number): Promise<void> {
    this.#isEnding = true;
    this.#clock.clearTimeout(this.#flushSoon);
    this.#flushSoon = undefined;
    if (this.#isClosed) return;
    if (this.#retry !== undefined) this.#tryAgain();
    else this.flush();
    const timeout = this.#clock.setTimeout(this.#ended.resolve, timeoutMs);
    await this.#ended.promise;
    this.#clock.clearTimeout(timeout);
  }

  /** Writes as many bytes as can be written at once. For the `exit` event, in which no asynchronous code runs any more. */
  flushSync(): void {
    // A second write would mix its lines with those of the one under way.
    if (this.#isWriting || this.#isClosed) return;
    try {
      for (;;) {
        if (this.#chunk.length === 0) this.#takeLines();
        if (this.#chunk.length === 0) return;
        this.#chunk = this.#chunk.subarray(writeSync(this.#fd, this.#chunk));
      }
    } catch {
      // The process is ending, so the lines are lost, and nothing can report it.
    }
  }

  get #waitingBytes(): number {
    return this.#lineBytes + this.#chunk.length;
  }

  #takeLines(): void {
    this.#chunk = Buffer.from(this.#lines);
    this.#lines = '';
    this.#lineBytes = 0;
  }

  #wrote(bytes: number): void {
    this.#chunk = this.#chunk.subarray(bytes);
    if (this.#chunk.length > 0 || this.#lineBytes >= WRITTEN_AT_ONCE_BYTES || this.#isEnding) this.flush();
    else if (this.#lineBytes > 0) this.#flushBeforeLong();
    else this.#recovered();
  }

  #flushBeforeLong(): void {
    this.#flushSoon ??= this.#clock
      .setTimeout(() => {
        this.#flushSoon = undefined;
        this.flush();
      }, LONGEST_WAIT_MS)
      .unref();
  }

  #failed({ code }: NodeJS.ErrnoException): void {
    if (CLOSED.has(code)) return this.#close();
    const isSlow = code === 'EAGAIN';
    if (this.#isEnding && !isSlow) return this.#ended.resolve();
    this.#retry = this.#clock
      .setTimeout(() => this.#tryAgain(), isSlow ? FULL_PIPE_RETRY_MS : FAILED_WRITE_RETRY_MS)
      .unref();
  }

  #tryAgain(): void {
    this.#clock.clearTimeout(this.#retry);
    this.#retry = undefined;
    this.flush();
  }

  #close(): void {
    this.#isClosed = true;
    const lines = this.#chunk.toString() + this.#lines;
    this.#chunk = Buffer.alloc(0);
    this.#lines = '';
    this.#lineBytes = 0;
    this.#drop(lines);
    this.#ended.resolve();
  }

  #drop(lines: string): void {
    const count = lines.split('\n').length - 1;
    this.#dropped += count;
    this.#onDrop(count);
  }

  #recovered(): void {
    if (this.#dropped === 0 || this.#waitingBytes > 0) return;
    const lines = this.#dropped;
    this.#dropped = 0;
    this.#onRecovery(lines);
  }
}
