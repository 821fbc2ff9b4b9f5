import { circuitBreaker, type CircuitBreakerPolicy, CircuitState, CountBreaker, handleWhen } from 'cockatiel';
import { UpstreamError } from '../errors.ts';
import type { Signal } from '../lib/signal.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import { PerIdentity } from '../identity/per-identity.ts';

/** A circuit opens when more than this share of the last calls failed, once the minimum number was made. */
const THRESHOLD = 0.5;
const LAST_CALLS = 20;
const MINIMUM_CALLS = 10;
/** Time that a circuit stays open before it lets one probe call through. */
const OPEN_MS = 5_000;
/** Failures older than this say nothing about the present. */
const FORGET_AFTER_MS = 60_000;

/**
 * Stops calls to a resource that keeps failing, so that they neither wait in vain nor keep the upstream from recovering.
 * Each resource and identity has its own circuit: a caller with its own token cannot open it for others.
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

  /** Counts by resource, for resources that have a circuit. Walks all identities. */
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

/** Number of circuits of one resource that stop calls. */
export interface CircuitCounts {
  readonly open: number;
  /** Circuits whose probe call is under way, or may be made. */
  readonly halfOpen: number;
}

interface Breaker {
  readonly policy: CircuitBreakerPolicy;
  readonly count: CountBreaker;
}

export class Circuit {
  /** Made at the first failure: most resources of most identities never fail. */
  #breaker: Breaker | undefined;
  /** Number of answered calls before the first failure. */
  #answered = 0;
  /** Time on the clock of `Date.now()`, which cockatiel uses too. */
  #openUntilMs = 0;
  #failedAtMs = 0;

  /** True when a new circuit would serve as well. */
  get isIdle(): boolean {
    return Date.now() - this.#failedAtMs > FORGET_AFTER_MS;
  }

  get state(): 'closed' | keyof CircuitCounts {
    const state = this.#breaker?.policy.state ?? CircuitState.Closed;
    if (state === CircuitState.Open) return this.#openUntilMs > Date.now() ? 'open' : 'halfOpen';
    return state === CircuitState.HalfOpen ? 'halfOpen' : 'closed';
  }

  /** Throws an `UpstreamError` (`UPSTREAM_UNAVAILABLE`) while the circuit is open or its probe call is under way. */
  check(): void {
    if (this.#breaker === undefined) return;
    const { state } = this.#breaker.policy;
    const openMs = this.#openUntilMs - Date.now();
    if (state === CircuitState.HalfOpen || (state === CircuitState.Open && openMs > 0)) throw opened(openMs);
  }

  /** Makes a call, unless `check` throws. A call that fails after `signal` aborted counts as abandoned. */
  run<T>(signal: Signal, call: () => Promise<T>): Promise<T> {
    return this.#breaker === undefined
      ? this.#runUnwatched(signal, call)
      : this.#runWatched(this.#breaker.policy, signal, call);
  }

  /** Counts answers only, because no call has failed yet. */
  async #runUnwatched<T>(signal: Signal, call: () => Promise<T>): Promise<T> {
    try {
      const answer = await call();
      this.#countAnswer();
      return answer;
    } catch (error) {
      // An abandoned call proves nothing; an upstream that refuses a call has answered it.
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

  /** Counts the first failure, or one of a call that began before the first failure. */
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
    // The only call that `check` lets through an open circuit is the probe call.
    const isProbe = policy.state === CircuitState.Open;
    try {
      const outcome = await policy.execute(async () => {
        try {
          const answer = await call();
          return () => answer;
        } catch (error) {
          if (signal.aborted) throw new AbandonedCall(error, isProbe);
          if (!(error instanceof UpstreamError) || isFault(error)) throw error;
          // An upstream that refuses a call has answered it; most calls to some resources end in a 404.
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
    // An abandoned call proves nothing. Only an abandoned probe is a failure: cockatiel would take it for a success.
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
