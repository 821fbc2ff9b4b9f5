import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../lib/clock.ts';
import type { RedisClient, RedisClientInBytes } from './client.ts';
import { type RedisObserver, type RedisOutcome, type RedisPurpose, redisUnobserved } from './observer.ts';

/** A longer wait for Redis would take as long as a call to the upstream. */
const USUAL_TIMEOUT_MS = 50;
/** A single late reply can have a local cause, such as a garbage collection. */
const LATE_IN_A_ROW = 3;
/** Interval of the probes while Redis is unavailable. */
const PROBE_EVERY_MS = 500;
/** Prefix of all keys; changes with the format of the stored values. */
export const KEYS = 'cig1:';
const NEWS_CHANNEL = `${KEYS}news`;

type Question<Reply> = (client: RedisClient, inBytes: RedisClientInBytes) => Promise<Reply>;

interface Clients {
  readonly client: RedisClient;
  readonly inBytes: RedisClientInBytes;
}

/** Reason why Redis is not used, in words fit for the public. */
export type RedisProblem = 'connecting' | 'unreachable' | 'slow' | 'full' | 'refusing';

/** Redis is unavailable or did not answer in time. The caller continues without Redis. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisAway';
}

export interface RedisConnectionOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** @default redisUnobserved */
  readonly observer?: RedisObserver;
  /** Longest wait for a reply. @default 50 */
  readonly timeoutMs?: number | undefined;
}

/**
 * Connection to Redis, which may become unavailable at any moment. Questions then fail at once, until a probe finds Redis
 * available again. A Redis that answers late, refuses or is full counts as unavailable.
 */
export class RedisConnection {
  /** Id of this process among those that share a Redis. */
  readonly replica = randomUUID();
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #observer: RedisObserver;
  readonly #timeoutMs: number;
  readonly #opening: Promise<void>;
  readonly #onNews: ((news: string) => void)[] = [];
  readonly #onUp: (() => void)[] = [];
  #clients: Clients | undefined;
  #problem: RedisProblem | null = 'connecting';
  #late = 0;
  #timer: NodeJS.Timeout | undefined;
  #isDisposed = false;

