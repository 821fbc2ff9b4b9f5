import { circuitBreaker, CircuitState, CountBreaker, handleWhen } from 'cockatiel';
import { UpstreamError } from '../errors.ts';
import type { Signal } from './cancellation.ts';
import type { UpstreamIdentity } from './identity.ts';
import { PerIdentity } from './per-identity.ts';

/** Opens when more than this share of the last calls failed; not before there were so many. */
const THRESHOLD = 0.5;
const LAST_CALLS = 20;
const MINIMUM_CALLS = 10;
/** How long it stays open before one call goes to see. */
const OPEN_MS = 5_000;
/** What failed longer ago than this says nothing about now. */
const FORGET_AFTER_MS = 60_000;

/**
 * Stops calls to a resource that keeps failing, so that they neither wait in vain nor keep the upstream from recovering.
 * There is one for each resource and identity: a caller with a token of its own cannot open it for others.
 */
export class CircuitBreakers {
  readonly #circuits = new PerIdentity(
    () => new Map<string, Circuit>(),
    (circuits) => [...circuits.values()].every(({ isIdle }) => isIdle),
  );

  of(identity: UpstreamIdentity, resource: string): Circuit {
    const circuits = this.#circuits.of(identity);
    let circuit = circuits.get(resource);
    if (circuit === undefined) {
      circuit = new Circuit();
      circuits.set(resource, circuit);
    }
    return circuit;
  }
}

export class Circuit {
  readonly #policy = circuitBreaker(
    handleWhen((error) => this.#counts(error)),
    {
      halfOpenAfter: OPEN_MS,
      breaker: new CountBreaker({
        threshold: THRESHOLD,
        size: LAST_CALLS,
        minimumNumberOfCalls: MINIMUM_CALLS,
      }),
    },
  );
  /** On the clock of `Date.now()`, as cockatiel's. */
  #openUntilMs = 0;
  #failedAtMs = 0;

  constructor() {
    this.#policy.onBreak(() => (this.#openUntilMs = Date.now() + OPEN_MS));
  }

  /** Whether a new one would do as well. */
  get isIdle(): boolean {
    return Date.now() - this.#failedAtMs > FORGET_AFTER_MS;
  }

  /** Throws an `UpstreamError` (`UPSTREAM_UNAVAILABLE`) while it is open, and while one call has gone ahead to see. */
  check(): void {
    const { state } = this.#policy;
    const openMs = this.#openUntilMs - Date.now();
    if (state === CircuitState.HalfOpen || (state === CircuitState.Open && openMs > 0)) throw opened(openMs);
  }

  /** Makes a call, unless `check` throws. The signal tells whether a failed call was only given up. */
  async run<T>(signal: Signal, call: () => Promise<T>): Promise<T> {
    this.check();
    // What `check` lets through an open circuit is the one call that goes to see.
    const isProbe = this.#policy.state === CircuitState.Open;
    try {
      const outcome = await this.#policy.execute(async () => {
        try {
          const answer = await call();
          return () => answer;
        } catch (error) {
          if (signal.aborted) throw new GivenUp(error, isProbe);
          if (!(error instanceof UpstreamError) || isFault(error)) throw error;
          // An upstream that refuses has answered; of some resources most calls come to a 404.
          return () => {
            throw error;
          };
        }
      });
      return outcome();
    } catch (error) {
      throw error instanceof GivenUp ? error.cause : error;
    }
  }

  #counts(error: unknown): boolean {
    // A call that was given up has shown nothing. Only the one that was to show something must not count as good.
    if (error instanceof GivenUp) return error.isProbe;
    if (!isFault(error)) return false;
    this.#failedAtMs = Date.now();
    return true;
  }
}

class GivenUp extends Error {
  readonly isProbe: boolean;

  constructor(cause: unknown, isProbe: boolean) {
    super('given up', { cause });
    this.isProbe = isProbe;
  }
}

function isFault(error: unknown): boolean {
  if (!(error instanceof UpstreamError)) return false;
  const { code } = error.failure;
  return code === 'UPSTREAM_UNAVAILABLE' || code === 'UPSTREAM_TIMEOUT';
}

function opened(openMs: number): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_UNAVAILABLE',
    message: 'the upstream failed too often of late',
    retryAfterSeconds: Math.max(1, Math.ceil(openMs / 1000)),
  });
}
