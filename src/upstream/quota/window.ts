/** Token's quota as the upstream reports it with an answer. */
export interface QuotaReport {
  /** Calls counted in this window, including the answered one. */
  readonly count: number;
  readonly allowed: number;
  /** Time to the window's end. */
  readonly resetSeconds: number;
}

/** State of a quota at one moment. */
export interface QuotaLeft {
  /** Calls that a window allows. */
  readonly allowed: number;
  /** Calls of this window that are spent or in flight. */
  readonly used: number;
  /** Time to the window's end. */
  readonly resetSeconds: number;
  /** Length of a window: the longest reset reported so far. */
  readonly windowSeconds: number;
}

/** Share of a window that is spent without pacing; the rest is spread over the remaining time. */
const UNPACED_SHARE = 0.5;
/** Tolerance when two reports are compared for the same window end: reports are rounded to seconds. */
const SAME_END_MS = 2_000;
const SECOND_MS = 1_000;
/** Hold after a 429 that names no time; doubles with each that follows. */
const UNNAMED_HOLD_MS = 1_000;
const LONGEST_UNNAMED_HOLD_MS = 30_000;
/** Upper bound for window and hold, so one absurd header cannot block an identity for days. */
const LONGEST_MS = 600_000;
/** Calls in flight until the first is accepted: others may have spent the quota. One alone might get no answer. */
const UNKNOWN_IN_FLIGHT = 3;
/** Calls in flight that test whether the upstream accepts calls again. */
const PROBES_IN_FLIGHT = 2;
/** Growth of a learned limit per window without a 429, as a share of the announced limit. */
const GROWTH = 0.1;

/**
 * State of one token's quota, and the times at which the next calls may start. Callers pass the time in milliseconds of any
 * steady clock; the class starts no timers.
 *
 * The upstream counts calls in windows. Others may spend the same quota, so the upstream's count is used instead of our own.
 * Some limits are lower than announced; only a 429 reveals those.
 */
export class QuotaWindow {
  #announced: number | null = null;
  /** Limit learned from a 429 that came below the announced limit. */
  #learned = Infinity;
  #count = 0;
  /** Own calls of this window, including those in flight. */
  #own = 0;
  #inFlight = 0;
  #number = 0;
  #beganAtMs = 0;
  /** Zero while the upstream has not reported the current window. */
  #endsAtMs = 0;
  /** Earliest possible end: an answer's seconds count from some moment between call and answer. */
  #endsFromMs = 0;
  /** Start of the call whose answer first reported this end. */
  #toldFromMs = -Infinity;
  /** End of the last reported window. */
  #lastEndMs = -Infinity;
  /** Correction of the reported seconds once the upstream has shown that it rounds down. */
  #roundedDownMs = 0;
  #lengthMs = 0;
  #lastStartMs = -Infinity;
  #heldUntilMs = 0;
  #unnamedHolds = 0;
  #hadRefusal = false;
  #wasAccepted = false;
  #isProbing = false;
  /** Calls started earlier do not show whether the upstream accepts calls again. */
  #doubtedAtMs = 0;
  /** Calls in flight that started before `#doubtedAtMs`. */
  #bystanders = 0;

  readonly #share: () => number;

  /** `share` returns this process's current part of the quota, above 0 to 1; the rest is for others. @default 1 */
  constructor(share: () => number = () => 1) {
    this.#share = share;
  }

  /** True when nothing would be lost but a limit learned from a 429, which is soon learned again. */
  isIdle(nowMs: number): boolean {
    return this.#inFlight === 0 && nowMs >= this.#endsAtMs && nowMs >= this.#heldUntilMs;
  }

