import type { Logger } from 'pino';
import { UpstreamError } from '../errors.ts';
import { withinTime } from '../lib/deadline.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';

/** Something that has to be so before requests belong here. */
export interface ReadinessCheck {
  /** What it is called in the answer. */
  readonly name: string;
  /** Whether requests are answered as they should be without it, so that it is only told of. @default false */
  readonly isDispensable?: boolean;
  /**
   * Null when it is so; otherwise why not, in words that everybody may read: no value of a setting, no address, nothing that
   * another service said. It spends no quota, and takes no longer than a probe waits.
   */
  problem(): Promise<string | null>;
}

export interface ReadinessReport {
  readonly status: 'ready' | 'not ready';
  /** By check: `ok`, or why not. */
  readonly checks: Readonly<Record<string, string>>;
}

/** Whether requests should be sent here. They are answered in any case, as well as they can be. */
export class Readiness {
  readonly #checks: readonly ReadinessCheck[];
  #isRetired = false;

  constructor(checks: readonly ReadinessCheck[]) {
    this.#checks = checks;
  }

  /** From now on it is not ready, for good. */
  retire(): void {
    this.#isRetired = true;
  }

  async report(): Promise<ReadinessReport> {
    // Nothing is begun any more for what is about to end, such as a login.
    const problems = this.#isRetired ? [] : await Promise.all(this.#checks.map((check) => check.problem()));
    // With a configuration that is not in order it would not have started.
    const checks: Record<string, string> = { configuration: 'ok' };
    for (const [index, problem] of problems.entries()) {
      checks[this.#checks[index]?.name ?? ''] = problem ?? 'ok';
    }
    // It may have begun to end meanwhile.
    if (this.#isRetired) checks['draining'] = 'requests under way are finished, and others belong elsewhere';
    const isReady =
      !this.#isRetired &&
      problems.every((problem, index) => problem === null || this.#checks[index]?.isDispensable === true);
    return { status: isReady ? 'ready' : 'not ready', checks };
  }
}

/**
 * Whether the gateway shares what it knows with its replicas. Without Redis each goes on by itself: were it not ready then, all of
 * them would be out of service at once.
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

/** Kubernetes gives a probe one second unless told otherwise. */
const LONGEST_WAIT_MS = 500;

/**
 * Whether the gateway has logged in. Being asked makes it do so, within what the login allows itself; once it has, that
 * counts for good. Were it asked again, a login service that is away for a minute would take all gateways out of service at
 * once, and clients would lose what is kept and the errors that tell them what is wrong.
 */
export class LoginCheck implements ReadinessCheck {
  readonly name = 'login';
  readonly #identity: UpstreamIdentity;
  readonly #closing: AbortSignal;
  readonly #log: Logger;
  #hasLoggedIn = false;
  #logged: UpstreamError | undefined;

  constructor(identity: UpstreamIdentity, closing: AbortSignal, log: Logger) {
    this.#identity = identity;
    this.#closing = closing;
    this.#log = log;
  }

  async problem(): Promise<string | null> {
    if (this.#hasLoggedIn) return null;
    try {
      await withinTime(LONGEST_WAIT_MS, this.#closing, async (signal) => this.#identity.token(signal));
      this.#hasLoggedIn = true;
      return null;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      // Of no resource are those who wait no longer, while the login goes on.
      if (error.resource === undefined) return 'under way';
      this.#tell(error);
      return `failed: ${error.failure.code}`;
    }
  }

  /** The same failure can be met by many probes. */
  #tell(error: UpstreamError): void {
    if (this.#logged === error) return;
    this.#logged = error;
    const { resource, detail } = error;
    const { message, ...facts } = error.failure;
    this.#log.warn({ resource, ...facts, detail }, message);
  }
}
