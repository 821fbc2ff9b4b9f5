import type { CredentialSubscriber, Denial } from '../identity/credential-events.ts';
import { PerIdentity } from '../identity/per-identity.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { Clock } from '../lib/clock.ts';

/** Bound on denials kept for one identity; more count as a revocation, since others can publish any names. */
const MOST_DENIALS = 256;

interface Known {
  revokedMs: number;
  /** Time of the latest denial, by resource or permission. */
  readonly deniedMs: Map<string, number>;
  latestMs: number;
}

/**
 * What this process knows to be revoked or denied, from answers and from other replicas, on the monotonic clock. It holds
 * whatever Redis says, which can lose writes when it fails over.
 */
export class Revocations implements CredentialSubscriber {
  readonly #clock: Clock;
  readonly #known: PerIdentity<Known>;

  /** Rows and acceptances older than `keepMs` are not shown anyway. */
  constructor(clock: Clock, keepMs: number) {
    this.#clock = clock;
    this.#known = new PerIdentity(
      () => ({ revokedMs: -Infinity, deniedMs: new Map(), latestMs: -Infinity }),
      ({ latestMs }) => latestMs + keepMs < clock.now(),
    );
  }

  revoked(identity: UpstreamIdentity): void {
    const known = this.#known.of(identity);
    known.revokedMs = known.latestMs = this.#clock.now();
    known.deniedMs.clear();
  }

  denied(identity: UpstreamIdentity, denial: Denial): void {
    const known = this.#known.of(identity);
    known.latestMs = this.#clock.now();
    for (const field of fieldsOf(denial)) known.deniedMs.set(field, known.latestMs);
    if (known.deniedMs.size > MOST_DENIALS) this.revoked(identity);
  }

  /** Time of the latest revocation of the whole credential. */
  revokedMs(identity: UpstreamIdentity): number {
    return this.#known.of(identity).revokedMs;
  }

  /** Rows of `about` that were read until then must not be shown. */
  notBeforeMs(identity: UpstreamIdentity, about: Denial): number {
    const { revokedMs, deniedMs } = this.#known.of(identity);
    return Math.max(revokedMs, ...fieldsOf(about).map((field) => deniedMs.get(field) ?? -Infinity));
  }
}

/** Names of what a denial concerns, which are fields of the credential status in Redis too. */
export function fieldsOf({ resource, permissions }: Denial): string[] {
  return [`resource ${resource}`, ...permissions.map((permission) => `permission ${permission}`)];
}