  constructor({
    url,
    clock,
    log,
    observer = redisUnobserved,
    timeoutMs = USUAL_TIMEOUT_MS,
  }: RedisConnectionOptions) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#log = log;
    this.#observer = observer;
    observer.turned(false);
    this.#opening = this.#open(url).catch((error: unknown) => this.#turnAway('unreachable', error));
  }

  get isUp(): boolean {
    return this.#problem === null;
  }

  /** Reason why Redis is not used; null while it is used. */
  get problem(): RedisProblem | null {
    return this.#problem;
  }

  /** Registers a listener for the events that replicas publish, this one included. */
  onEvent(listener: (news: string) => void): void {
    this.#onNews.push(listener);
  }

  /** Registers a listener that runs each time Redis becomes available: events published meanwhile were missed. */
  onUp(listener: () => void): void {
    this.#onUp.push(listener);
  }

  /** Channel on which events are published. */
  get eventChannel(): string {
    return NEWS_CHANNEL;
  }

  /** Sends a question's commands in one write. Rejects with `RedisUnavailable` and nothing else. */
  async ask<Reply>(purpose: RedisPurpose, question: Question<Reply>): Promise<Reply> {
    if (this.#problem !== null || this.#clients === undefined)
      throw new RedisUnavailable('Redis is not used.');
    return this.#ask(this.#clients, purpose, question);
  }

  /** Closes the connection for good. */
  async dispose(): Promise<void> {
    this.#isDisposed = true;
    this.#clock.clearTimeout(this.#timer);
    await this.#opening;
    this.#problem ??= 'unreachable';
    if (this.#clients?.client.isOpen === true) this.#clients.client.destroy();
  }

  async #open(url: string): Promise<void> {
    // The client library is loaded only when Redis is configured.
    const { redisClient, inBytes } = await import('./client.ts');
    if (this.#isDisposed) return;
    const client = redisClient(url);
    const clients = { client, inBytes: inBytes(client) };
    this.#clients = clients;
    client.on('error', (error: unknown) => this.#heed(error));
    client.on('ready', () => void this.#probe(clients));
    // `connect` retries until the client is destroyed and rejects only then; failures before that are 'error' events.
    client.connect().catch(() => undefined);
  }

  readonly #tell = (news: string): void => {
    for (const listener of this.#onNews) listener(news);
  };

  async #ask<Reply>(
    { client, inBytes }: Clients,
    purpose: RedisPurpose,
    question: Question<Reply>,
  ): Promise<Reply> {
    const askedAtMs = this.#clock.now();
    let outcome: RedisOutcome = 'ok';
    try {
      const reply = await inTime(this.#clock, question(client, inBytes), this.#timeoutMs);
      this.#late = 0;
      return reply;
    } catch (error) {
      outcome = error instanceof Late ? 'timeout' : 'failed';
      this.#heed(error);
      throw new RedisUnavailable('Redis did not answer.', { cause: error });
    } finally {
      this.#observer.asked(purpose, outcome, this.#clock.now() - askedAtMs);
    }
  }

  /** Makes Redis unavailable after a failure, but tolerates a few late replies. */
  #heed(error: unknown): void {
    if (error instanceof Late) {
      this.#late += 1;
      if (this.#late >= LATE_IN_A_ROW) this.#turnAway('slow', error);
      return;
    }
    const code = replyCodeOf(error);
    if (code === null) this.#turnAway('unreachable', error);
    else this.#turnAway(code === 'OOM' ? 'full' : 'refusing', error);
  }

  #turnAway(problem: RedisProblem, error: unknown): void {
    if (this.#isDisposed) return;
    const wasKnown = this.#problem !== null && this.#problem !== 'connecting';
    // The first problem says more than the failures of later attempts.
    if (!wasKnown) {
      this.#problem = problem;
      this.#observer.turned(false);
      this.#log.warn(
        { redis: problem, code: replyCodeOf(error) ?? errorCodeOf(error) },
        'Redis is not used: what is kept is this process’s own, and its part of the quota',
      );
    }
    this.#timer ??= this.#clock.setTimeout(() => {
      this.#timer = undefined;
      if (this.#clients !== undefined) void this.#probe(this.#clients);
    }, PROBE_EVERY_MS);
  }

  /** Makes Redis available if it answers in time, accepts a write and accepts the subscription to events. */
  async #probe(clients: Clients): Promise<void> {
    if (this.#isDisposed || this.#problem === null) return;
    try {
      if (!clients.client.isReady) throw new RedisUnavailable('There is no connection.');
      await this.#ask(clients, 'probe', (ready) =>
        Promise.all([
          ready.set(`${KEYS}probe`, '1', { expiration: { type: 'PX', value: PROBE_EVERY_MS } }),
          // Repeating this is harmless: the client knows the listener.
          ready.subscribe(NEWS_CHANNEL, this.#tell),
        ]),
      );
    } catch (error) {
      this.#turnAway('unreachable', error);
      return;
    }
    // oxlint-disable-next-line typescript/no-unnecessary-condition -- another probe may have come first
    if (this.#isDisposed || this.#problem === null) return;
    this.#problem = null;
    this.#late = 0;
    this.#observer.turned(true);
    this.#log.info('Redis is used');
    for (const listener of this.#onUp) listener();
  }
}

/** No answer came in time. */
class Late extends Error {}

/**
 * Result of `work`; rejects with `Late` after `timeoutMs`. Replies that have arrived by then are still read first, because
 * Redis is not to blame when this process was busy.
 */
function inTime<Reply>(clock: Clock, work: Promise<Reply>, timeoutMs: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const late = () => setImmediate(() => reject(new Late('No answer in time.')));
    const timer = clock.setTimeout(late, timeoutMs);
    work.then(resolve, reject).finally(() => clock.clearTimeout(timer));
  });
}

/** Code in capitals at the start of an error reply from Redis; null for any other error. */
function replyCodeOf(error: unknown): string | null {
  const cause = error instanceof RedisUnavailable ? error.cause : error;
  return cause instanceof Error ? (/^[A-Z]{2,}(?= |$)/.exec(cause.message)?.[0] ?? null) : null;
}

function errorCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
