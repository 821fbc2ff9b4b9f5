import type { Logger } from 'pino';
import type { Clock } from '../lib/clock.ts';

/** Time after which a fault that goes on is told again. */
const AGAIN_MS = 3_600_000;

/** Logs once for each resource that something else than the upstream answers in its place. */
export class ForeignAnswers {
  readonly #clock: Clock;
  readonly #log: Logger;
  /** Times on the monotonic clock, by resource. */
  readonly #toldAtMs = new Map<string, number>();

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  met(resource: string): void {
    const nowMs = this.#clock.now();
    if (nowMs - (this.#toldAtMs.get(resource) ?? -Infinity) < AGAIN_MS) return;
    this.#toldAtMs.set(resource, nowMs);
    this.#log.warn(
      {
        resource,
        hint: 'GENESYSCLOUD_API_URL may be wrong, or a proxy or an API gateway does not pass on this path',
      },
      'Something else than the upstream answers 404 in its place',
    );
  }
}
