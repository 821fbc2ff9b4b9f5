import type { CallerKey } from '../../identity/caller.ts';
import { UpstreamError } from '../../errors.ts';
import type { Signal } from '../../lib/signal.ts';
import type { UpstreamIdentity } from '../../identity/upstream-identity.ts';
import { PerIdentity } from '../../identity/per-identity.ts';
import { GovernedPermit, IdentityQueue, type Permit, type QueuedCall } from './identity-queue.ts';
import type { QuotaLedger } from './ledger.ts';
import type { QuotaLeft } from './window.ts';

/** Of the time that a call has, this share at most is spent on leaving quota to others. */
const PATIENCE = 0.25;
/** Who was refused by the ledger does not ask again before, whatever it has told. */
const ASK_AGAIN_MS = 50;

/** A call that wants to be made. */
export interface PlannedCall {
  readonly identity: UpstreamIdentity;
  /** Whose share of the identity's quota it is. */
  readonly caller: CallerKey;
  readonly isList: boolean;
  /** Until when its answer is of use, on the clock of `performance.now()`; may move while it waits. */
  readonly latestMs: () => number;
  /** Aborts when nobody waits for it any more. */
  readonly signal: Signal;
}

/** What is left of all quotas together, in numbers. */
export interface QuotaFigures {
  /** Identities that are known: that have made a call and whose window is not over, or only just. */
  readonly identities: number;
  /** The least that any of them has left of a window that the upstream has told of; null where it has told of none. */
  readonly leastLeft: number | null;
  /** Calls that wait for their permit. */
  readonly waiting: number;
}

/** What a governor needs to know of other processes that spend the same quotas. */
export interface QuotaSharing {
  /** Null where there is none. */
  readonly ledger: QuotaLedger | null;
  /** Which part of each quota is spent here while there is no ledger to ask, above 0 to 1. */
  readonly shareAlone: number;
}

/**
 * Lets each identity's calls go as its quota allows: no more than so many at once, spaced out before the limit is met, and
 * none at all for as long as the upstream said after a 429. A call that cannot be served in time is refused at once, as far
 * as is known how long calls take: one that is sent too late costs quota all the same.
 */
export class QuotaGovernor {
  readonly #maxConcurrent: number;
  readonly #ledger: QuotaLedger | null;
  readonly #queues: PerIdentity<IdentityQueue>;
  #closed: UpstreamError | undefined;

