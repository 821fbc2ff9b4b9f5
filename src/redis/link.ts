import type { Clock } from '../lib/clock.ts';
import type { RedisClient, RedisClientInBytes } from './client.ts';
import { RedisUnavailable } from './failure.ts';

/** Longest time to connect and to be let in. */
const OPEN_WITHIN_MS = 1_000;

/** Commands of one write, with their reply. */
export type Question<Reply> = (client: RedisClient, inBytes: RedisClientInBytes) => Promise<Reply>;

/**
 * One connection to Redis, from its opening to its end. It never reconnects by itself: the next link looks the name up anew,
 * and nothing of an old connection reaches it.
 */
export class RedisLink {
  readonly #clock: Clock;
  readonly #client: RedisClient;
  readonly #inBytes: RedisClientInBytes;
  readonly #onEnd: (error: unknown) => void;
  /** Questions without a reply. */
  #awaited = 0;
  /** Since then nothing has come, while something was awaited. */
  #quietSinceMs = 0;
  #isOpen = false;
  #isOver = false;

  /** `onEnd` is called once, with the reason, unless the end is a `close`. */
  constructor(
    clock: Clock,
    client: RedisClient,
    inBytes: RedisClientInBytes,
    onEnd: (error: unknown) => void,
  ) {
    this.#clock = clock;
    this.#client = client;
    this.#inBytes = inBytes;
    this.#onEnd = onEnd;
    // Bytes that are no replies are 'error' events as well: the client catches what its parser throws. The listener stays
    // after the end, because commands that fail by it are reported too, and an 'error' without a listener is thrown.
    client.on('error', (error: unknown) => this.end(error));
    // The client cannot destroy a socket that is still connecting.
    client.on('connect', () => {
      if (this.#isOver) client.destroy();
    });
  }

  /** True from the end of the handshake to the end of the connection. */
  get isOpen(): boolean {
    return this.#isOpen && !this.#isOver;
  }

  /** Time for which nothing has come, while something was awaited. */
  get silentMs(): number {
    return this.#awaited === 0 ? 0 : this.#clock.now() - this.#quietSinceMs;
  }

  /** Connects. Rejects when the link ends before. */
  async open(): Promise<void> {
    const timer = this.#clock.setTimeout(
      () => this.end(new RedisUnavailable('The connection was not open in time.')),
      OPEN_WITHIN_MS,
    );
    try {
      await this.#client.connect();
      this.#isOpen = true;
    } catch (error) {
      this.end(error);
      throw error;
    } finally {
      this.#clock.clearTimeout(timer);
    }
    if (this.#isOver) throw new RedisUnavailable('The connection has ended.');
  }

  /** Reply to the question, however late. Rejects at the end of the link. */
  async ask<Reply>(question: Question<Reply>): Promise<Reply> {
    if (this.#isOver) throw new RedisUnavailable('The connection has ended.');
    if (this.#awaited === 0) this.#quietSinceMs = this.#clock.now();
    this.#awaited += 1;
    try {
      return await question(this.#client, this.#inBytes);
    } finally {
      this.#awaited -= 1;
      this.#quietSinceMs = this.#clock.now();
    }
  }

  /** Ends the link if nothing has come for `ms`, not even what waits to be read because this process was busy. */
  endIfSilent(ms: number): void {
    if (this.silentMs < ms) return;
    setImmediate(() => {
      if (this.silentMs >= ms) this.end(new RedisUnavailable('The connection was silent.'));
    });
  }

  /** Ends the link because of `error`. */
  end(error: unknown): void {
    if (this.#isOver) return;
    this.close();
    this.#onEnd(error);
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#client.destroy();
  }
}