  /** Limit on calls in flight while it is unknown whether the upstream accepts any; otherwise Infinity. */
  maxInFlight(nowMs: number): number {
    this.#rollOver(nowMs);
    if (!this.#wasAccepted) return UNKNOWN_IN_FLIGHT;
    return this.#isProbing ? this.#bystanders + PROBES_IN_FLIGHT : Infinity;
  }

  /** Number of the window, which rises with each new one. */
  windowNumber(nowMs: number): number {
    this.#rollOver(nowMs);
    return this.#number;
  }

  /** Calls per window for this process; Infinity until the upstream has reported a quota. */
  get limit(): number {
    return this.#limit;
  }

  /** End of the window that runs or has just ended; now when none is known. */
  endsMs(nowMs: number): number {
    this.#rollOver(nowMs);
    return Math.max(nowMs, this.#latestEndMs);
  }

  /** Null until the upstream has reported a quota. */
  left(nowMs: number): QuotaLeft | null {
    this.#rollOver(nowMs);
    if (this.#announced === null) return null;
    const allowed = this.#limit;
    const used = allowed - this.#left;
    const resetSeconds = Math.max(0, this.#latestEndMs - nowMs) / 1000;
    return { allowed, used, resetSeconds, windowSeconds: this.#lengthMs / 1000 };
  }

  /** Earliest time at which the quota allows a call that starts after `ahead` others. */
  earliestMs(ahead: number, nowMs: number): number {
    this.#rollOver(nowMs);
    const fromMs = Math.max(nowMs, this.#heldUntilMs);
    if (this.#announced === null) return fromMs;
    const isOver = fromMs >= this.#latestEndMs;
    // Calls counted beyond the limit were refused and take nothing from the next window.
    const limit = this.#limit;
    const place = isOver ? ahead : limit - this.#left + ahead;
    const windows = Math.floor(place / limit);
    if (windows === 0) return fromMs;
    const endsAtMs = isOver ? fromMs + this.#lengthMs : this.#latestEndMs;
    return Math.max(fromMs, endsAtMs + (windows - 1) * this.#lengthMs);
  }

  /** Start of the next call at a pace that leaves quota for the rest of the window; never before `earliestMs`. */
  pacedMs(nowMs: number): number {
    const earliestMs = this.earliestMs(0, nowMs);
    if (this.#announced === null || earliestMs >= this.#endsAtMs) return earliestMs;
    const limit = this.#limit;
    const left = this.#left;
    if (left > limit * (1 - UNPACED_SHARE) || left === 0) return earliestMs;
    const pauseMs = (this.#endsAtMs - nowMs) / left;
    return Math.max(earliestMs, this.#lastStartMs + pauseMs);
  }

  started(nowMs: number): void {
    this.#rollOver(nowMs);
    this.#inFlight += 1;
    this.#own += 1;
    this.#lastStartMs = nowMs;
  }

  /** Records a call's end, after `learn`. The upstream most likely counted an unreported call all the same. */
  ended(wentUnreported: boolean, startedAtMs: number, wasSent = true): void {
    this.#inFlight -= 1;
    if (!wasSent && startedAtMs >= this.#beganAtMs) this.#own -= 1;
    if (startedAtMs < this.#doubtedAtMs) this.#bystanders -= 1;
    if (wentUnreported && startedAtMs >= this.#beganAtMs) this.#count += 1;
  }

  /** Takes in the report with the answer to a call that started at `startedAtMs`. */
  learn({ count, allowed, resetSeconds }: QuotaReport, startedAtMs: number, nowMs: number): void {
    this.#rollOver(nowMs);
    const resetMs = Math.min(resetSeconds * 1000, LONGEST_MS) + this.#roundedDownMs;
    const endsFromMs = startedAtMs + resetMs;
    const endsAtMs = nowMs + resetMs;
    const isSameEnd =
      this.#endsAtMs > 0 &&
      endsFromMs - SAME_END_MS <= this.#endsAtMs &&
      endsAtMs + SAME_END_MS >= this.#endsFromMs;
    if (isSameEnd) {
      this.#count = Math.max(this.#count, count);
      this.#endsFromMs = Math.max(this.#endsFromMs, endsFromMs);
      this.#endsAtMs = Math.min(this.#endsAtMs, endsAtMs);
    } else {
      // A report overtaken by its window's end, or by an answer of the next window, is stale.
      if (endsFromMs - SAME_END_MS <= this.#lastEndMs && startedAtMs < this.#beganAtMs) return;
      if (endsAtMs < this.#endsAtMs && startedAtMs < this.#toldFromMs) return;
      if (this.#endsAtMs > 0) this.#begin(nowMs);
      this.#count = count;
      this.#toldFromMs = startedAtMs;
      this.#endsFromMs = endsFromMs;
      this.#endsAtMs = endsAtMs;
    }
    this.#lengthMs = Math.max(this.#lengthMs, resetMs);
    this.#announced = Math.max(1, allowed);
  }

  /** The upstream accepted a call that started at `startedAtMs`. A call from before the doubt does not end probing. */
  accepted(startedAtMs: number): void {
    this.#wasAccepted = true;
    if (startedAtMs < this.#doubtedAtMs) return;
    this.#isProbing = false;
    this.#unnamedHolds = 0;
  }

  /** Stops new calls for `ms`, as the ledger demands. */
  hold(ms: number, nowMs: number): void {
    this.#hold(ms, nowMs);
  }

  /** The upstream answered 429: no call starts until the time it named, or for a while if it named none. */
  refused(retryAfterSeconds: number | undefined, startedAtMs: number, nowMs: number): void {
    this.#rollOver(nowMs);
    this.#hadRefusal = true;
    // A 429 this early means that the window before still runs for a fraction of a second that its report rounded off.
    if (startedAtMs < this.#lastEndMs + SECOND_MS) this.#roundedDownMs = SECOND_MS;
    // Every 429 holds for a second at least: an immediate call would be refused as well.
    this.#hold(Math.max(SECOND_MS, (retryAfterSeconds ?? 0) * 1000), nowMs);
    // Calls in flight together are refused together and count as one refusal.
    if (startedAtMs < Math.max(this.#beganAtMs, this.#doubtedAtMs)) return;
    this.#doubt(nowMs);
    // Zero counts as no time: immediate calls would be refused again and again.
    if (!retryAfterSeconds) {
      this.#hold(Math.min(LONGEST_UNNAMED_HOLD_MS, UNNAMED_HOLD_MS * 2 ** this.#unnamedHolds), nowMs);
      this.#unnamedHolds += 1;
    }
    // Halved at most: a 429 for another reason must not leave next to nothing.
    const limit = this.#wholeLimit;
    if (this.#count <= limit) this.#learned = Math.max(1, this.#count - 1, Math.floor(limit / 2));
  }

  /** Calls per window for all processes together. */
  get #wholeLimit(): number {
    return Math.min(this.#announced ?? Infinity, this.#learned);
  }

  /** Calls per window for this process. */
  get #limit(): number {
    return Math.max(1, Math.floor(this.#wholeLimit * this.#share()));
  }

  /** Calls in flight are subtracted, although the upstream may have counted some already. */
  get #left(): number {
    const leftOfAll = this.#wholeLimit - this.#count - this.#inFlight;
    if (this.#share() === 1) return Math.max(0, leftOfAll);
    return Math.max(0, Math.min(leftOfAll, this.#limit - this.#own));
  }

  /** A window that is never reported ends, too; otherwise its unreported calls would count for ever. */
  get #latestEndMs(): number {
    return this.#endsAtMs > 0 ? this.#endsAtMs : this.#beganAtMs + this.#lengthMs;
  }

  #rollOver(nowMs: number): void {
    if (this.#announced === null || nowMs < this.#latestEndMs) return;
    // The end is rounded to seconds and may be a little off. If much was spent, probes go ahead to test it.
    if (this.#count >= this.#wholeLimit * UNPACED_SHARE) this.#doubt(nowMs);
    this.#begin(nowMs);
    this.#count = 0;
    this.#endsAtMs = 0;
  }

  #hold(ms: number, nowMs: number): void {
    this.#heldUntilMs = Math.max(this.#heldUntilMs, nowMs + Math.min(ms, LONGEST_MS));
  }

  #doubt(nowMs: number): void {
    this.#isProbing = true;
    this.#doubtedAtMs = nowMs;
    this.#bystanders = this.#inFlight;
  }

  #begin(nowMs: number): void {
    this.#number += 1;
    this.#beganAtMs = nowMs;
    this.#own = this.#inFlight;
    if (this.#endsAtMs > 0) this.#lastEndMs = Math.min(nowMs, this.#endsAtMs);
    if (!this.#hadRefusal) this.#learned += (this.#announced ?? 0) * GROWTH;
    this.#hadRefusal = false;
  }
}
