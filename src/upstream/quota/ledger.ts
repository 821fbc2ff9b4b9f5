import type { CallerKey } from '../../identity/caller.ts';
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

/** Call of one of the callers who share an identity's quota. */
export interface CallOfCaller {
  /** Name by `nameOf`. */
  readonly caller: string;
  /** True when it is made from the reserve for callers who have not come yet. */
  readonly isFromReserve: boolean;
}

/** Calls of this window by caller, in all processes. */
export interface CallsOfAll {
  /** By the names of `nameOf`: callers who made calls in this window or the one before. `isNew` when in this window only. */
  readonly callers: ReadonlyMap<string, { readonly calls: number; readonly isNew: boolean }>;
  /** Calls that were made from the reserve. */
  readonly fromReserve: number;
}

/** Reply of the ledger to `take`. */
export interface AskedCall {
  readonly isGranted: boolean;
  /** Null where callers share nothing. */
  readonly callsOfAll: CallsOfAll | null;
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
  /** Name of a caller, the same in all processes. Tells nothing of the caller without the identity's credential. */
  nameOf(identity: UpstreamIdentity, caller: CallerKey): string;
  /**
   * Requests one call, for a caller if callers share the quota. Null when the ledger cannot answer; the ledger is then
   * unavailable for a while.
   */
  take(identity: UpstreamIdentity, call: CallOfCaller | null): Promise<AskedCall | null>;
  /** Counts calls of a caller beside those that were granted. */
  charge(identity: UpstreamIdentity, caller: string, calls: number): void;
  /** Reads the quota without requesting a call; otherwise like `take`. */
  look(identity: UpstreamIdentity): Promise<Pick<AskedCall, 'known' | 'heldMs'> | null>;
}
