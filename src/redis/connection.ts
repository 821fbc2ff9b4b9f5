import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { RedisClient, RedisClientInBytes } from './client.ts';
import { type RedisObserver, type RedisOutcome, type RedisPurpose, redisUnobserved } from './observer.ts';

/** Whoever waits longer for Redis could as well ask the upstream. */
const USUAL_TIMEOUT_MS = 50;
/** One answer can be late for a reason of our own, such as a garbage collection. */
const LATE_IN_A_ROW = 3;
/** How often it is tried whether Redis is there again. */
const PROBE_EVERY_MS = 500;
/** Begins all keys; changes with what is kept below them. */
export const KEYS = 'cig1:';
const NEWS_CHANNEL = `${KEYS}news`;

type Question<Reply> = (client: RedisClient, inBytes: RedisClientInBytes) => Promise<Reply>;

interface Clients {
  readonly client: RedisClient;
  readonly inBytes: RedisClientInBytes;
}

/** Why Redis is not used, in words that everybody may read. */
export type RedisProblem = 'connecting' | 'unreachable' | 'slow' | 'full' | 'refusing';

/** Redis could not be asked, or has not answered in time. Whoever meets it goes on without. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisAway';
}

export interface RedisConnectionOptions {
  readonly url: string;
  readonly log: Logger;
  /** @default nobody watches */
  readonly observer?: RedisObserver;
  /** The longest that an answer is waited for. @default 50 */
  readonly timeoutMs?: number | undefined;
}

/**
 * The way to Redis, which may be gone at any moment: then whoever asks is told so at once, and a probe looks for when it is there
 * again. A Redis that answers late, refuses, or has no room is as good as none.
 */
export class RedisConnection {
  /** Tells the processes apart that share a Redis. */
  readonly replica = randomUUID();
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
    log,
    observer = redisUnobserved,
    timeoutMs = USUAL_TIMEOUT_MS,
  }: RedisConnectionOptions) {
    this.#timeoutMs = timeoutMs;
    this.#log = log;
    this.#observer = observer;
    observer.turned(false);
    this.#opening = this.#open(url).catch((error: unknown) => this.#turnAway('unreachable', error));
  }

  get isUp(): boolean {
    return this.#problem === null;
  }

  /** Why it is not used; null when it is. */
  get problem(): RedisProblem | null {
    return this.#problem;
  }

  /** Told what replicas tell each other, this one included. */
  onEvent(listener: (news: string) => void): void {
    this.#onNews.push(listener);
  }

  /** Told each time that Redis can be used from now on: what happened meanwhile is not known. */
  onUp(listener: () => void): void {
    this.#onUp.push(listener);
  }

  /** Where news are published. */
  get eventChannel(): string {
    return NEWS_CHANNEL;
  }

  /** Asks something, in one write. Rejects with `RedisAway` and nothing else. */
  async ask<Reply>(purpose: RedisPurpose, question: Question<Reply>): Promise<Reply> {
    if (this.#problem !== null || this.#clients === undefined)
      throw new RedisUnavailable('Redis is not used.');
    return this.#ask(this.#clients, purpose, question);
  }

  /** Ends the connection; Redis is not used any more. */
  async dispose(): Promise<void> {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    await this.#opening;
    this.#problem ??= 'unreachable';
    if (this.#clients?.client.isOpen === true) this.#clients.client.destroy();
  }

  async #open(url: string): Promise<void> {
    // What it takes is loaded only where it is wanted.
    const { redisClient, inBytes } = await import('./client.ts');
    if (this.#isDisposed) return;
    const client = redisClient(url);
    const clients = { client, inBytes: inBytes(client) };
    this.#clients = clients;
    client.on('error', (error: unknown) => this.#heed(error));
    client.on('ready', () => void this.#probe(clients));
    // It goes on connecting until it is disposed of, and only then rejects; what goes wrong meanwhile it tells as errors.
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
    const askedAtMs = performance.now();
    let outcome: RedisOutcome = 'ok';
    try {
      const reply = await inTime(question(client, inBytes), this.#timeoutMs);
      this.#late = 0;
      return reply;
    } catch (error) {
      outcome = error instanceof Late ? 'timeout' : 'failed';
      this.#heed(error);
      throw new RedisUnavailable('Redis did not answer.', { cause: error });
    } finally {
      this.#observer.asked(purpose, outcome, performance.now() - askedAtMs);
    }
  }

  /** What a failure options for those who come later. */
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
    // Why it was given up says more than what the attempts to come back end with.
    if (!wasKnown) {
      this.#problem = problem;
      this.#observer.turned(false);
      this.#log.warn(
        { redis: problem, code: replyCodeOf(error) ?? systemCodeOf(error) },
        'Redis is not used: what is kept is this process’s own, and its part of the quota',
      );
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#clients !== undefined) void this.#probe(this.#clients);
    }, PROBE_EVERY_MS);
  }

  /** Whether it answers in time, takes what it is given, and lets replicas hear of each other. */
  async #probe(clients: Clients): Promise<void> {
    if (this.#isDisposed || this.#problem === null) return;
    try {
      if (!clients.client.isReady) throw new RedisUnavailable('There is no connection.');
      await this.#ask(clients, 'probe', (ready) =>
        Promise.all([
          ready.set(`${KEYS}probe`, '1', { expiration: { type: 'PX', value: PROBE_EVERY_MS } }),
          // Again each time: the client knows the listener.
          ready.subscribe(NEWS_CHANNEL, this.#tell),
        ]),
      );
    } catch (error) {
      this.#turnAway('unreachable', error);
      return;
    }
    // oxlint-disable-next-line typescript/no-unnecessary-condition -- it may have been another probe that came first
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
 * Waits so long. When the time is over, what has arrived meanwhile is still read: where this process itself was busy, Redis is
 * not to blame.
 */
function inTime<Reply>(work: Promise<Reply>, timeoutMs: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => setImmediate(() => reject(new Late('No answer in time.'))), timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** The word in capitals that an error of Redis itself begins with; null for any other. */
function replyCodeOf(error: unknown): string | null {
  const cause = error instanceof RedisUnavailable ? error.cause : error;
  return cause instanceof Error ? (/^[A-Z]{2,}(?= |$)/.exec(cause.message)?.[0] ?? null) : null;
}

function systemCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
