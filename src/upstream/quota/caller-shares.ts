import type { CallsOfAll } from './ledger.ts';
import type { QuotaWindow } from './window.ts';

/** Rules by which callers share one identity's quota. */
export interface SharingRules {
  /** Share of a window that is kept for callers who have not come yet, from 0 to below 1. */
  readonly reserve: number;
  /** Number of callers that there can be; null when it is not known. When all have come, nothing is kept. */
  readonly mostCallers: number | null;
}

/** Tells whether a caller may start a call now. */
export type Admission = (caller: string) => boolean;

interface EndedCall {
  readonly wasSent: boolean;
  readonly isFromReserve: boolean;
}

interface CallerCount {
  /** Calls of this window that are over, and what unknown ids count beside them. */
  spent: number;
  inFlight: number;
  /** Calls of this window, what unknown ids count included, that other processes made for the caller. */
  elsewhere: number;
  /** Window in which the caller first wanted a call, and the last one. */
  came: number;
  wanted: number;
}

/** Figures of one moment, from which each caller's admission follows. */
interface Snapshot {
  /** Calls that each active caller may make whatever others want. */
  readonly share: number;
  /** The same if nobody spent the quota outside of the gateway. */
  readonly wholeShare: number;
  /** Unspent shares of all callers, and of those who were there before this window. */
  readonly unspent: number;
  readonly unspentOfOld: number;
  /** Part of the reserve that is not used yet. */
  readonly kept: number;
  readonly left: number;
}

/**
 * Shares of callers in one identity's quota, counted in calls from the first one on. A caller is active who wanted a call in
 * this window or the last one before in which there were calls.
 *
 * - The reserve is kept for callers who have not come yet. What it leaves, divided by the number of active callers, is a
 *   caller's share. A caller within it is never refused because of another.
 * - Beyond its share, a caller gets what is left without the others' unspent shares and without the reserve.
 * - A caller who came within this window has its share as far as those who were there before leave it, and the reserve in any
 *   case; several such callers share the reserve.
 * - Calls that others make with the same credential, outside of the gateway, make the window smaller for all. Whoever is
 *   within the share that the whole window would give then has the reserve, too: it must not lie idle while others take the rest.
 *
 * With fewer calls in a window than callers, each may try one.
 */
export class CallerShares {
  readonly #rules: SharingRules;
  readonly #quota: QuotaWindow;
  #callers = new Map<string, CallerCount>();
  #window = 0;
  /** Calls of this window that were made from the reserve, by all processes. */
  #fromReserve = 0;

  constructor(rules: SharingRules, quota: QuotaWindow) {
    this.#rules = rules;
    this.#quota = quota;
  }

  /** Notes that the caller wants a call. */
  wanted(caller: string, nowMs: number): void {
    this.#of(caller, nowMs).wanted = this.#window;
  }

  /** Admission at this moment; to be asked for anew after each start. */
  admission(nowMs: number): Admission {
    const snapshot = this.#snapshot(nowMs);
    return (caller) => snapshot === null || this.#sourceFor(this.#of(caller, nowMs), snapshot) !== null;
  }

  /** True when the call is one from the reserve. */
  started(caller: string, nowMs: number): boolean {
    const count = this.#of(caller, nowMs);
    const snapshot = this.#snapshot(nowMs);
    const isFromReserve = snapshot !== null && this.#sourceFor(count, snapshot) === 'reserve';
    if (isFromReserve) this.#fromReserve += 1;
    count.inFlight += 1;
    return isFromReserve;
  }

  /** A call that was never made costs nothing. */
  ended(caller: string, { wasSent, isFromReserve }: EndedCall, nowMs: number): void {
    const count = this.#of(caller, nowMs);
    count.inFlight -= 1;
    if (wasSent) count.spent += 1;
    else if (isFromReserve) this.#fromReserve = Math.max(0, this.#fromReserve - 1);
  }

