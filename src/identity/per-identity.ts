import type { IdentityKey, UpstreamIdentity } from './upstream-identity.ts';

/** Below this many identities nothing is looked through for what can be forgotten. */
const FEW = 64;

/**
 * What is kept for each identity. Everything that outlives a request and belongs to somebody is kept in one of these: its
 * key is the identity itself, so that it cannot be forgotten.
 *
 * Identities come and go with their tokens; what is idle is forgotten when others come.
 */
export class PerIdentity<State> {
  readonly #create: (identity: UpstreamIdentity) => State;
  readonly #isIdle: (state: State) => boolean;
  #states = new Map<IdentityKey, State>();
  #sweepAt = FEW;

  /** `isIdle` tells whether a state knows nothing that a new one would not. */
  constructor(create: (identity: UpstreamIdentity) => State, isIdle: (state: State) => boolean) {
    this.#create = create;
    this.#isIdle = isIdle;
  }

  /** The state of this identity, made when there is none yet. */
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

  /** Forgets everything of this identity. */
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
   * At twice the number that was left the next time, so that it costs each new identity the same. Into a new map: one that
   * lives long keeps what was deleted from it until the next full garbage collection.
   */
  #sweep(): void {
    const busy = new Map<IdentityKey, State>();
    for (const [key, state] of this.#states) if (!this.#isIdle(state)) busy.set(key, state);
    this.#states = busy;
    this.#sweepAt = Math.max(FEW, this.#states.size * 2);
  }
}
