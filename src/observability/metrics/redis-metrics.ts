import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { RedisProblem } from '../../redis/failure.ts';
import type { RedisObserver, RedisOutcome, RedisPurpose } from '../../redis/observer.ts';

/** Metrics of round trips to Redis, and of its availability. */
export class RedisMetrics implements RedisObserver {
  readonly #isUp: Gauge;
  readonly #questions: Counter<'purpose' | 'outcome'>;
  readonly #turnedAway: Counter<'problem'>;
  readonly #durations: Histogram<'purpose'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#isUp = new Gauge({
      name: 'gateway_redis_up',
      help: 'Whether Redis is in use: 1, or 0 while it is not available; absent without REDIS_URL.',
      registers,
    });
    this.#isUp.remove();
    this.#questions = new Counter({
      name: 'gateway_redis_questions_total',
      help: 'Requests to Redis, each sent in one write, by purpose (cache, leases, quota, standing, probe) and outcome (ok, timeout, failed).',
      labelNames: ['purpose', 'outcome'],
      registers,
    });
    this.#turnedAway = new Counter({
      name: 'gateway_redis_turned_away_total',
      help: 'Times that the gateway stopped using Redis, by problem (unreachable, slow, full, refusing).',
      labelNames: ['problem'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'gateway_redis_question_duration_seconds',
      help: 'Time until Redis answered a request, in seconds, by purpose.',
      labelNames: ['purpose'],
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1],
      registers,
    });
  }

  asked(purpose: RedisPurpose, outcome: RedisOutcome, ms: number): void {
    this.#questions.inc({ purpose, outcome });
    this.#durations.observe({ purpose }, ms / 1000);
  }

  turned(isUp: boolean): void {
    this.#isUp.set(isUp ? 1 : 0);
  }

  turnedAway(problem: RedisProblem): void {
    this.#turnedAway.inc({ problem });
  }
}
