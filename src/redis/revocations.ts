import type { CredentialSubscriber, Denial } from '../identity/credential-events.ts';
import { PerIdentity } from '../identity/per-identity.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { Clock } from '../lib/clock.ts';

/** Bound on denials kept for one identity; more count as a revocation, since others can publish any names. */
const MOST_DENIALS = 256;

interface Known {
  revokedMs: number;
  /** Time of the latest denial, by resource or permission; undefined before the first: each made-up token has such a state. */
  deniedMs: Map<string, number> | undefined;
  lastDeniedMs: number;
}

export interface KeptFor {
  /** Longest time that rows may be shown after the upstream last accepted the credential. */
  readonly proofMs: number;
  /** Longest time that a row may be shown. */
  readonly rowsMs: number;
}

/**
 * What this process knows to be revoked or denied, from answers and from other replicas, on the monotonic clock. It holds
 * whatever Redis says, which can lose writes when it fails over.
 */
export class Revocations implements CredentialSubscriber {
  readonly #clock: Clock;
  readonly #known: PerIdentity<Known>;

  /**
   * A revocation is kept for `proofMs`: after that, rows are shown only if the upstream has accepted the credential since. Made-up
   * tokens are revoked at their first call, so longer would be as many as anybody cares to send.
   */
  constructor(clock: Clock, { proofMs, rowsMs }: KeptFor) {
    this.#clock = clock;
    this.#known = new PerIdentity(
      (): Known => ({ revokedMs: -Infinity, deniedMs: undefined, lastDeniedMs: -Infinity }),
      ({ revokedMs, lastDeniedMs }) => Math.max(revokedMs + proofMs, lastDeniedMs + rowsMs) < clock.now(),
    );
  }

  revoked(identity: UpstreamIdentity): void {
    const known = this.#known.of(identity);
    known.revokedMs = this.#clock.now();
  }

  denied(identity: UpstreamIdentity, denial: Denial): void {
    const known = this.#known.of(identity);
    known.lastDeniedMs = this.#clock.now();
    known.deniedMs ??= new Map();
    for (const field of fieldsOf(denial)) known.deniedMs.set(field, known.lastDeniedMs);
    if (known.deniedMs.size <= MOST_DENIALS) return;
    this.revoked(identity);
    known.deniedMs.clear();
  }

  /** Time of the latest revocation of the whole credential. */
  revokedMs(identity: UpstreamIdentity): number {
    return this.#known.of(identity).revokedMs;
  }

  /** Rows of `about` that were read until then must not be shown. */
  notBeforeMs(identity: UpstreamIdentity, about: Denial): number {
    const { revokedMs, deniedMs } = this.#known.of(identity);
    return Math.max(revokedMs, ...fieldsOf(about).map((field) => deniedMs?.get(field) ?? -Infinity));
  }
}

/** Names of what a denial concerns, which are fields of the credential status in Redis too. */
export function fieldsOf({ resource, permissions }: Denial): string[] {
  return [`resource ${resource}`, ...permissions.map((permission) => `permission ${permission}`)];
}
