import type { CallerKey } from '../../identity/caller.ts';
import { UpstreamError } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Signal } from '../../lib/signal.ts';
import type { UpstreamIdentity } from '../../identity/upstream-identity.ts';
import { PerIdentity } from '../../identity/per-identity.ts';
import { GovernedPermit, IdentityQueue, type Permit, type QueuedCall } from './identity-queue.ts';
import type { Admission, SharingRules } from './caller-shares.ts';
import type { QuotaLedger } from './ledger.ts';
import type { QuotaLeft } from './window.ts';

/** Largest share of a call's time budget that pacing may use up. */
const PATIENCE = 0.25;
/** Shortest pause after the ledger refused a call, whatever hold the ledger reported. */
const ASK_AGAIN_MS = 50;

/** A call that requests a permit. */
export interface PlannedCall {
  readonly identity: UpstreamIdentity;
  /** Caller whose share of the identity's quota the call uses. */
  readonly caller: CallerKey;
  readonly isList: boolean;
  /** Deadline for the answer, on the monotonic clock; may move while the call waits. */
  readonly latestMs: () => number;
  /** Aborts when nobody waits for the call any more. */
  readonly signal: Signal;
}

/** Figures over the quotas of all identities. */
export interface QuotaFigures {
  /** Identities with a queue in memory; `PerIdentity` drops idle ones only when others come. */
  readonly identities: number;
  /** Fewest calls left to any identity in its window; null while the upstream has reported no quota. */
  readonly leastLeft: number | null;
  /** Calls that wait for a permit. */
  readonly waiting: number;
}

/** Others that spend the same quotas: other processes, and callers of this one. */
export interface QuotaSharing {
  /** Null without a shared ledger. */
  readonly ledger: QuotaLedger | null;
  /** Share of each quota for this process while the ledger is unavailable, above 0 to 1. */
  readonly shareAlone: number;
  /** Rules by which the callers of one identity share its quota; null where each identity is one caller. */
  readonly callers: SharingRules | null;
}

/** Detail of errors for calls beyond their callers' shares. */
export const BEYOND_SHARE = 'caller beyond its share of the quota';

/**
 * Limits each identity's calls to its quota: at most `maxConcurrent` at once, paced before the limit is reached, and none
 * during the hold after a 429. A call that cannot be served in time is rejected at once, as far as call durations are known,
 * because a call that is sent too late costs quota all the same.
 */
export class QuotaGovernor {
  readonly #clock: Clock;
  readonly #maxConcurrent: number;
  readonly #ledger: QuotaLedger | null;
  readonly #callers: SharingRules | null;
  readonly #queues: PerIdentity<IdentityQueue>;
  #closed: UpstreamError | undefined;

