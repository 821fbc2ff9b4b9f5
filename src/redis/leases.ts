import type { Clock } from '../lib/clock.ts';
import type { Signal } from '../lib/signal.ts';
import type { RedisClient } from './client.ts';
import type { RedisConnection } from './connection.ts';
import { EVENT_CHANNEL } from './keys.ts';

/** Time after which the leases of a dead replica expire. */
const LEASE_MS = 2_000;
const RENEW_EVERY_MS = 500;
/** Longest wait for a release: events can get lost. */
const LOOK_EVERY_MS = 250;

/**
 * Leases that decide which replica reads a row from the upstream. A lease expires by itself, so another replica soon takes
 * over from a dead one.
 */
export class Leases {
  readonly #clock: Clock;
  readonly #connection: RedisConnection;
  /** Number of times each lease was taken. */
  readonly #held = new Map<string, number>();
  readonly #waiting = new Map<string, Set<() => void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: Clock, connection: RedisConnection) {
    this.#clock = clock;
    this.#connection = connection;
    connection.onEvent((news) => {
      for (const key of releasedIn(news)) for (const wake of this.#waiting.get(key) ?? []) wake();
    });
  }

  /** Takes a lease; true when this process holds it, also if it did before. Each success needs a `release`. */
  async take(client: RedisClient, key: string): Promise<boolean> {
    const reply = await client.set(key, this.#connection.replica, {
      condition: 'NX',
      expiration: { type: 'PX', value: LEASE_MS },
    });
    const times = this.#held.get(key) ?? 0;
    if (reply === null && times === 0) return false;
    this.#held.set(key, times + 1);
    this.#timer ??= this.#clock.setTimeout(this.#renew, RENEW_EVERY_MS);
    return true;
  }

  /** Undoes one `take` of each lease; the last one frees the lease and notifies waiting replicas. */
  release(keys: readonly string[]): void {
    const released = keys.filter((key) => {
      const times = this.#held.get(key) ?? 0;
      if (times > 1) this.#held.set(key, times - 1);
      else this.#held.delete(key);
      return times === 1;
    });
    if (this.#held.size === 0) this.#stopRenewing();
    if (released.length === 0) return;
    const news = JSON.stringify({ released });
    this.#connection
      .tell('leases', (client) =>
        client.releaseLeases(released, this.#connection.replica, EVENT_CHANNEL, news),
      )
      // The leases expire.
      .catch(() => undefined);
  }

  /** Waits until one of these leases is released, LOOK_EVERY_MS at most, or until the signal aborts. */
  released(keys: readonly string[], signal: Signal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        this.#clock.clearTimeout(timer);
        signal.removeEventListener('abort', end);
        for (const key of keys) {
          const others = this.#waiting.get(key);
          others?.delete(end);
          if (others?.size === 0) this.#waiting.delete(key);
        }
        resolve();
      };
      const timer = this.#clock.setTimeout(end, LOOK_EVERY_MS);
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
    this.#stopRenewing();
    for (const wakes of this.#waiting.values()) for (const wake of wakes) wake();
  }

  #stopRenewing(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly #renew = (): void => {
    this.#timer = this.#clock.setTimeout(this.#renew, RENEW_EVERY_MS);
    // One command per identity, because the keys of a command must be in one slot.
    const bySlot = Map.groupBy(this.#held.keys(), (key) => key.slice(0, key.indexOf('}')));
    for (const keys of bySlot.values()) {
      this.#connection
        .tell('leases', (client) => client.renewLeases(keys, this.#connection.replica, LEASE_MS))
        .catch(() => undefined);
    }
  };
}

/** Keys of the released leases; empty for other events and malformed ones. */
function releasedIn(text: string): readonly string[] {
  try {
    const news: { released?: unknown } | null = JSON.parse(text);
    const released = typeof news === 'object' ? news?.released : undefined;
    return Array.isArray(released) ? released.filter((key) => typeof key === 'string') : [];
  } catch {
    return [];
  }
}
