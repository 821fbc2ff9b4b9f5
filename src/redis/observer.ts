/** What came of a command. */
export type RedisOutcome = 'ok' | 'timeout' | 'failed';

/** Watches the way to Redis, for those who run the gateway. */
export interface RedisObserver {
  /** What was asked at once, by what it was for, is over. */
  asked(purpose: RedisPurpose, outcome: RedisOutcome, ms: number): void;
  /** Whether Redis is used from now on. */
  turned(isUp: boolean): void;
}

/** What Redis is asked for. */
export type RedisPurpose = 'cache' | 'leases' | 'quota' | 'standing' | 'probe';

/** Watches nothing. */
export const redisUnobserved: RedisObserver = {
  asked() {},
  turned() {},
};
