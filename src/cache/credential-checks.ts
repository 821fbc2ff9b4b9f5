import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import { PerIdentity } from '../identity/per-identity.ts';

interface Proof {
  /** When the latest call was sent that the upstream accepted the credential of. */
  acceptedMs: number;
  /** Calls sent before then prove nothing: the upstream has refused the credential since. */
  revokedMs: number;
}

/**
 * Until when what is kept for an identity may be shown: no longer than `proofMs` after the upstream accepted its credential.
 * Times are those of `performance.now()`.
 */
export class CredentialChecks {
  readonly #proofMs: number;
  readonly #proofs: PerIdentity<Proof>;

  constructor(proofMs: number) {
    this.#proofMs = proofMs;
    this.#proofs = new PerIdentity(
      () => ({ acceptedMs: -Infinity, revokedMs: -Infinity }),
      ({ acceptedMs, revokedMs }) => Math.max(acceptedMs, revokedMs) + proofMs < performance.now(),
    );
  }

  isFresh(identity: UpstreamIdentity, nowMs: number): boolean {
    return nowMs - this.#proofs.of(identity).acceptedMs <= this.#proofMs;
  }

  /** The upstream accepted the credential of a call that was sent then. */
  accepted(identity: UpstreamIdentity, sentMs: number): void {
    const proof = this.#proofs.of(identity);
    if (sentMs > proof.revokedMs) proof.acceptedMs = Math.max(proof.acceptedMs, sentMs);
  }

  /** The upstream refused the credential. */
  revoked(identity: UpstreamIdentity): void {
    const proof = this.#proofs.of(identity);
    proof.acceptedMs = -Infinity;
    proof.revokedMs = performance.now();
  }
}
