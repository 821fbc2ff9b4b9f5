import type { Signal } from '../lib/signal.ts';
import type { RedisClient } from './client.ts';
import type { RedisConnection } from './connection.ts';

/** When a replica that has died is not waited for any more. */
const LEASE_MS = 2_000;
const RENEW_EVERY_MS = 500;
/** News can get lost. So it is also looked now and then. */
const LOOK_EVERY_MS = 250;

/**
 * Which replica asks the upstream for what. A lease runs out by itself, so that what a dead process was about to ask is soon
 * asked by another.
 */
export class Leases {
  readonly #connection: RedisConnection;
  /** How often each was taken. */
  readonly #held = new Map<string, number>();
  readonly #waiting = new Map<string, Set<() => void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: RedisConnection) {
    this.#connection = connection;
    connection.onEvent((news) => {
      for (const key of releasedIn(news)) for (const wake of this.#waiting.get(key) ?? []) wake();
    });
  }

  /** Tries to get a lease; true where it is this process's now, once more if it was so already. Each is to be released. */
  async take(client: RedisClient, key: string): Promise<boolean> {
    const reply = await client.set(key, this.#connection.replica, {
      condition: 'NX',
      expiration: { type: 'PX', value: LEASE_MS },
    });
    const times = this.#held.get(key) ?? 0;
    if (reply === null && times === 0) return false;
    this.#held.set(key, times + 1);
    this.#timer ??= setInterval(this.#renew, RENEW_EVERY_MS);
    return true;
  }

  /** Gives leases up as often as they were taken, and tells those who wait for them. */
  release(keys: readonly string[]): void {
    const released = keys.filter((key) => {
      const times = this.#held.get(key) ?? 0;
      if (times > 1) this.#held.set(key, times - 1);
      else this.#held.delete(key);
      return times === 1;
    });
    if (this.#held.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    if (released.length === 0) return;
    const news = JSON.stringify({ released });
    this.#connection
      .ask('leases', (client) =>
        client.releaseLeases(released, this.#connection.replica, this.#connection.eventChannel, news),
      )
      // They run out.
      .catch(() => undefined);
  }

  /** Waits until somebody gives up one of these leases, for a moment, or until the signal aborts. */
  released(keys: readonly string[], signal: Signal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        for (const key of keys) {
          const others = this.#waiting.get(key);
          others?.delete(end);
          if (others?.size === 0) this.#waiting.delete(key);
        }
        resolve();
      };
      const timer = setTimeout(end, LOOK_EVERY_MS);
      signal.addEventListener('abort', end);
      for (const key of keys) {
        const others = this.#waiting.get(key);
        if (others === undefined) this.#waiting.set(key, new Set([end]));
        else others.add(end);
      }
      if (signal.aborted) end();
    });
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const wakes of this.#waiting.values()) for (const wake of wakes) wake();
  }

  readonly #renew = (): void => {
    if (!this.#connection.isUp) return;
    // By identity, for the keys of a question belong together.
    const bySlot = Map.groupBy(this.#held.keys(), (key) => key.slice(0, key.indexOf('}')));
    for (const keys of bySlot.values()) {
      this.#connection
        .ask('leases', (client) => client.renewLeases(keys, this.#connection.replica, LEASE_MS))
        .catch(() => undefined);
    }
  };
}

/** The leases that news are of; none where they are others, or cannot be read. */
function releasedIn(text: string): readonly string[] {
  try {
    const news: { released?: unknown } | null = JSON.parse(text);
    const released = typeof news === 'object' ? news?.released : undefined;
    return Array.isArray(released) ? released.filter((key) => typeof key === 'string') : [];
  } catch {
    return [];
  }
}
