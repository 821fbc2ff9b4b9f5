import type { UpstreamError } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { Latency } from './latency.ts';
import type { AskedCall } from './ledger.ts';
import { type Admission, CallerShares, type SharingRules } from './caller-shares.ts';
import { type QuotaReport, QuotaWindow } from './window.ts';
import { FairQueue } from './fair-queue.ts';

/** An identity that spent at most this share of a window, with no call for AT_REST_MS, counts as new. */
const LITTLE_SPENT = 0.1;
const AT_REST_MS = 2_000;

/** Permission for one call, to which the call's progress is reported. */
export interface Permit {
  /** The call is made. A call that is never made costs no quota. */
  sent(): void;
  /** The answer came; `report` is null when the answer reports no quota. */
  answered(report: QuotaReport | null): void;
  /** The upstream let the call through, whatever the result. */
  accepted(): void;
  /** The answer was a 429; `retryAfterSeconds` is undefined when the 429 named no time. */
  rateLimited(retryAfterSeconds: number | undefined): void;
  /** The call is over, answered or not. */
  end(): void;
}

/** A call that waits for a permit. */
export interface QueuedCall {
  readonly party: string;
  readonly isList: boolean;
  readonly latestMs: () => number;
  /** Time from which pacing no longer delays the call. */
  readonly pacedUntilMs: number;
  readonly start: (permit: GovernedPermit) => void;
  readonly refuse: (error: UpstreamError) => void;
}

/** The calls of one identity. */
export class IdentityQueue {
  readonly clock: Clock;
  readonly quota: QuotaWindow;
  /** Null where the identity's callers share nothing, or are one. */
  readonly shares: CallerShares | null;
  readonly duration = new Latency();
  active = 0;
  lastEndMs = 0;
  /** True after the first 429. */
  wasRateLimited = false;
  /** True when calls wait for quota, not only because too many are in flight. */
  isShort = false;
  timer: NodeJS.Timeout | undefined;
  /** Created on demand: most identities never have a waiting call. */
  #waiting: FairQueue<QueuedCall> | undefined;

  constructor(clock: Clock, share: () => number, sharing: SharingRules | null) {
    this.clock = clock;
    this.quota = new QuotaWindow(share);
    this.shares = sharing && new CallerShares(sharing, this.quota);
  }

  /** Admission of callers at this moment. */
  admission(nowMs: number): Admission {
    return this.shares?.admission(nowMs) ?? anyCaller;
  }

  get waiting(): FairQueue<QueuedCall> {
    return (this.#waiting ??= new FairQueue());
  }

  get waitingCount(): number {
    return this.#waiting?.size ?? 0;
  }

  /** Takes in the ledger's figures. `counted` is the number of own calls in flight that `used` includes. */
  learn({ known, heldMs }: Pick<AskedCall, 'known' | 'heldMs'>, counted: number, askedAtMs: number): void {
    const nowMs = this.clock.now();
    if (heldMs > 0) this.quota.hold(heldMs, nowMs);
    if (known === null || known.resetMs === null) return;
    const { used, allowed, resetMs } = known;
    const report = { count: Math.max(0, used - counted), allowed, resetSeconds: resetMs / 1000 };
    this.quota.learn(report, askedAtMs, nowMs);
  }

  /**
   * True when the queue may be forgotten. Short-lived tokens leave many queues with a call or two; the upstream reports
   * their count again with the next answer, long before it matters. A queue that met a 429 or spent more than LITTLE_SPENT
   * stays until the window is over.
   */
  isIdle(nowMs: number): boolean {
    if (this.active + this.waitingCount > 0) return false;
    if (this.quota.isIdle(nowMs)) return true;
    if (this.wasRateLimited || nowMs - this.lastEndMs < AT_REST_MS) return false;
    const left = this.quota.left(nowMs);
    return left !== null && left.used <= left.allowed * LITTLE_SPENT;
  }
}

/** Permit of an `IdentityQueue`. */
export class GovernedPermit implements Permit {
  readonly #queue: IdentityQueue;
  readonly #party: string;
  /** True for a call from the reserve for callers who have not come yet. */
  readonly isFromReserve: boolean;
  readonly #startedAtMs: number;
  readonly #onEnd: (queue: IdentityQueue) => void;
  #wasSent = false;
  #report: QuotaReport | null = null;
  #refusedMs: number | undefined;
  #isOver = false;
  /** Ledger entry to settle at the end; null while the ledger has granted none. */
  asked: AskedCall | null = null;

  constructor(
    queue: IdentityQueue,
    party: string,
    startedAtMs: number,
    isFromReserve: boolean,
    onEnd: (queue: IdentityQueue) => void,
  ) {
    this.isFromReserve = isFromReserve;
    this.#queue = queue;
    this.#party = party;
    this.#startedAtMs = startedAtMs;
    this.#onEnd = onEnd;
  }

  sent(): void {
    this.#wasSent = true;
  }

  answered(report: QuotaReport | null): void {
    const nowMs = this.#queue.clock.now();
    this.#queue.duration.took(nowMs - this.#startedAtMs);
    if (report === null) return;
    this.#report = report;
    this.#queue.quota.learn(report, this.#startedAtMs, nowMs);
  }

  accepted(): void {
    this.#queue.quota.accepted(this.#startedAtMs);
  }

  rateLimited(retryAfterSeconds: number | undefined): void {
    this.#queue.wasRateLimited = true;
    this.#refusedMs = (retryAfterSeconds ?? 0) * 1000;
    this.#queue.quota.refused(retryAfterSeconds, this.#startedAtMs, this.#queue.clock.now());
  }

  end(): void {
    if (this.#isOver) throw new TypeError('A permit ends once.');
    this.#isOver = true;
    this.#queue.active -= 1;
    const nowMs = this.#queue.clock.now();
    this.#queue.lastEndMs = nowMs;
    this.#queue.quota.ended(this.#wasSent && this.#report === null, this.#startedAtMs, this.#wasSent);
    this.#queue.shares?.ended(
      this.#party,
      { wasSent: this.#wasSent, isFromReserve: this.isFromReserve },
      nowMs,
    );
    this.asked?.settle({
      wasSent: this.#wasSent,
      report: this.#report,
      ...(this.#refusedMs !== undefined && { refusedMs: this.#refusedMs }),
      startedAgoMs: nowMs - this.#startedAtMs,
    });
    this.#onEnd(this.#queue);
  }
}

function anyCaller(): boolean {
  return true;
}