  /** Takes in what the ledger tells of the calls of all processes. */
  learn({ callers, fromReserve }: CallsOfAll, nowMs: number): void {
    this.#follow(nowMs);
    this.#fromReserve = Math.max(this.#fromReserve, fromReserve);
    for (const [caller, { calls, isNew }] of callers) {
      const count = this.#of(caller, nowMs);
      count.elsewhere = Math.max(0, calls - count.spent - count.inFlight);
      count.wanted = Math.max(count.wanted, calls > 0 ? this.#window : this.#window - 1);
      if (!isNew) count.came = Math.min(count.came, this.#window - 1);
    }
  }

  /** Counts ids that the upstream does not know a second time. `share` is their part in a call, from 0 to 1. */
  foundUnknown(caller: string, share: number, nowMs: number): void {
    this.#of(caller, nowMs).spent += share;
  }

  #of(caller: string, nowMs: number): CallerCount {
    this.#follow(nowMs);
    let count = this.#callers.get(caller);
    if (count === undefined) {
      count = { spent: 0, inFlight: 0, elsewhere: 0, came: this.#window, wanted: this.#window };
      this.#callers.set(caller, count);
    }
    return count;
  }

  /** Begins a new window when the quota has. */
  #follow(nowMs: number): void {
    const window = this.#quota.windowNumber(nowMs);
    if (window === this.#window) return;
    this.#window = window;
    this.#fromReserve = 0;
    const active = new Map<string, CallerCount>();
    for (const [caller, count] of this.#callers) {
      if (count.wanted < window - 1 && count.inFlight === 0) continue;
      count.spent = 0;
      count.elsewhere = 0;
      active.set(caller, count);
    }
    this.#callers = active;
  }

  /** Null while there is nothing to share: the upstream has reported no quota, or nothing is left of it. */
  #snapshot(nowMs: number): Snapshot | null {
    this.#follow(nowMs);
    const quota = this.#quota.left(nowMs);
    if (quota === null) return null;
    const left = quota.allowed - quota.used;
    if (left < 1) return null;
    let used = 0;
    for (const count of this.#callers.values()) used += usedBy(count);
    const reserve = this.#reserve;
    const callers = Math.max(1, this.#callers.size);
    const shareOf = (window: number) => Math.max(1, Math.floor((window - reserve) / callers));
    const share = shareOf(quota.allowed - Math.max(0, quota.used - used));
    let unspent = 0;
    let unspentOfOld = 0;
    for (const count of this.#callers.values()) {
      const ofCaller = Math.max(0, share - usedBy(count));
      unspent += ofCaller;
      if (count.came < this.#window) unspentOfOld += ofCaller;
    }
    return {
      share,
      wholeShare: shareOf(quota.allowed),
      unspent,
      unspentOfOld,
      kept: this.keptCalls(nowMs),
      left,
    };
  }

  /** Calls of this window that nobody who is there may make. */
  keptCalls(nowMs: number): number {
    this.#follow(nowMs);
    return Math.max(0, this.#reserve - this.#fromReserve);
  }

  /** Calls of a window that are kept for callers who have not come yet. */
  get #reserve(): number {
    const { reserve, mostCallers } = this.#rules;
    if (mostCallers !== null && this.#callers.size >= mostCallers) return 0;
    return Math.floor(this.#quota.limit * reserve);
  }

  #sourceFor(
    count: CallerCount,
    { share, wholeShare, unspent, unspentOfOld, kept, left }: Snapshot,
  ): 'window' | 'reserve' | null {
    const used = usedBy(count);
    const isNew = count.came === this.#window;
    const leftForOthers = used >= share ? unspent : isNew ? unspentOfOld : 0;
    if (left - 1 >= kept + leftForOthers) return 'window';
    if (kept === 0) return null;
    const mayUseReserve = isNew ? used < this.#reserve : share < wholeShare && used < wholeShare;
    return mayUseReserve ? 'reserve' : null;
  }
}

/** Calls of this window, those in flight included. */
function usedBy({ spent, inFlight, elsewhere }: CallerCount): number {
  return spent + inFlight + elsewhere;
}