  /** `sharing` where others spend the same quotas. @default nobody does */
  constructor(maxConcurrent: number, { ledger, shareAlone }: QuotaSharing = { ledger: null, shareAlone: 1 }) {
    this.#maxConcurrent = maxConcurrent;
    this.#ledger = ledger;
    const share = () => (ledger?.isAvailable === true ? 1 : shareAlone);
    this.#queues = new PerIdentity(
      () => new IdentityQueue(share),
      (queue) => queue.isIdle(performance.now()),
    );
  }

  /**
   * Gives the call's permit when it may be made, mostly at once; then that must be ended. Throws or rejects with an `UpstreamError`
   * (`UPSTREAM_RATE_LIMITED`) as soon as it is known that the quota does not allow it in time, and with the signal's reason
   * when that aborts.
   */
  acquire(call: PlannedCall): Permit | Promise<Permit> {
    const permit = this.#acquire(call);
    return this.#ledger?.isAvailable === true ? this.#granted(permit, call, this.#ledger) : permit;
  }

  /** Takes in what others know of an identity's quota, who may have spent it while nothing was asked here. Never rejects. */
  async refresh(identity: UpstreamIdentity): Promise<void> {
    const askedAtMs = performance.now();
    const asked = (await this.#ledger?.look(identity)) ?? null;
    const queue = this.#queues.of(identity);
    if (asked !== null) queue.learn(asked, queue.active, askedAtMs);
  }

  #acquire(call: PlannedCall): GovernedPermit | Promise<GovernedPermit> {
    if (this.#closed !== undefined) throw this.#closed;
    if (call.signal.aborted) throw call.signal.reason;
    const queue = this.#queues.of(call.identity);
    const nowMs = performance.now();
    const mustWait =
      queue.waitingCount > 0 || !this.#hasRoom(queue, nowMs) || queue.quota.pacedMs(nowMs) > nowMs;
    return mustWait ? this.#wait(queue, call) : this.#start(queue);
  }

  /**
   * A permit that all who spend the quota agree to. Who is refused waits as the quota allows, and asks again; while nobody can be
   * asked it waits as the part of it allows that is spent here.
   */
  async #granted(
    first: GovernedPermit | Promise<GovernedPermit>,
    call: PlannedCall,
    ledger: QuotaLedger,
  ): Promise<GovernedPermit> {
    const queue = this.#queues.of(call.identity);
    for (let permit = await first; ;) {
      if (!ledger.isAvailable) return permit;
      const askedAtMs = performance.now();
      // oxlint-disable-next-line eslint/no-await-in-loop -- asked again only after a refusal
      const asked = await ledger.take(call.identity);
      const isGranted = asked?.isGranted ?? false;
      if (asked !== null) {
        // One that was refused is under way here, and is counted nowhere.
        queue.learn(asked, isGranted ? queue.active : queue.active - 1, askedAtMs);
        if (isGranted) permit.asked = asked;
        else queue.quota.hold(ASK_AGAIN_MS, performance.now());
      }
      const isOver = this.#closed !== undefined || call.signal.aborted;
      if (isGranted && !isOver) return permit;
      permit.end();
      if (isOver) throw this.#closed ?? call.signal.reason;
      // oxlint-disable-next-line eslint/no-await-in-loop -- the same
      permit = await this.#acquire(call);
    }
  }

  /** What is known of an identity's quota; null while the upstream has not told. */
  quotaOf(identity: UpstreamIdentity): QuotaLeft | null {
    return this.#queues.of(identity).quota.left(performance.now());
  }

  /** Looks at every identity. */
  figures(): QuotaFigures {
    const nowMs = performance.now();
    let leastLeft: number | null = null;
    let waiting = 0;
    for (const queue of this.#queues.values()) {
      waiting += queue.waitingCount;
      const left = queue.quota.left(nowMs);
      // Of a window that is over everything is left again.
      if (left === null || left.resetSeconds === 0) continue;
      leastLeft = Math.min(leastLeft ?? Infinity, left.allowed - left.used);
    }
    return { identities: this.#queues.size, leastLeft, waiting };
  }

  /** Refuses all calls that wait, and those that come, for this reason. */
  close(reason: UpstreamError): void {
    this.#closed = reason;
    for (const queue of this.#queues.values()) {
      clearTimeout(queue.timer);
      if (queue.waitingCount === 0) continue;
      for (const waiting of queue.waiting.inOrder()) waiting.refuse(reason);
    }
  }

  #wait(queue: IdentityQueue, { caller, isList, latestMs, signal }: PlannedCall): Promise<GovernedPermit> {
    return new Promise((resolve, reject) => {
      const nowMs = performance.now();
      const leave = () => {
        queue.waiting.remove(waiting);
        signal.removeEventListener('abort', onAbort);
      };
      const onAbort = () => {
        leave();
        reject(signal.reason);
        this.#pump(queue);
      };
      const waiting: QueuedCall = {
        caller,
        isList,
        latestMs,
        pacedUntilMs: nowMs + (latestMs() - nowMs) * PATIENCE,
        start: (permit) => {
          leave();
          resolve(permit);
        },
        refuse: (error) => {
          leave();
          reject(error);
        },
      };
      signal.addEventListener('abort', onAbort);
      queue.waiting.add(waiting);
      this.#pump(queue);
    });
  }

  #hasRoom(queue: IdentityQueue, nowMs: number): boolean {
    return queue.active < Math.min(this.#maxConcurrent, queue.quota.maxInFlight(nowMs));
  }

  #start(queue: IdentityQueue): GovernedPermit {
    const startedAtMs = performance.now();
    queue.active += 1;
    queue.quota.started(startedAtMs);
    return new GovernedPermit(queue, startedAtMs, this.#pump);
  }

  /** Starts what can start, refuses what cannot be served in time, and looks again when the next one can start. */
  readonly #pump = (queue: IdentityQueue): void => {
    clearTimeout(queue.timer);
    const nowMs = performance.now();
    let startMs = nowMs;
    while (queue.waitingCount > 0 && this.#hasRoom(queue, nowMs)) {
      startMs = queue.quota.pacedMs(nowMs);
      // Who has no more patience needs those to go who are ahead.
      if (startMs > nowMs) {
        const pacedUntilMs = queue.waiting
          .all()
          .reduce((min, each) => Math.min(min, each.pacedUntilMs), Infinity);
        startMs = Math.max(queue.quota.earliestMs(0, nowMs), Math.min(startMs, pacedUntilMs));
      }
      if (startMs > nowMs) break;
      const next = queue.waiting.peek();
      // What comes too late would be spent for nothing. Where there is enough of it, everybody may try.
      const isTooLate =
        queue.isShort && next !== undefined && nowMs + queue.duration.likelyMs > next.latestMs();
      if (isTooLate) next.refuse(tooLate(0));
      else queue.waiting.take()?.start(this.#start(queue));
    }
    this.#refuseHopeless(queue, nowMs);
    if (queue.waitingCount > 0 && startMs > nowMs) {
      queue.timer = setTimeout(this.#pump, Math.ceil(startMs - nowMs), queue);
    }
  };

  #refuseHopeless(queue: IdentityQueue, nowMs: number): void {
    if (queue.waitingCount === 0) queue.isShort = false;
    // Mostly the quota is no concern at all, however many wait for their permit.
    if (queue.waitingCount === 0 || queue.quota.earliestMs(queue.waitingCount - 1, nowMs) <= nowMs) return;
    queue.isShort = true;
    const { averageMs, likelyMs } = queue.duration;
    let ahead = 0;
    let together = 0;
    let togetherFromMs = nowMs;
    for (const waiting of queue.waiting.inOrder()) {
      const allowedMs = queue.quota.earliestMs(ahead, nowMs);
      // Whom a new window lets go together go no more than so many at once all the same.
      if (allowedMs > togetherFromMs) [together, togetherFromMs] = [0, allowedMs];
      const queuedMs = allowedMs > nowMs ? Math.floor(together / this.#maxConcurrent) * averageMs : 0;
      const startMs = allowedMs + queuedMs;
      if (startMs + likelyMs < waiting.latestMs()) {
        ahead += 1;
        together += 1;
      } else waiting.refuse(tooLate(startMs - nowMs));
    }
  }
}

function tooLate(waitMs: number): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_RATE_LIMITED',
    message: "the upstream's limits leave no call for it in time",
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
  });
}
