import type { Logger } from 'pino';
import { PerIdentity } from '../identity/per-identity.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { Clock } from '../lib/clock.ts';

/** Time for which a number is believed. Afterwards the upstream is asked for as many ids as before. */
const LEARNED_MS = 3_600_000;

interface LearnedSize {
  readonly size: number;
  readonly untilMs: number;
}

/** Numbers of ids in a call that upstreams turned out to take, by identity and resource. */
export class BatchSizes {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #byIdentity: PerIdentity<Map<string, LearnedSize>>;
  /** Smallest number that was logged, by resource. */
  readonly #logged = new Map<string, number>();

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
    this.#byIdentity = new PerIdentity(
      () => new Map(),
      (learned) => learned.values().every(({ untilMs }) => untilMs <= clock.now()),
    );
  }

  /** Most ids of a call; Infinity while nothing was learned. */
  of(identity: UpstreamIdentity, resource: string): number {
    // Nothing is learned from nearly all upstreams.
    if (this.#logged.size === 0) return Infinity;
    const learned = this.#byIdentity.of(identity).get(resource);
    return learned === undefined || learned.untilMs <= this.#clock.now() ? Infinity : learned.size;
  }

  /** @param isProven False for a number that counts only when it is met again. */
  learn(identity: UpstreamIdentity, resource: string, size: number, isProven: boolean): void {
    const nowMs = this.#clock.now();
    const untilMs = nowMs + LEARNED_MS;
    const known = this.#byIdentity.of(identity);
    const met = `${resource} met`;
    if (!isProven && (known.get(met)?.untilMs ?? 0) <= nowMs) {
      known.set(met, { size, untilMs });
      return;
    }
    known.set(resource, { size: Math.min(size, this.of(identity, resource)), untilMs });
    if (size >= (this.#logged.get(resource) ?? Infinity)) return;
    this.#logged.set(resource, size);
    this.#log.warn(
      { resource, ids: size },
      'The upstream takes fewer ids in one call than the gateway sends. Set UPSTREAM_BATCH_SIZE to save the calls that find this out',
    );
  }
}
