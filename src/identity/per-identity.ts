import type { IdentityKey, UpstreamIdentity } from './upstream-identity.ts';

/** Number of identities below which no sweep for idle states runs. */
const FEW = 64;

/**
 * State per identity. Everything that outlives a request and belongs to an identity is kept in a `PerIdentity`: its key is
 * the identity itself, so no code can leave the identity out of a key.
 *
 * Identities come and go with their tokens; idle states are dropped when new identities come.
 */
export class PerIdentity<State> {
  readonly #create: (identity: UpstreamIdentity) => State;
  readonly #isIdle: (state: State) => boolean;
  #states = new Map<IdentityKey, State>();
  #sweepAt = FEW;

  /** `isIdle` is true for a state that holds nothing more than a new one. */
  constructor(create: (identity: UpstreamIdentity) => State, isIdle: (state: State) => boolean) {
    this.#create = create;
    this.#isIdle = isIdle;
  }

  /** State of the identity, created on first use. */
  of(identity: UpstreamIdentity): State {
    const { key } = identity;
    let state = this.#states.get(key);
    if (state === undefined) {
      if (this.#states.size >= this.#sweepAt) this.#sweep();
      state = this.#create(identity);
      this.#states.set(key, state);
    }
    return state;
  }

  /** State of the identity if it has been used. */
  known({ key }: UpstreamIdentity): State | undefined {
    return this.#states.get(key);
  }

  /** Removes the state of the identity. */
  drop({ key }: UpstreamIdentity): void {
    this.#states.delete(key);
  }

  values(): Iterable<State> {
    return this.#states.values();
  }

  get size(): number {
    return this.#states.size;
  }

  /**
   * Schedules the next sweep at twice the number left, so that each new identity costs the same. Uses a new map: a
   * long-lived one keeps deleted entries until the next full garbage collection.
   */
  #sweep(): void {
    const busy = new Map<IdentityKey, State>();
    for (const [key, state] of this.#states) if (!this.#isIdle(state)) busy.set(key, state);
    this.#states = busy;
    this.#sweepAt = Math.max(FEW, this.#states.size * 2);
  }
}
