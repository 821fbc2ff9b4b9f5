import { UpstreamError } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
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
  readonly #clock: Clock;
  readonly #circuits = new PerIdentity(
    () => new Map<string, Circuit>(),
    (circuits) => [...circuits.values()].every(({ isIdle }) => isIdle),
  );

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  of(identity: UpstreamIdentity, resource: string): Circuit {
    const circuits = this.#circuits.of(identity);
    let circuit = circuits.get(resource);
    if (circuit === undefined) {
      circuit = new Circuit(this.#clock);
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

/**
 * Circuit of one resource. Closed, it counts the outcomes of the last calls. Open, it refuses calls for a while, and then
 * lets one probe call through, which closes it or opens it again; other calls that end meanwhile neither open nor close it.
 */
export class Circuit {
  readonly #clock: Clock;
  /** Outcomes of the last calls as bits, the latest lowest: 1 is a failure. */
  #outcomes = 0;
  /** Number of outcomes, at most LAST_CALLS. */
  #calls = 0;
  /** Time from which a probe call may be made; null while the circuit is closed. */
  #probeAtMs: number | null = null;
  #isProbing = false;
  #failedAtMs = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True when a new circuit would serve as well. */
  get isIdle(): boolean {
    return this.#clock.now() - this.#failedAtMs > FORGET_AFTER_MS;
  }

  get state(): 'closed' | keyof CircuitCounts {
    if (this.#probeAtMs === null) return 'closed';
    return this.#probeAtMs > this.#clock.now() ? 'open' : 'halfOpen';
  }

  /** Throws an `UpstreamError` (`UPSTREAM_UNAVAILABLE`) while the circuit is open or its probe call is under way. */
  check(): void {
    if (this.#probeAtMs === null) return;
    const openMs = this.#probeAtMs - this.#clock.now();
    if (this.#isProbing || openMs > 0) throw opened(openMs);
  }

  /** Makes a call, unless `check` throws. A call that fails after `signal` aborted counts as abandoned. */
  async run<T>(signal: Signal, call: () => Promise<T>): Promise<T> {
    this.check();
    // The only call that `check` lets through an open circuit is the probe call.
    const isProbe = this.#probeAtMs !== null;
    this.#isProbing = isProbe;
    try {
      const answer = await call();
      this.#answered(isProbe);
      return answer;
    } catch (error) {
      // An abandoned call proves nothing, but an abandoned probe must not close the circuit.
      if (signal.aborted) {
        if (isProbe) this.#open();
      } else if (isFault(error)) this.#failed(isProbe);
      // An upstream that refuses a call has answered it; most calls to some resources end in a 404.
      else if (isProbe || error instanceof UpstreamError) this.#answered(isProbe);
      throw error;
    }
  }

  #answered(wasProbe: boolean): void {
    if (wasProbe) {
      this.#probeAtMs = null;
      this.#isProbing = false;
      this.#calls = 0;
      this.#outcomes = 0;
    }
    if (this.#probeAtMs === null) this.#count(0);
  }

  #failed(wasProbe: boolean): void {
    this.#failedAtMs = this.#clock.now();
    if (wasProbe) this.#open();
    if (this.#probeAtMs !== null) return;
    this.#count(1);
    if (this.#calls >= MINIMUM_CALLS && bitsIn(this.#outcomes) > THRESHOLD * this.#calls) this.#open();
  }

  #count(outcome: 0 | 1): void {
    this.#outcomes = ((this.#outcomes << 1) | outcome) & (2 ** LAST_CALLS - 1);
    this.#calls = Math.min(LAST_CALLS, this.#calls + 1);
  }

  #open(): void {
    this.#probeAtMs = this.#clock.now() + OPEN_MS;
    this.#isProbing = false;
  }
}

function bitsIn(word: number): number {
  let bits = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) bits += 1;
  return bits;
}

function isFault(error: unknown): boolean {
  if (!(error instanceof UpstreamError)) return false;
  const { code } = error.failure;
  return code === 'UPSTREAM_UNAVAILABLE' || code === 'UPSTREAM_TIMEOUT';
}

function opened(openMs: number): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_UNAVAILABLE',
    message: 'the upstream failed too often recently, so the call was not made',
    retryAfterSeconds: Math.max(1, Math.ceil(openMs / 1000)),
  });
}
