import type { Logger } from 'pino';
import type { RefusalCause } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';

/** Time after which a refusal that goes on is told again. */
const AGAIN_MS = 3_600_000;
/** Time for which `/ready` tells of a refusal, unless it comes again. */
const TOLD_FOR_MS = 600_000;

const CAUSES = {
  foreign: {
    problem: 'something other than the upstream answers',
    log: 'Something other than the upstream answers in its place',
    hint: 'GENESYSCLOUD_API_URL may be wrong, or a proxy, a firewall or an API gateway does not pass on the call',
  },
  address: {
    problem: "the upstream refuses calls from the gateway's IP address",
    log: "The upstream refuses calls from the gateway's IP address",
    hint: "the gateway's IP address may be missing in the organisation's list of allowed addresses",
  },
} as const satisfies Record<RefusalCause, unknown>;

/** Logs once, for each resource, calls that were refused for no fault of the call or the credential. */
export class RefusalLog {
  readonly #clock: Clock;
  readonly #log: Logger;
  /** Times on the monotonic clock, by cause and resource. */
  readonly #toldAtMs = new Map<string, number>();
  #latest: { readonly cause: RefusalCause; readonly untilMs: number } | null = null;

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  met(resource: string, status: number | undefined, cause: RefusalCause): void {
    const nowMs = this.#clock.now();
    this.#latest = { cause, untilMs: nowMs + TOLD_FOR_MS };
    const key = `${cause} ${resource}`;
    if (nowMs - (this.#toldAtMs.get(key) ?? -Infinity) < AGAIN_MS) return;
    this.#toldAtMs.set(key, nowMs);
    const { log, hint } = CAUSES[cause];
    this.#log.warn({ resource, upstreamStatus: status, hint }, log);
  }

  /** Latest refusal in words that everybody may read; null when there was none lately. */
  get problem(): string | null {
    const latest = this.#latest;
    return latest === null || this.#clock.now() >= latest.untilMs ? null : CAUSES[latest.cause].problem;
  }
}
