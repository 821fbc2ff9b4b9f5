import type { UpstreamIdentity } from '../../identity/upstream-identity.ts';
import type { QuotaReport } from './window.ts';

/** Quota of one identity over all processes that spend it. */
interface CommonQuota {
  /** Calls of this window that are spent or in flight, in any process. */
  readonly used: number;
  /** Calls that a window allows: the announced limit, or fewer after a 429. */
  readonly allowed: number;
  /** Time to the window's end; null while the upstream has not reported this window. */
  readonly resetMs: number | null;
}

/** Outcome of a call for the ledger. */
export interface CallOutcomeForAll {
  /** False for a call that was never made, which costs no quota. */
  readonly wasSent: boolean;
  readonly report: QuotaReport | null;
  /** Hold that a 429 named, 0 when the 429 named none; absent after any other answer. */
  readonly refusedMs?: number;
  /** Time since the call's start. */
  readonly startedAgoMs: number;
}

/** Reply of the ledger to `take`. */
export interface AskedCall {
  readonly isGranted: boolean;
  /** Null while the upstream has reported no limit. */
  readonly known: CommonQuota | null;
  /** Rest of the hold for all processes after a 429; usually 0. */
  readonly heldMs: number;
  /** Reports the outcome; called once if the call was granted. */
  settle(outcome: CallOutcomeForAll): void;
}

/** Account of each identity's quota that several processes share. */
export interface QuotaLedger {
  /** False while the ledger cannot answer. */
  readonly isAvailable: boolean;
  /** Requests one call. Null when the ledger cannot answer; the ledger is then unavailable for a while. */
  take(identity: UpstreamIdentity): Promise<AskedCall | null>;
  /** Reads the quota without requesting a call; otherwise like `take`. */
  look(identity: UpstreamIdentity): Promise<Omit<AskedCall, 'isGranted' | 'settle'> | null>;
}
