import type { CallerKey } from '../../identity/caller.ts';
import { UpstreamError } from '../../errors.ts';
import type { Signal } from '../../lib/signal.ts';
import type { UpstreamIdentity } from '../../identity/upstream-identity.ts';
import { PerIdentity } from '../../identity/per-identity.ts';
import { GovernedTurn, Lane, type Turn, type Waiting } from './identity-queue.ts';
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
  /** Calls that wait for their turn. */
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
  readonly #lanes: PerIdentity<Lane>;
  #closed: UpstreamError | undefined;

  /** `sharing` where others spend the same quotas. @default nobody does */
  constructor(maxConcurrent: number, { ledger, shareAlone }: QuotaSharing = { ledger: null, shareAlone: 1 }) {
    this.#maxConcurrent = maxConcurrent;
    this.#ledger = ledger;
    const share = () => (ledger?.isThere === true ? 1 : shareAlone);
    this.#lanes = new PerIdentity(
      () => new Lane(share),
      (lane) => lane.isIdle(performance.now()),
    );
  }

  /**
   * Gives the call's turn when it may be made, mostly at once; then that must be ended. Throws or rejects with an `UpstreamError`
   * (`UPSTREAM_RATE_LIMITED`) as soon as it is known that the quota does not allow it in time, and with the signal's reason
   * when that aborts.
   */
  turn(call: PlannedCall): Turn | Promise<Turn> {
    const turn = this.#turn(call);
    return this.#ledger?.isThere === true ? this.#granted(turn, call, this.#ledger) : turn;
  }

  /** Takes in what others know of an identity's quota, who may have spent it while nothing was asked here. Never rejects. */
  async refresh(identity: UpstreamIdentity): Promise<void> {
    const askedAtMs = performance.now();
    const asked = (await this.#ledger?.look(identity)) ?? null;
    const lane = this.#lanes.of(identity);
    if (asked !== null) lane.learn(asked, lane.active, askedAtMs);
  }

  #turn(call: PlannedCall): GovernedTurn | Promise<GovernedTurn> {
    if (this.#closed !== undefined) throw this.#closed;
    if (call.signal.aborted) throw call.signal.reason;
    const lane = this.#lanes.of(call.identity);
    const nowMs = performance.now();
    const mustWait =
      lane.waitingCount > 0 || !this.#hasRoom(lane, nowMs) || lane.quota.pacedMs(nowMs) > nowMs;
    return mustWait ? this.#wait(lane, call) : this.#start(lane);
  }

  /**
   * A turn that all who spend the quota agree to. Who is refused waits as the quota allows, and asks again; while nobody can be
   * asked it waits as the part of it allows that is spent here.
   */
  async #granted(
    first: GovernedTurn | Promise<GovernedTurn>,
    call: PlannedCall,
    ledger: QuotaLedger,
  ): Promise<GovernedTurn> {
    const lane = this.#lanes.of(call.identity);
    for (let turn = await first; ;) {
      if (!ledger.isThere) return turn;
      const askedAtMs = performance.now();
      // oxlint-disable-next-line eslint/no-await-in-loop -- asked again only after a refusal
      const asked = await ledger.take(call.identity);
      const isGranted = asked?.isGranted ?? false;
      if (asked !== null) {
        // One that was refused is under way here, and is counted nowhere.
        lane.learn(asked, isGranted ? lane.active : lane.active - 1, askedAtMs);
        if (isGranted) turn.asked = asked;
        else lane.quota.hold(ASK_AGAIN_MS, performance.now());
      }
      const isOver = this.#closed !== undefined || call.signal.aborted;
      if (isGranted && !isOver) return turn;
      turn.end();
      if (isOver) throw this.#closed ?? call.signal.reason;
      // oxlint-disable-next-line eslint/no-await-in-loop -- the same
      turn = await this.#turn(call);
    }
  }

  /** What is known of an identity's quota; null while the upstream has not told. */
  quotaOf(identity: UpstreamIdentity): QuotaLeft | null {
    return this.#lanes.of(identity).quota.left(performance.now());
  }

  /** Looks at every identity. */
  figures(): QuotaFigures {
    const nowMs = performance.now();
    let leastLeft: number | null = null;
    let waiting = 0;
    for (const lane of this.#lanes.values()) {
      waiting += lane.waitingCount;
      const left = lane.quota.left(nowMs);
      // Of a window that is over everything is left again.
      if (left === null || left.resetSeconds === 0) continue;
      leastLeft = Math.min(leastLeft ?? Infinity, left.allowed - left.used);
    }
    return { identities: this.#lanes.size, leastLeft, waiting };
  }

  /** Refuses all calls that wait, and those that come, for this reason. */
  close(reason: UpstreamError): void {
    this.#closed = reason;
    for (const lane of this.#lanes.values()) {
      clearTimeout(lane.timer);
      if (lane.waitingCount === 0) continue;
      for (const waiting of lane.waiting.inOrder()) waiting.refuse(reason);
    }
  }

  #wait(lane: Lane, { caller, isList, latestMs, signal }: PlannedCall): Promise<GovernedTurn> {
    return new Promise((resolve, reject) => {
      const nowMs = performance.now();
      const leave = () => {
        lane.waiting.remove(waiting);
        signal.removeEventListener('abort', onAbort);
      };
      const onAbort = () => {
        leave();
        reject(signal.reason);
        this.#pump(lane);
      };
      const waiting: Waiting = {
        caller,
        isList,
        latestMs,
        pacedUntilMs: nowMs + (latestMs() - nowMs) * PATIENCE,
        start: (turn) => {
          leave();
          resolve(turn);
        },
        refuse: (error) => {
          leave();
          reject(error);
        },
      };
      signal.addEventListener('abort', onAbort);
      lane.waiting.add(waiting);
      this.#pump(lane);
    });
  }

  #hasRoom(lane: Lane, nowMs: number): boolean {
    return lane.active < Math.min(this.#maxConcurrent, lane.quota.maxInFlight(nowMs));
  }

  #start(lane: Lane): GovernedTurn {
    const startedAtMs = performance.now();
    lane.active += 1;
    lane.quota.started(startedAtMs);
    return new GovernedTurn(lane, startedAtMs, this.#pump);
  }

  /** Starts what can start, refuses what cannot be served in time, and looks again when the next one can start. */
  readonly #pump = (lane: Lane): void => {
    clearTimeout(lane.timer);
    const nowMs = performance.now();
    let startMs = nowMs;
    while (lane.waitingCount > 0 && this.#hasRoom(lane, nowMs)) {
      startMs = lane.quota.pacedMs(nowMs);
      // Who has no more patience needs those to go who are ahead.
      if (startMs > nowMs) {
        const pacedUntilMs = lane.waiting
          .all()
          .reduce((min, each) => Math.min(min, each.pacedUntilMs), Infinity);
        startMs = Math.max(lane.quota.earliestMs(0, nowMs), Math.min(startMs, pacedUntilMs));
      }
      if (startMs > nowMs) break;
      const next = lane.waiting.peek();
      // What comes too late would be spent for nothing. Where there is enough of it, everybody may try.
      const isTooLate =
        lane.isShort && next !== undefined && nowMs + lane.duration.likelyMs > next.latestMs();
      if (isTooLate) next.refuse(tooLate(0));
      else lane.waiting.take()?.start(this.#start(lane));
    }
    this.#refuseHopeless(lane, nowMs);
    if (lane.waitingCount > 0 && startMs > nowMs) {
      lane.timer = setTimeout(this.#pump, Math.ceil(startMs - nowMs), lane);
    }
  };

  #refuseHopeless(lane: Lane, nowMs: number): void {
    if (lane.waitingCount === 0) lane.isShort = false;
    // Mostly the quota is no concern at all, however many wait for their turn.
    if (lane.waitingCount === 0 || lane.quota.earliestMs(lane.waitingCount - 1, nowMs) <= nowMs) return;
    lane.isShort = true;
    const { averageMs, likelyMs } = lane.duration;
    let ahead = 0;
    let together = 0;
    let togetherFromMs = nowMs;
    for (const waiting of lane.waiting.inOrder()) {
      const allowedMs = lane.quota.earliestMs(ahead, nowMs);
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
