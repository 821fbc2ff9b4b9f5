import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../lib/clock.ts';
import { Availability } from './availability.ts';
import { examine } from './examination.ts';
import { concernsOneKey, problemOf, type RedisProblem, RedisUnavailable } from './failure.ts';
import { inTime, Late } from './in-time.ts';
import { EVENT_CHANNEL, KEYS } from './keys.ts';
import { type Question, RedisLink } from './link.ts';
import { type RedisObserver, type RedisOutcome, type RedisPurpose, redisUnobserved } from './observer.ts';
import { RedisClock } from './redis-clock.ts';
import { type ProbeResult, probeResultOf, Slowness } from './slowness.ts';

/** A longer wait for Redis would take as long as a call to the upstream. */
const USUAL_TIMEOUT_MS = 50;
/** Interval of the probes, and of the attempts to connect. */
const PROBE_EVERY_MS = 400;
/** Interval while there is a doubt, which has to end soon. */
const PROBE_IN_DOUBT_EVERY_MS = 100;
/** A connection on which nothing comes for this time, though something is awaited, is given up. */
const SILENT_MS = 800;
/** Interval of the attempts while Redis lacks something that only an operator can give. */
const UNUSABLE_EVERY_MS = 5_000;

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
 * available again. Any refusal except that of a full Redis ends the link, as do garbage and silence: the same URL may lead to
 * another primary by now. A Redis that answers, but late, keeps its link; see slowness.ts.
 */
export class RedisConnection {
  /** Id of this process among those that share a Redis. */
  readonly replica = randomUUID();
  /** Clock of Redis, heard with each probe. */
  readonly time: RedisClock;
  readonly #url: string;
  readonly #clock: Clock;
  readonly #observer: RedisObserver;
  readonly #timeoutMs: number;
  readonly #slowness: Slowness;
  readonly #availability: Availability;
  readonly #onEvent: ((event: string) => void)[] = [];
  #isOpening = false;
  /** Link that is not examined yet. */
  #opening: RedisLink | undefined;
  #link: RedisLink | undefined;
  #openedAtMs = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #isDisposed = false;

  constructor({
    url,
    clock,
    log,
    observer = redisUnobserved,
    timeoutMs = USUAL_TIMEOUT_MS,
  }: RedisConnectionOptions) {
    this.#url = url;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#observer = observer;
    this.#slowness = new Slowness(clock);
    this.#availability = new Availability(log, observer);
    this.time = new RedisClock(clock);
    this.#tick();
  }

  /** True while Redis may be waited for. */
  get isUp(): boolean {
    return this.problem === null && !this.#slowness.isDoubted && !this.#isDisposed;
  }

  /** Reason why Redis is not used; null while it is used. */
  get problem(): RedisProblem | null {
    return this.#availability.problem;
  }

  /** Registers a listener for the events that replicas publish, this one included. */
  onEvent(listener: (event: string) => void): void {
    this.#onEvent.push(listener);
  }

  /** Registers a listener that runs each time Redis becomes available: events published meanwhile were missed. */
  onUp(listener: () => void): void {
    this.#availability.onUp(listener);
  }

  /** Asks for what somebody waits for, in one write. Rejects with `RedisUnavailable` and nothing else. */
  async ask<Reply>(purpose: RedisPurpose, question: Question<Reply>): Promise<Reply> {
    const link = this.#link;
    if (!this.isUp || link === undefined) throw new RedisUnavailable('Redis is not used.');
    return this.#heeded(link, this.#timely(purpose, link.ask(question)));
  }

  /**
   * Tells Redis what nobody waits for, also while its answers are late. Rejects with `RedisUnavailable` when Redis may not have
   * heard it, however long that takes to show.
   */
  async tell(purpose: RedisPurpose, question: Question<unknown>): Promise<void> {
    const link = this.#link;
    const isHeard = this.problem === null || this.problem === 'slow';
    if (!isHeard || link === undefined) throw new RedisUnavailable('Redis is not used.');
    const reply = link.ask(question);
    this.#heeded(link, this.#timely(purpose, reply)).catch(() => undefined);
    await reply.catch((error: unknown) => {
      throw new RedisUnavailable('Redis was not told.', { cause: error });
    });
  }

  /** Closes the connection for good. */
  dispose(): void {
    this.#isDisposed = true;
    this.#clock.clearTimeout(this.#timer);
    this.#opening?.close();
    this.#link?.close();
    this.#opening = undefined;
    this.#link = undefined;
  }

  readonly #hear = (event: string): void => {
    for (const listener of this.#onEvent) listener(event);
  };

