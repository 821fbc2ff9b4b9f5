import type { Logger } from 'pino';
import { UpstreamError } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { unlessAborted, withinTime } from '../lib/deadline.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';

/** Condition for requests to be sent here. */
export interface ReadinessCheck {
  /** Name in the report. */
  readonly name: string;
  /** True when requests are answered correctly without it: a problem is only reported. @default false */
  readonly isDispensable?: boolean;
  /** True when the report names it only while there is a problem. @default false */
  readonly isHiddenWhenOk?: boolean;
  /**
   * Null when the condition holds; otherwise the reason, in words that everybody may read: no value of a setting, no
   * address, no text of another service. The check spends no quota, and takes no longer than a probe waits.
   */
  problem(): Promise<string | null>;
}

export interface ReadinessReport {
  readonly status: 'ready' | 'not ready';
  /** `ok` or the problem, by name of the check. */
  readonly checks: Readonly<Record<string, string>>;
}

/** Combined result of the readiness checks. Requests are answered in any case, as well as possible. */
export class Readiness {
  readonly #checks: readonly ReadinessCheck[];
  #isRetired = false;

  constructor(checks: readonly ReadinessCheck[]) {
    this.#checks = checks;
  }

  /** Makes the gateway not ready, for good. */
  retire(): void {
    this.#isRetired = true;
  }

  async report(): Promise<ReadinessReport> {
    // A gateway that is about to end begins nothing more, such as a login.
    const problems = this.#isRetired ? [] : await Promise.all(this.#checks.map((check) => check.problem()));
    // The gateway does not start with an invalid configuration.
    const checks: Record<string, string> = { configuration: 'ok' };
    for (const [index, problem] of problems.entries()) {
      const { name = '', isHiddenWhenOk = false } = this.#checks[index] ?? {};
      if (problem !== null || !isHiddenWhenOk) checks[name] = problem ?? 'ok';
    }
    // `retire` may have been called during the checks.
    if (this.#isRetired)
      checks['draining'] =
        'the gateway is shutting down: it finishes its requests, and new ones belong elsewhere';
    const isReady =
      !this.#isRetired &&
      problems.every((problem, index) => problem === null || this.#checks[index]?.isDispensable === true);
    return { status: isReady ? 'ready' : 'not ready', checks };
  }
}

/**
 * Check that Redis is in use. Without Redis each replica goes on by itself: if the gateway were not ready then, all replicas
 * would be out of service at once.
 */
export class RedisCheck implements ReadinessCheck {
  readonly name = 'redis';
  readonly isDispensable = true;
  readonly #replicas: { readonly problem: string | null };

  constructor(replicas: { readonly problem: string | null }) {
    this.#replicas = replicas;
  }

  problem(): Promise<string | null> {
    const { problem } = this.#replicas;
    return Promise.resolve(problem && `not used: ${problem}`);
  }
}

/** Pressure that lasts: a burst must not take the gateway out of service. */
const PRESSURE_MS = 10_000;
/** Time without a refusal after which there is no pressure. */
const PAUSE_MS = 1_000;

/** Check that the gateway does not have to refuse connections or requests all the time. */
export class PressureCheck implements ReadinessCheck {
  readonly name = 'load';
  readonly isHiddenWhenOk = true;
  readonly #clock: Clock;
  #sinceMs = -Infinity;
  #latestMs = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes that a connection or a request was refused. */
  refused(): void {
    const nowMs = this.#clock.now();
    if (nowMs - this.#latestMs > PAUSE_MS) this.#sinceMs = nowMs;
    this.#latestMs = nowMs;
  }

  problem(): Promise<string | null> {
    const nowMs = this.#clock.now();
    const isPressing = nowMs - this.#latestMs <= PAUSE_MS && nowMs - this.#sinceMs >= PRESSURE_MS;
    return Promise.resolve(isPressing ? 'requests are refused because there are too many' : null);
  }
}

/**
 * Check that the API can be reached. Without it, what is kept is served and other fields have errors that tell why: if the
 * gateway were not ready then, all gateways would be out of service at once.
 */
export class ReachCheck implements ReadinessCheck {
  readonly name = 'upstream';
  readonly isDispensable = true;
  readonly isHiddenWhenOk = true;
  readonly #problem: () => string | null;

  constructor(problem: () => string | null) {
    this.#problem = problem;
  }

  problem(): Promise<string | null> {
    return Promise.resolve(this.#problem());
  }
}

/** Kubernetes gives a probe one second by default. */
const LONGEST_WAIT_MS = 500;

/**
 * Checks that the gateway has logged in. The check starts the login, within the limits of the login itself; a success counts
 * for good. If the check were repeated, a login service that fails for a minute would take all gateways out of service at
 * once, and clients would lose the cached data and the errors that tell them what is wrong.
 */
export class LoginCheck implements ReadinessCheck {
  readonly name = 'login';
  readonly #identity: UpstreamIdentity;
  readonly #closing: AbortSignal;
  readonly #clock: Clock;
  readonly #log: Logger;
  #hasLoggedIn = false;
  #attempt: Promise<void> | undefined;
  /** Last failure. */
  #failed: UpstreamError | undefined;

  constructor(identity: UpstreamIdentity, closing: AbortSignal, clock: Clock, log: Logger) {
    this.#identity = identity;
    this.#closing = closing;
    this.#clock = clock;
    this.#log = log;
  }

  async problem(): Promise<string | null> {
    if (this.#hasLoggedIn) return null;
    const attempt = (this.#attempt ??= this.#logIn());
    try {
      await withinTime(this.#clock, LONGEST_WAIT_MS, this.#closing, (signal) =>
        unlessAborted(attempt, signal),
      );
    } catch (error) {
      // The wait is over; the login goes on.
      if (!(error instanceof UpstreamError)) throw error;
    }
    if (this.#hasLoggedIn) return null;
    if (this.#failed === undefined) return 'under way';
    const { code, message } = this.#failed.failure;
    return `failed: ${code}, ${message}`;
  }

  /** Rejects only for a defect. The reason of a failure is told until a login succeeds, also while the next one is under way. */
  async #logIn(): Promise<void> {
    try {
      await this.#identity.token(this.#closing);
      this.#hasLoggedIn = true;
      if (this.#failed !== undefined) this.#log.info('The gateway has logged in');
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      if (this.#closing.aborted) return;
      this.#tell(error);
      this.#failed = error;
    } finally {
      this.#attempt = undefined;
    }
  }

  /** Logs a failure once: many logins can fail for the same reason. */
  #tell(error: UpstreamError): void {
    if (this.#failed?.failure.message === error.failure.message) return;
    const { resource, detail } = error;
    const { message, ...facts } = error.failure;
    this.#log.warn({ resource, ...facts, detail }, message);
  }
}
