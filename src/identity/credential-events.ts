import type { UpstreamIdentity } from './upstream-identity.ts';

/** Extent of a refusal: null for everything; otherwise all of this resource, and all that needs one of these permissions. */
export type Rejection = { readonly resource: string; readonly permissions: readonly string[] } | null;

/** Publishes the upstream's verdicts on credentials, so that the caches of all processes follow them. */
export interface CredentialEvents {
  /** Publishes that the upstream accepted the credential of a call sent at `sentMs`, on the clock of `performance.now()`. */
  accepted(identity: UpstreamIdentity, sentMs: number): void;
  /** Publishes that the upstream rejected the credential, or denied it something. */
  rejected(identity: UpstreamIdentity, refusal: Rejection): void;
}
