import type { BatchSizes } from './batch-sizes.ts';
import type { CredentialChecks } from '../cache/credential-checks.ts';
import type { ByteLru } from '../cache/byte-lru.ts';
import type { Ttl } from '../datasources/resource.ts';
import type { LookupCounters } from '../cache/lookup-counts.ts';
import type { ReplicaStores } from '../cache/replica-store.ts';
import type { CallerKey } from '../identity/caller.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { Clock } from '../lib/clock.ts';
import type { Turns } from '../lib/turns.ts';
import type { InFlight } from '../lib/single-flight.ts';
import type { BatchOwner, DeferredRequest } from '../upstream/call.ts';
import type { UpstreamRead } from '../upstream/answer.ts';
import type { Freshness } from '../cache/freshness.ts';

/** Options of the sources that requests share. */
export interface LoadingOptions {
  readonly clock: Clock;
  /** Turns of the event loop, for large answers. */
  readonly turns: Turns;
  readonly entities: ByteLru;
  readonly lists: ByteLru;
  readonly credentialChecks: CredentialChecks;
  readonly lookups: LookupCounters;
  readonly freshnessOf: (ttl: Ttl | 'live', identity: UpstreamIdentity, resource: string) => Freshness;
  /** Longest time that a list may be used. */
  readonly listMs: number;
  readonly read: (maker: BatchOwner, shared: InFlight, read: DeferredRequest) => Promise<UpstreamRead>;
  /** Receives the part that ids unknown to the upstream had in a call, 0 to 1, by the caller that asked; null: not counted. */
  readonly foundUnknown: ((identity: UpstreamIdentity, caller: CallerKey, share: number) => void) | null;
  /** Maximum number of ids per call. */
  readonly batchSize: number;
  /** Smaller numbers that upstreams turned out to take. */
  readonly batchSizes: BatchSizes;
  /** Time after sending for which a batch may be joined. */
  readonly proofMs: number;
  /** Deadline of a revalidation. */
  readonly refreshMs: number;
  /** Stores shared with other processes; null when there are none. */
  readonly replicaStores: ReplicaStores | null;
  /** Reads what other processes know of an identity's quota. */
  readonly refreshQuota: (identity: UpstreamIdentity) => Promise<void>;
}
