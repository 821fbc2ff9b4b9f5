import type { IdentityProofs } from '../cache/credential-checks.ts';
import type { KeptAnswers } from '../cache/byte-lru.ts';
import type { LifetimeName } from '../datasources/ttl.ts';
import type { Lookups } from '../cache/lookup-counts.ts';
import type { SecondLevel } from '../cache/replica-store.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { SharedWork } from '../lib/single-flight.ts';
import type { CallMaker, LateRead } from '../upstream/client.ts';
import type { UpstreamRead } from '../upstream/answer.ts';

/** For how long something may be used. */
export interface Freshness {
  /** As it is. */
  readonly freshMs: number;
  /** After that, while it is asked for anew. */
  readonly staleMs: number;
}

/** What everything shared between requests is made with. */
export interface SharingMeans {
  readonly entities: KeptAnswers;
  readonly lists: KeptAnswers;
  readonly proofs: IdentityProofs;
  /** Counts what is found there; null where nobody wants to know. */
  readonly lookups: Lookups | null;
  readonly freshnessOf: (lifetime: LifetimeName | 'live', identity: UpstreamIdentity) => Freshness;
  /** The longest that a list may be used. */
  readonly listMs: number;
  readonly read: (maker: CallMaker, shared: SharedWork, read: LateRead) => Promise<UpstreamRead>;
  /** The most ids that any one call may carry. */
  readonly batchSize: number;
  /** A read under way may be joined for so long. */
  readonly proofMs: number;
  /** The longest time for what is asked anew in the background. */
  readonly refreshMs: number;
  /** What is kept beyond this process; null where nothing is. */
  readonly secondLevel: SecondLevel | null;
  /** Finds out what others know of an identity's quota. */
  readonly refreshQuota: (identity: UpstreamIdentity) => Promise<void>;
}
