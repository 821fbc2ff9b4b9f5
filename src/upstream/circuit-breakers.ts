import { circuitBreaker, type CircuitBreakerPolicy, CircuitState, CountBreaker, handleWhen } from 'cockatiel';
import { UpstreamError } from '../errors.ts';
import type { Signal } from '../lib/signal.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import { PerIdentity } from '../identity/per-identity.ts';

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

  /** By resource, for each of which there is a circuit. Looks at every identity. */
  counts(): ReadonlyMap<string, CircuitCounts> {
    const counts = new Map<string, { open: number; halfOpen: number }>();
    for (const circuits of this.#circuits.values()) {
      for (const [resource, { state }] of circuits) {
        const ofResource = counts.get(resource) ?? { open: 0, halfOpen: 0 };
        counts.set(resource, ofResource);
        if (state !== 'closed') ofResource[state] += 1;
      }
    }
    return counts;
  }
}

/** How many circuits of one resource stop calls. */
export interface CircuitCounts {
  readonly open: number;
  /** One call goes, or may go, to see. */
  readonly halfOpen: number;
}

interface Breaker {
  readonly policy: CircuitBreakerPolicy;
  readonly count: CountBreaker;
}

export class Circuit {
  /** Made with the first failure: most resources of most identities never have one. */
  #breaker: Breaker | undefined;
  /** How many calls did well before. */
  #answered = 0;
  /** On the clock of `Date.now()`, as cockatiel's. */
  #openUntilMs = 0;
  #failedAtMs = 0;

  /** Whether a new one would do as well. */
  get isIdle(): boolean {
    return Date.now() - this.#failedAtMs > FORGET_AFTER_MS;
  }

  get state(): 'closed' | keyof CircuitCounts {
    const state = this.#breaker?.policy.state ?? CircuitState.Closed;
    if (state === CircuitState.Open) return this.#openUntilMs > Date.now() ? 'open' : 'halfOpen';
    return state === CircuitState.HalfOpen ? 'halfOpen' : 'closed';
  }

  /** Throws an `UpstreamError` (`UPSTREAM_UNAVAILABLE`) while it is open, and while one call has gone ahead to see. */
  check(): void {
    if (this.#breaker === undefined) return;
    const { state } = this.#breaker.policy;
    const openMs = this.#openUntilMs - Date.now();
    if (state === CircuitState.HalfOpen || (state === CircuitState.Open && openMs > 0)) throw opened(openMs);
  }

  /** Makes a call, unless `check` throws. The signal tells whether a failed call was only given up. */
  run<T>(signal: Signal, call: () => Promise<T>): Promise<T> {
    return this.#breaker === undefined
      ? this.#runUnwatched(signal, call)
      : this.#runWatched(this.#breaker.policy, signal, call);
  }

  /** While nothing has failed, there is nothing to do but to count. */
  async #runUnwatched<T>(signal: Signal, call: () => Promise<T>): Promise<T> {
    try {
      const answer = await call();
      this.#countAnswer();
      return answer;
    } catch (error) {
      // A call that was given up has shown nothing; an upstream that refuses has answered.
      if (signal.aborted || !(error instanceof UpstreamError)) throw error;
      if (isFault(error)) await this.#countFirstFault(error);
      else this.#countAnswer();
      throw error;
    }
  }

  #countAnswer(): void {
    if (this.#breaker === undefined) this.#answered += 1;
    else this.#breaker.count.success(CircuitState.Closed);
  }

  /** The first, or one of a call that began before it. */
  async #countFirstFault(fault: UpstreamError): Promise<void> {
    const { policy, count } = (this.#breaker ??= this.#makeBreaker());
    if (policy.state === CircuitState.Closed) {
      await policy.execute(() => {
        throw fault;
      });
    } else {
      this.#counts(fault);
      count.failure(CircuitState.Closed);
    }
  }

  #makeBreaker(): Breaker {
    const count = new CountBreaker({
      threshold: THRESHOLD,
      size: LAST_CALLS,
      minimumNumberOfCalls: MINIMUM_CALLS,
    });
    for (let n = 0; n < Math.min(this.#answered, LAST_CALLS); n += 1) count.success(CircuitState.Closed);
    const policy = circuitBreaker(
      handleWhen((error) => this.#counts(error)),
      { halfOpenAfter: OPEN_MS, breaker: count },
    );
    policy.onBreak(() => (this.#openUntilMs = Date.now() + OPEN_MS));
    return { policy, count };
  }

  async #runWatched<T>(policy: CircuitBreakerPolicy, signal: Signal, call: () => Promise<T>): Promise<T> {
    this.check();
    // What `check` lets through an open circuit is the one call that goes to see.
    const isProbe = policy.state === CircuitState.Open;
    try {
      const outcome = await policy.execute(async () => {
        try {
          const answer = await call();
          return () => answer;
        } catch (error) {
          if (signal.aborted) throw new AbandonedCall(error, isProbe);
          if (!(error instanceof UpstreamError) || isFault(error)) throw error;
          // An upstream that refuses has answered; of some resources most calls come to a 404.
          return () => {
            throw error;
          };
        }
      });
      return outcome();
    } catch (error) {
      throw error instanceof AbandonedCall ? error.cause : error;
    }
  }

  #counts(error: unknown): boolean {
    // A call that was given up has shown nothing. Only the one that was to show something must not count as good.
    if (error instanceof AbandonedCall) return error.isProbe;
    if (!isFault(error)) return false;
    this.#failedAtMs = Date.now();
    return true;
  }
}

class AbandonedCall extends Error {
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
