import type { Logger } from 'pino';
import type { CredentialSubscriber, Denial } from '../identity/credential-events.ts';
import type { IdentityKey, UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { Clock } from '../lib/clock.ts';
import type { ReadinessCheck } from './readiness.ts';

/** Time for which a denial is told, unless it comes again: permissions may have been granted since. */
const DENIED_FOR_MS = 600_000;

/** Check of what the gateway's own credential may do, as far as answers of the API have told. No call is made for it. */
export class AccessCheck implements ReadinessCheck, CredentialSubscriber {
  readonly name = 'access';
  readonly isDispensable = true;
  readonly isHiddenWhenOk = true;
  readonly #key: IdentityKey;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** By resource, of which there are few. */
  readonly #denials = new Map<
    string,
    { readonly permissions: readonly string[]; readonly untilMs: number }
  >();
  #isRevoked = false;

  constructor({ key }: UpstreamIdentity, clock: Clock, log: Logger) {
    this.#key = key;
    this.#clock = clock;
    this.#log = log;
  }

  accepted({ key }: UpstreamIdentity): void {
    if (!this.#isRevoked || key !== this.#key) return;
    this.#isRevoked = false;
    this.#log.info('The upstream accepts the credential of the gateway again');
  }

  revoked({ key }: UpstreamIdentity): void {
    if (this.#isRevoked || key !== this.#key) return;
    this.#isRevoked = true;
    this.#log.warn('The upstream does not accept the credential of the gateway');
  }

  denied({ key }: UpstreamIdentity, { resource, permissions, isOfOthers = false }: Denial): void {
    if (key !== this.#key || isOfOthers) return;
    const isKnown = this.#current().some(([known]) => known === resource);
    this.#denials.set(resource, { permissions, untilMs: this.#clock.now() + DENIED_FOR_MS });
    if (isKnown) return;
    this.#log.warn(
      { resource, permissions },
      'The upstream denies a resource to the credential of the gateway',
    );
  }

  problem(): Promise<string | null> {
    const denied = this.#current().map(([resource, { permissions }]) =>
      permissions.length === 0 ? resource : `${resource} (needs ${permissions.join(' or ')})`,
    );
    if (this.#isRevoked) return Promise.resolve('the upstream does not accept the credential of the gateway');
    return Promise.resolve(denied.length === 0 ? null : `denied by the upstream: ${denied.join(', ')}`);
  }

  #current() {
    const nowMs = this.#clock.now();
    return [...this.#denials].filter(([, { untilMs }]) => nowMs < untilMs);
  }
}
