import type { UpstreamIdentity } from '../../identity/upstream-identity.ts';
import type { QuotaReport } from './window.ts';

/** What all processes that spend one identity's quota know of it together. */
interface CommonQuota {
  /** Calls of this window that are spent or under way, wherever. */
  readonly used: number;
  /** Calls that a window allows, or fewer where a 429 has shown that it does not. */
  readonly allowed: number;
  /** Until the window ends; null while nothing was reported of this one. */
  readonly resetMs: number | null;
}

/** What came of a call, to be told to all. */
export interface CallOutcomeForAll {
  /** Whether it was made. One that never was costs no quota. */
  readonly wasSent: boolean;
  readonly report: QuotaReport | null;
  /** There when it was answered with 429: how long nothing is to go, 0 where that was not said. */
  readonly refusedMs?: number;
  /** How long ago it started. */
  readonly startedAgoMs: number;
}

/** A call that was asked for. */
export interface AskedCall {
  /** Whether it may be made. */
  readonly isGranted: boolean;
  /** Null while the upstream has told of no limit. */
  readonly known: CommonQuota | null;
  /** How long nobody may go after a 429; 0 as a rule. */
  readonly heldMs: number;
  /** Told once what came of it, when it was granted. */
  settle(outcome: CallOutcomeForAll): void;
}

/** Where several processes keep one account of what they spend of each identity's quota. */
export interface QuotaLedger {
  /** Whether it can be asked at the moment. */
  readonly isAvailable: boolean;
  /** Asks for one call. Null where the ledger cannot say, which is not there for a while then. */
  take(identity: UpstreamIdentity): Promise<AskedCall | null>;
  /** What is known, without asking for a call. The same otherwise. */
  look(identity: UpstreamIdentity): Promise<Omit<AskedCall, 'isGranted' | 'settle'> | null>;
}
