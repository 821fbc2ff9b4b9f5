import { write, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export interface LogDestinationOptions {
  /**
   * File descriptor that is written to. A pipe or terminal has to be non-blocking: a write that blocks cannot be given up, and
   * the process does not end before it.
   */
  readonly fd: number;
  /** Most bytes that wait to be written; lines beyond are dropped. @default 4 MiB */
  readonly maxWaitingBytes?: number;
  /** Told of lines that are dropped, how many they are. */
  readonly onDrop?: (lines: number) => void;
  /** Told how many lines were dropped, once everything that waited has been written. */
  readonly onRecovery?: (lines: number) => void;
}

const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** Lines are written some at a time. */
const WRITTEN_AT_ONCE_BYTES = 8192;
const LONGEST_WAIT_MS = 500;
/** A reader that is alive takes little time; a full disk is not emptied so soon. */
const FULL_PIPE_RETRY_MS = 10;
const FAILED_WRITE_RETRY_MS = 1000;
/** Nobody can read any more what is written there. */
const CLOSED: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EBADF', 'ECONNRESET']);

/**
 * Where the log is written to. Writing is never waited for: lines wait in memory, up to a bound, and those beyond it are dropped
 * and counted. No failure of the file, pipe or terminal behind it reaches who logs.
 *
 * pino's own destination (sonic-boom 4.2) is not used: it stops counting on a closed pipe, and as the process ends it tries a
 * full disk or a pipe that nobody reads again for ever.
 */
export class LogDestination {
  readonly #fd: number;
  readonly #maxWaitingBytes: number;
  readonly #onDrop: (lines: number) => void;
  readonly #onRecovery: (lines: number) => void;
  #lines = '';
  #lineBytes = 0;
  /** What is being written, or was in vain. */
  #chunk: Buffer = Buffer.alloc(0);
  #isWriting = false;
  #isClosed = false;
  #isEnding = false;
  #retry: NodeJS.Timeout | null = null;
  #flushSoon: NodeJS.Timeout | null = null;
  #dropped = 0;
  /** Resolved when nothing waits any more, or nothing can be written. */
  readonly #ended = Promise.withResolvers<void>();

  constructor({
    fd,
    maxWaitingBytes = MAX_WAITING_BYTES,
    onDrop = () => undefined,
    onRecovery = () => undefined,
  }: LogDestinationOptions) {
    this.#fd = fd;
    this.#maxWaitingBytes = maxWaitingBytes;
    this.#onDrop = onDrop;
    this.#onRecovery = onRecovery;
  }

  /** Takes lines, with their ends. Never throws. */
  write(lines: string): void {
    const bytes = Buffer.byteLength(lines);
    if (this.#isClosed || this.#waitingBytes + bytes > this.#maxWaitingBytes) return this.#drop(lines);
    this.#lines += lines;
    this.#lineBytes += bytes;
    if (this.#lineBytes >= WRITTEN_AT_ONCE_BYTES) this.flush();
    else this.#flushBeforeLong();
  }

  /** Begins to write what waits. */
  flush(): void {
    if (this.#isWriting || this.#retry !== null || this.#isClosed) return;
    if (this.#chunk.length === 0) this.#takeLines();
    if (this.#chunk.length === 0) {
      this.#recovered();
      if (!this.#isEnding) return;
      // That may have been worth a line.
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

  /**
   * Writes what waits, and gives up after so long, and at once where writing fails for another reason than a reader that is
   * slow.
   */
  async end(timeoutMs: number): Promise<void> {
    this.#isEnding = true;
    if (this.#flushSoon !== null) clearTimeout(this.#flushSoon);
    this.#flushSoon = null;
    if (this.#isClosed) return;
    if (this.#retry !== null) this.#tryAgain();
    else this.flush();
    const cancelled = new AbortController();
    await Promise.race([
      this.#ended.promise,
      delay(timeoutMs, undefined, { signal: cancelled.signal }).catch(() => undefined),
    ]);
    cancelled.abort();
  }

  /** Writes what waits as far as that is possible without waiting; for the end of the process. */
  flushSync(): void {
    // In its middle another write would only make a mess.
    if (this.#isWriting || this.#isClosed) return;
    try {
      for (;;) {
        if (this.#chunk.length === 0) this.#takeLines();
        if (this.#chunk.length === 0) return;
        this.#chunk = this.#chunk.subarray(writeSync(this.#fd, this.#chunk));
      }
    } catch {
      // Nobody is left to be told.
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
    this.#flushSoon ??= setTimeout(() => {
      this.#flushSoon = null;
      this.flush();
    }, LONGEST_WAIT_MS).unref();
  }

  #failed({ code }: NodeJS.ErrnoException): void {
    if (CLOSED.has(code)) return this.#close();
    const isSlow = code === 'EAGAIN';
    if (this.#isEnding && !isSlow) return this.#ended.resolve();
    this.#retry = setTimeout(
      () => this.#tryAgain(),
      isSlow ? FULL_PIPE_RETRY_MS : FAILED_WRITE_RETRY_MS,
    ).unref();
  }

  #tryAgain(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
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
