import type { CredentialChecks } from '../cache/credential-checks.ts';
import type { ByteLru } from '../cache/byte-lru.ts';
import type { TtlName } from '../datasources/ttl.ts';
import type { LookupCounters } from '../cache/lookup-counts.ts';
import type { ReplicaStores } from '../cache/replica-store.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { InFlight } from '../lib/single-flight.ts';
import type { BatchOwner, DeferredRequest } from '../upstream/client.ts';
import type { UpstreamRead } from '../upstream/answer.ts';

/** For how long something may be used. */
export interface Freshness {
  /** As it is. */
  readonly freshMs: number;
  /** After that, while it is asked for anew. */
  readonly staleMs: number;
}

/** What everything shared between requests is made with. */
export interface LoadingOptions {
  readonly entities: ByteLru;
  readonly lists: ByteLru;
  readonly credentialChecks: CredentialChecks;
  /** Counts what is found there; null where nobody wants to know. */
  readonly lookups: LookupCounters | null;
  readonly freshnessOf: (ttl: TtlName | 'live', identity: UpstreamIdentity) => Freshness;
  /** The longest that a list may be used. */
  readonly listMs: number;
  readonly read: (maker: BatchOwner, shared: InFlight, read: DeferredRequest) => Promise<UpstreamRead>;
  /** The most ids that any one call may carry. */
  readonly batchSize: number;
  /** A read under way may be joined for so long. */
  readonly proofMs: number;
  /** The longest time for what is asked anew in the background. */
  readonly refreshMs: number;
  /** What is kept beyond this process; null where nothing is. */
  readonly replicaStores: ReplicaStores | null;
  /** Finds out what others know of an identity's quota. */
  readonly refreshQuota: (identity: UpstreamIdentity) => Promise<void>;
}
