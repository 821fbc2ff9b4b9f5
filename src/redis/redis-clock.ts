import type { Clock } from '../lib/clock.ts';

/** Difference between a time in Redis and the clock of Redis up to which the time is not in the future. */
export const FUTURE_MS = 1_000;

/** Reply to `TIME`: seconds and microseconds. */
export type RedisTime = readonly string[];

/**
 * Time of Redis, estimated from the last reply. The estimate is never ahead of the clock of Redis, because a reply takes time
 * to arrive.
 */
export class RedisClock {
  readonly #clock: Clock;
  #toldMs = 0;
  #heardAtMs: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes the reply to `TIME`, returns milliseconds. */
  heard([seconds, micros = '0']: RedisTime): number {
    const toldMs = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
    if (!Number.isSafeInteger(toldMs)) throw new TypeError('Redis tells a time.');
    this.#toldMs = toldMs;
    this.#heardAtMs = this.#clock.now();
    return this.#toldMs;
  }

  /** Null before the first reply. */
  nowMs(): number | null {
    return this.#heardAtMs === null ? null : Math.floor(this.#toldMs + this.#clock.now() - this.#heardAtMs);
  }
}
