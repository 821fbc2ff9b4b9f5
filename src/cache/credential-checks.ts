import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import { PerIdentity } from '../identity/per-identity.ts';
import type { Clock } from '../lib/clock.ts';

interface Proof {
  /** Sending time of the latest call whose credential the upstream accepted. */
  acceptedMs: number;
  /** Time of the latest refusal; the acceptance of a call sent before it proves nothing. */
  revokedMs: number;
}

/**
 * Latest credential checks per identity. Cached data may be shown for `proofMs` after the latest accepted call was sent.
 * Times are those of the monotonic clock.
 */
export class CredentialChecks {
  readonly #clock: Clock;
  readonly #proofMs: number;
  readonly #proofs: PerIdentity<Proof>;

  constructor(clock: Clock, proofMs: number) {
    this.#clock = clock;
    this.#proofMs = proofMs;
    this.#proofs = new PerIdentity(
      () => ({ acceptedMs: -Infinity, revokedMs: -Infinity }),
      ({ acceptedMs, revokedMs }) => Math.max(acceptedMs, revokedMs) + proofMs < clock.now(),
    );
  }

  isFresh(identity: UpstreamIdentity, nowMs: number): boolean {
    return nowMs - this.#proofs.of(identity).acceptedMs <= this.#proofMs;
  }

  /** Records that the upstream accepted the credential of a call sent at `sentMs`. */
  accepted(identity: UpstreamIdentity, sentMs: number): void {
    const proof = this.#proofs.of(identity);
    if (sentMs > proof.revokedMs) proof.acceptedMs = Math.max(proof.acceptedMs, sentMs);
  }

  /** Records that the upstream no longer accepts the credential. */
  revoked(identity: UpstreamIdentity): void {
    const proof = this.#proofs.of(identity);
    proof.acceptedMs = -Infinity;
    proof.revokedMs = this.#clock.now();
  }
}
