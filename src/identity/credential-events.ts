import type { UpstreamIdentity } from './upstream-identity.ts';

/** What the upstream has refused to an identity: everything, or what needs one of these permissions, or is of this resource. */
export type Rejection = { readonly resource: string; readonly permissions: readonly string[] } | null;

/** Tells other processes what the upstream says of credentials, so that what is kept anywhere goes by it. */
export interface CredentialEvents {
  /** The upstream accepted the credential in a call that was sent at this time of `performance.now()`. */
  accepted(identity: UpstreamIdentity, sentMs: number): void;
  /** The upstream refused the credential, or something to it. */
  rejected(identity: UpstreamIdentity, refusal: Rejection): void;
}