  /** `sharing` describes others that spend the same quotas. @default none */
  constructor(
    clock: Clock,
    maxConcurrent: number,
    { ledger, shareAlone, callers }: QuotaSharing = { ledger: null, shareAlone: 1, callers: null },
  ) {
    this.#clock = clock;
    this.#maxConcurrent = maxConcurrent;
    this.#ledger = ledger;
    this.#callers = callers;
    const share = () => (ledger?.isAvailable === true ? 1 : shareAlone);
    this.#queues = new PerIdentity(
      () => new IdentityQueue(clock, share, callers),
      (queue) => queue.isIdle(clock.now()),
    );
  }

  /**
   * Permit for the call, mostly at once; the caller must end the permit. Throws or rejects with an `UpstreamError`
   * (`UPSTREAM_RATE_LIMITED`) as soon as the quota is known not to allow the call in time, and with the signal's reason
   * on abort.
   */
  acquire(call: PlannedCall): Permit | Promise<Permit> {
    const permit = this.#acquire(call);
    return this.#ledger?.isAvailable === true ? this.#granted(permit, call, this.#ledger) : permit;
  }

  /** Reads an identity's quota from the ledger, since other processes may have spent some meanwhile. Never rejects. */
  async refresh(identity: UpstreamIdentity): Promise<void> {
    const askedAtMs = this.#clock.now();
    const asked = (await this.#ledger?.look(identity)) ?? null;
    const queue = this.#queues.of(identity);
    if (asked !== null) queue.learn(asked, queue.active, askedAtMs);
  }

  #acquire(call: PlannedCall): GovernedPermit | Promise<GovernedPermit> {
    if (this.#closed !== undefined) throw this.#closed;
    if (call.signal.aborted) throw call.signal.reason;
    const queue = this.#queues.of(call.identity);
    const nowMs = this.#clock.now();
    const party = this.#partyOf(call.identity, call.caller);
    queue.shares?.wanted(party, nowMs);
    const mustWait =
      queue.waitingCount > 0 ||
      !this.#hasRoom(queue, nowMs) ||
      queue.quota.pacedMs(nowMs) > nowMs ||
      !queue.admission(nowMs)(party);
    return mustWait ? this.#wait(queue, party, call) : this.#start(queue, party);
  }

  /**
   * Permit that the ledger grants, too. A refused call waits as the quota allows, then requests again. While the ledger is
   * unavailable, the local share of the quota decides alone.
   */
  async #granted(
    first: GovernedPermit | Promise<GovernedPermit>,
    call: PlannedCall,
    ledger: QuotaLedger,
  ): Promise<GovernedPermit> {
    const queue = this.#queues.of(call.identity);
    for (let permit = await first; ;) {
      if (!ledger.isAvailable) return permit;
      const askedAtMs = this.#clock.now();
      // oxlint-disable-next-line eslint/no-await-in-loop -- the next iteration comes only after a refusal
      const asked = await ledger.take(
        call.identity,
        queue.shares && {
          caller: this.#partyOf(call.identity, call.caller),
          isFromReserve: permit.isFromReserve,
        },
      );
      const isGranted = asked?.isGranted ?? false;
      if (asked !== null) {
        // A refused call is active here, but `used` does not include it.
        queue.learn(asked, isGranted ? queue.active : queue.active - 1, askedAtMs);
        if (asked.callsOfAll !== null) queue.shares?.learn(asked.callsOfAll, this.#clock.now());
        if (isGranted) permit.asked = asked;
        else queue.quota.hold(ASK_AGAIN_MS, this.#clock.now());
      }
      const isOver = this.#closed !== undefined || call.signal.aborted;
      if (isGranted && !isOver) return permit;
      permit.end();
      if (isOver) throw this.#closed ?? call.signal.reason;
      // oxlint-disable-next-line eslint/no-await-in-loop -- see above
      permit = await this.#acquire(call);
    }
  }

  /** Counts ids that the upstream does not know a second time, against their caller. `share` is their part in a call. */
  foundUnknown(identity: UpstreamIdentity, caller: CallerKey, share: number): void {
    const { shares } = this.#queues.of(identity);
    if (shares === null) return;
    const party = this.#partyOf(identity, caller);
    shares.foundUnknown(party, share, this.#clock.now());
    this.#ledger?.charge(identity, party, share);
  }

  /** Quota of an identity as far as known; null until the upstream has reported one. */
  quotaOf(identity: UpstreamIdentity): QuotaLeft | null {
    return this.#queues.of(identity).quota.left(this.#clock.now());
  }

  /** The same without the calls that are kept for callers who have not come yet. */
  usableQuotaOf(identity: UpstreamIdentity): QuotaLeft | null {
    const { quota, shares } = this.#queues.of(identity);
    const nowMs = this.#clock.now();
    const left = quota.left(nowMs);
    if (left === null || shares === null) return left;
    return { ...left, allowed: left.allowed - shares.keptCalls(nowMs) };
  }

  /** Visits every identity. */
  figures(): QuotaFigures {
    const nowMs = this.#clock.now();
    let leastLeft: number | null = null;
    let waiting = 0;
    for (const queue of this.#queues.values()) {
      waiting += queue.waitingCount;
      const left = queue.quota.left(nowMs);
      // A window that is over has its whole quota left.
      if (left === null || left.resetSeconds === 0) continue;
      leastLeft = Math.min(leastLeft ?? Infinity, left.allowed - left.used);
    }
    return { identities: this.#queues.size, leastLeft, waiting };
  }

  /** Rejects all waiting calls and all later ones with `reason`. */
  close(reason: UpstreamError): void {
    this.#closed = reason;
    for (const queue of this.#queues.values()) {
      this.#clock.clearTimeout(queue.timer);
      if (queue.waitingCount === 0) continue;
      for (const waiting of queue.waiting.inOrder()) waiting.refuse(reason);
    }
  }

  /** Key of a caller: its name in all processes where they share a ledger, so that their counts can be joined. */
  #partyOf(identity: UpstreamIdentity, caller: CallerKey): string {
    return this.#ledger === null || this.#callers === null ? caller : this.#ledger.nameOf(identity, caller);
  }

  #wait(
    queue: IdentityQueue,
    party: string,
    { isList, latestMs, signal }: PlannedCall,
  ): Promise<GovernedPermit> {
    return new Promise((resolve, reject) => {
      const nowMs = this.#clock.now();
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
        party,
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

  #start(queue: IdentityQueue, party: string): GovernedPermit {
    const startedAtMs = this.#clock.now();
    const isFromReserve = queue.shares?.started(party, startedAtMs) ?? false;
    queue.active += 1;
    queue.quota.started(startedAtMs);
    return new GovernedPermit(queue, party, startedAtMs, isFromReserve, this.#pump);
  }

  /** Starts calls that can start, rejects those that cannot be served in time, and sets a timer for the next start. */
  readonly #pump = (queue: IdentityQueue): void => {
    this.#clock.clearTimeout(queue.timer);
    const nowMs = this.#clock.now();
    let startMs = nowMs;
    while (queue.waitingCount > 0 && this.#hasRoom(queue, nowMs)) {
      const mayStart = queue.admission(nowMs);
      const next = queue.waiting.peek(mayStart);
      // All that wait are beyond their callers' shares, until the next window.
      if (next === undefined) {
        startMs = queue.quota.endsMs(nowMs);
        break;
      }
      startMs = queue.quota.pacedMs(nowMs);
      // A call past its pacing limit can start only after those ahead, so the earliest limit applies to all.
      if (startMs > nowMs) {
        const pacedUntilMs = queue.waiting
          .all()
          .filter(({ party }) => mayStart(party))
          .reduce((min, each) => Math.min(min, each.pacedUntilMs), Infinity);
        startMs = Math.max(queue.quota.earliestMs(0, nowMs), Math.min(startMs, pacedUntilMs));
      }
      if (startMs > nowMs) break;
      // A late answer wastes quota. While there is enough quota, every call may try.
      const isTooLate = queue.isShort && nowMs + queue.duration.likelyMs > next.latestMs();
      if (isTooLate) next.refuse(tooLate(0));
      else queue.waiting.take(mayStart)?.start(this.#start(queue, next.party));
    }
    if (queue.waitingCount === 0) {
      queue.isShort = false;
      return;
    }
    const mayStart = queue.admission(nowMs);
    if (queue.shares !== null) this.#refuseBeyondShares(queue, mayStart, nowMs);
    this.#refuseHopeless(queue, mayStart, nowMs);
    if (queue.waitingCount > 0 && startMs > nowMs) {
      queue.timer = this.#clock.setTimeout(() => this.#pump(queue), Math.ceil(startMs - nowMs));
    }
  };

  /** Calls beyond their callers' shares wait for the next window. */
  #refuseBeyondShares(queue: IdentityQueue, mayStart: Admission, nowMs: number): void {
    const startMs = queue.quota.endsMs(nowMs);
    for (const waiting of queue.waiting.inOrder()) {
      const isHopeless = startMs + queue.duration.likelyMs >= waiting.latestMs();
      if (isHopeless && !mayStart(waiting.party)) waiting.refuse(beyondShare(startMs - nowMs));
    }
  }

  #refuseHopeless(queue: IdentityQueue, mayStart: Admission, nowMs: number): void {
    // Quota is mostly sufficient, however many calls wait for a permit.
    if (queue.waitingCount === 0 || queue.quota.earliestMs(queue.waitingCount - 1, nowMs) <= nowMs) return;
    queue.isShort = true;
    const { averageMs, likelyMs } = queue.duration;
    let ahead = 0;
    let together = 0;
    let togetherFromMs = nowMs;
    for (const waiting of queue.waiting.inOrder()) {
      if (!mayStart(waiting.party)) continue;
      const allowedMs = queue.quota.earliestMs(ahead, nowMs);
      // Calls that a new window releases together still run at most `maxConcurrent` at once.
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

function beyondShare(waitMs: number): UpstreamError {
  return new UpstreamError(
    {
      code: 'UPSTREAM_RATE_LIMITED',
      message:
        "the caller's share of the upstream's limits is used up, and the rest is kept for other callers",
      retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
    },
    { detail: BEYOND_SHARE },
  );
}

function tooLate(waitMs: number): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_RATE_LIMITED',
    message: "the upstream's rate limit leaves no call for this in time",
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
  });
}
