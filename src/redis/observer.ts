import type { RedisProblem } from './failure.ts';

export type RedisOutcome = 'ok' | 'timeout' | 'failed';

/** Observes the connection to Redis, for operators. */
export interface RedisObserver {
  /** The commands of one question are done after `ms`. */
  asked(purpose: RedisPurpose, outcome: RedisOutcome, ms: number): void;
  /** Redis became available or unavailable. */
  turned(isUp: boolean): void;
  /** Redis was in use and is not any more. */
  turnedAway(problem: RedisProblem): void;
}

/** Purpose of a question to Redis. */
export type RedisPurpose = 'cache' | 'leases' | 'quota' | 'standing' | 'probe';

export const redisUnobserved: RedisObserver = { asked() {}, turned() {}, turnedAway() {} };
