import type { UpstreamIdentity } from './upstream-identity.ts';

/** Source of an event: an answer to this process, or another replica, which has published the event already. */
export type EventOrigin = 'answer' | 'replica';

/** Extent of a denial: this resource, and all that needs one of these permissions. */
export interface Denial {
  readonly resource: string;
  readonly permissions: readonly string[];
  /** True when something else than the permissions of the credential is the reason, as far as the answer tells. */
  readonly isOfOthers?: boolean;
}

/** Receives what the upstream says of credentials. */
export interface CredentialSubscriber {
  /** The credential was accepted in a call sent at `sentMs`, on the monotonic clock. */
  accepted?(identity: UpstreamIdentity, sentMs: number, origin: EventOrigin): void;
  /** The credential is not accepted any more (401). */
  revoked?(identity: UpstreamIdentity, origin: EventOrigin): void;
  /** The credential lacks a permission (403). */
  denied?(identity: UpstreamIdentity, denial: Denial, origin: EventOrigin): void;
}

/**
 * Emitter of what the upstream says of credentials. Subscribers are called at once, in the order in which they subscribed, so
 * that what was read with a credential is dropped before anybody sees the error that tells of its end.
 */
export class CredentialEvents implements CredentialSubscriber {
  readonly #subscribers: CredentialSubscriber[] = [];

  subscribe(subscriber: CredentialSubscriber): void {
    this.#subscribers.push(subscriber);
  }

  accepted(identity: UpstreamIdentity, sentMs: number, origin: EventOrigin = 'answer'): void {
    for (const subscriber of this.#subscribers) subscriber.accepted?.(identity, sentMs, origin);
  }

  revoked(identity: UpstreamIdentity, origin: EventOrigin = 'answer'): void {
    for (const subscriber of this.#subscribers) subscriber.revoked?.(identity, origin);
  }

  denied(identity: UpstreamIdentity, denial: Denial, origin: EventOrigin = 'answer'): void {
    for (const subscriber of this.#subscribers) subscriber.denied?.(identity, denial, origin);
  }
}
