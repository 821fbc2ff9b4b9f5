import type { CallerKey } from '../../identity/caller.ts';
import type { UpstreamError } from '../../errors.ts';
import { Latency } from './latency.ts';
import type { AskedCall } from './ledger.ts';
import { type QuotaReport, QuotaWindow } from './window.ts';
import { FairQueue } from './fair-queue.ts';

/** An identity that has spent no more than this share of a window, and nothing for so long, is as one that is met anew. */
const LITTLE_SPENT = 0.1;
const AT_REST_MS = 2_000;

/** What a call that may be made tells of itself. */
export interface Permit {
  /** It is made. One that never is costs no quota. */
  sent(): void;
  /** An answer came; null where it says nothing of the quota. */
  answered(report: QuotaReport | null): void;
  /** The upstream let the call through, whatever came of it. */
  accepted(): void;
  /** The answer was a 429, which named this time or none. */
  rateLimited(retryAfterSeconds: number | undefined): void;
  /** The call is over, answered or not. */
  end(): void;
}

/** A call that waits for its permit. */
export interface QueuedCall {
  readonly caller: CallerKey;
  readonly isList: boolean;
  readonly latestMs: () => number;
  /** From when on it is not held back any longer for the sake of an even pace. */
  readonly pacedUntilMs: number;
  readonly start: (permit: GovernedPermit) => void;
  readonly refuse: (error: UpstreamError) => void;
}

/** The calls of one identity. */
export class IdentityQueue {
  readonly quota: QuotaWindow;
  readonly duration = new Latency();
  active = 0;
  lastEndMs = 0;
  /** Whether there ever was a 429. */
  wasRateLimited = false;
  /** Whether those who wait do so for want of quota, and not only because so many are under way. */
  isShort = false;
  timer: NodeJS.Timeout | undefined;
  /** Made for the first: of most identities none ever has to wait. */
  #waiting: FairQueue<QueuedCall> | undefined;

  constructor(share: () => number) {
    this.quota = new QuotaWindow(share);
  }

  get waiting(): FairQueue<QueuedCall> {
    return (this.#waiting ??= new FairQueue());
  }

  get waitingCount(): number {
    return this.#waiting?.size ?? 0;
  }

  /** Takes in what others know. `counted` of our own calls under way are among those that are spent. */
  learn({ known, heldMs }: Pick<AskedCall, 'known' | 'heldMs'>, counted: number, askedAtMs: number): void {
    const nowMs = performance.now();
    if (heldMs > 0) this.quota.hold(heldMs, nowMs);
    if (known === null || known.resetMs === null) return;
    const { used, allowed, resetMs } = known;
    const report = { count: Math.max(0, used - counted), allowed, resetSeconds: resetMs / 1000 };
    this.quota.learn(report, askedAtMs, nowMs);
  }

  /**
   * Whether it may be forgotten. Where tokens come and go there are many that have made a call or two: of those the upstream
   * tells the count again with the first answer, long before it matters. What has shown a limit, or comes near one, stays
   * until the window is over.
   */
  isIdle(nowMs: number): boolean {
    if (this.active + this.waitingCount > 0) return false;
    if (this.quota.isIdle(nowMs)) return true;
    if (this.wasRateLimited || nowMs - this.lastEndMs < AT_REST_MS) return false;
    const left = this.quota.left(nowMs);
    return left !== null && left.used <= left.allowed * LITTLE_SPENT;
  }
}

/** A permit in a queue. */
export class GovernedPermit implements Permit {
  readonly #queue: IdentityQueue;
  readonly #startedAtMs: number;
  readonly #onEnd: (queue: IdentityQueue) => void;
  #wasSent = false;
  #report: QuotaReport | null = null;
  #refusedMs: number | undefined;
  #isOver = false;
  /** Where others are told what comes of it. */
  asked: AskedCall | null = null;

  constructor(queue: IdentityQueue, startedAtMs: number, onEnd: (queue: IdentityQueue) => void) {
    this.#queue = queue;
    this.#startedAtMs = startedAtMs;
    this.#onEnd = onEnd;
  }

  sent(): void {
    this.#wasSent = true;
  }

  answered(report: QuotaReport | null): void {
    const nowMs = performance.now();
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
    this.#queue.quota.refused(retryAfterSeconds, this.#startedAtMs, performance.now());
  }

  end(): void {
    if (this.#isOver) throw new TypeError('A permit ends once.');
    this.#isOver = true;
    this.#queue.active -= 1;
    const nowMs = performance.now();
    this.#queue.lastEndMs = nowMs;
    this.#queue.quota.ended(this.#wasSent && this.#report === null, this.#startedAtMs, this.#wasSent);
    this.asked?.settle({
      wasSent: this.#wasSent,
      report: this.#report,
      ...(this.#refusedMs !== undefined && { refusedMs: this.#refusedMs }),
      startedAgoMs: nowMs - this.#startedAtMs,
    });
    this.#onEnd(this.#queue);
  }
}