  /** Connects, probes, and gives up a silent link, again and again. */
  readonly #tick = (): void => {
    const link = this.#link;
    if (link !== undefined) {
      link.endIfSilent(SILENT_MS);
      void this.#probe(link);
    } else if (!this.#isOpening) {
      void this.#open()
        // A URL that cannot be taken apart.
        .catch((error: unknown) => this.#availability.failed('unreachable', error))
        .finally(() => (this.#isOpening = false));
    }
    this.#tickIn(this.#slowness.isDoubted ? PROBE_IN_DOUBT_EVERY_MS : PROBE_EVERY_MS);
  };

  #tickIn(ms: number): void {
    this.#clock.clearTimeout(this.#timer);
    if (!this.#isDisposed) this.#timer = this.#clock.setTimeout(this.#tick, Math.max(0, ms));
  }

  async #open(): Promise<void> {
    this.#isOpening = true;
    this.#openedAtMs = this.#clock.now();
    // The client library is loaded only when Redis is configured.
    const { redisClient, inBytes } = await import('./client.ts');
    if (this.#isDisposed) return;
    const client = redisClient(this.#url);
    const link = new RedisLink(this.#clock, client, inBytes(client), (error) => this.#ended(link, error));
    this.#opening = link;
    try {
      await link.open();
      const lacking = await inTime(this.#clock, link.ask(examine), SILENT_MS);
      if (this.#opening !== link) return;
      if (lacking.length > 0) {
        this.#opening = undefined;
        link.close();
        this.#availability.isUnusable(lacking);
        this.#tickIn(UNUSABLE_EVERY_MS);
        return;
      }
    } catch (error) {
      link.end(error);
      return;
    }
    this.#opening = undefined;
    this.#link = link;
    await this.#probe(link);
  }

  #ended(link: RedisLink, error: unknown): void {
    if (this.#opening !== link && this.#link !== link) return;
    this.#opening = undefined;
    this.#link = undefined;
    this.#slowness.reset();
    this.#availability.failed(problemOf(error), error);
    this.#tickIn(this.#openedAtMs + PROBE_EVERY_MS - this.#clock.now());
  }

  /** Reply in time, observed. */
  async #timely<Reply>(purpose: RedisPurpose, reply: Promise<Reply>): Promise<Reply> {
    const askedAtMs = this.#clock.now();
    let outcome: RedisOutcome = 'ok';
    try {
      return await inTime(this.#clock, reply, this.#timeoutMs);
    } catch (error) {
      outcome = error instanceof Late ? 'timeout' : 'failed';
      throw error;
    } finally {
      this.#observer.asked(purpose, outcome, this.#clock.now() - askedAtMs);
    }
  }

  /** The reply; its failure is a `RedisUnavailable` and shows whether Redis can be used. */
  async #heeded<Reply>(link: RedisLink, reply: Promise<Reply>): Promise<Reply> {
    try {
      return await reply;
    } catch (error) {
      if (error instanceof Late) this.#late();
      else if (!concernsOneKey(error)) this.#failed(link, error);
      throw new RedisUnavailable('Redis did not answer.', { cause: error });
    }
  }

  #late(): void {
    // Only the first late reply brings the next probe forward: further ones must not put it off.
    if (!this.isUp) return;
    this.#slowness.late();
    if (this.#slowness.isSlow) this.#availability.isSlow();
    this.#tickIn(PROBE_IN_DOUBT_EVERY_MS);
  }

  #failed(link: RedisLink, error: unknown): void {
    if (problemOf(error) !== 'full') link.end(error);
    else if (this.#link === link) this.#availability.failed('full', error);
  }

  /** Asks whether Redis answers in time, accepts a write and accepts the subscription to events. */
  async #probe(link: RedisLink): Promise<void> {
    const askedAtMs = this.#clock.now();
    const asked = link.ask((client) =>
      Promise.all([
        client.time(),
        client.set(`${KEYS}probe`, '1', { expiration: { type: 'PX', value: PROBE_EVERY_MS } }),
        // Repeating this is harmless: the client knows the listener.
        client.subscribe(EVENT_CHANNEL, this.#hear),
      ]),
    );
    try {
      const [time] = await this.#timely('probe', asked);
      this.time.heard(time);
      this.#judge(link, probeResultOf(this.#clock.now() - askedAtMs, this.#timeoutMs));
    } catch (error) {
      if (error instanceof Late) this.#judge(link, 'late');
      else this.#failed(link, error);
    }
  }

  #judge(link: RedisLink, result: ProbeResult): void {
    if (this.#link !== link) return;
    const { isSlow, isDoubted } = this.#slowness.probed(result);
    if (isSlow) this.#availability.isSlow();
    else if (result !== 'late' && !isDoubted) this.#availability.takeBack();
  }
}
