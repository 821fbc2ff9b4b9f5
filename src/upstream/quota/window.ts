/** What the upstream says of a token's quota with an answer. */
export interface QuotaReport {
  /** Calls that it counted in this window, this one included. */
  readonly count: number;
  readonly allowed: number;
  /** Until the window ends. */
  readonly resetSeconds: number;
}

/** What is known of a quota at some moment. */
export interface QuotaLeft {
  /** Calls that a window allows. */
  readonly allowed: number;
  /** Calls of this window that are spent or under way. */
  readonly used: number;
  /** Until the window ends. */
  readonly resetSeconds: number;
  /** Of a whole window, as far as one was seen. */
  readonly windowSeconds: number;
}

/** This share of a window may go at any pace; the rest is spread over the time that is left. */
const UNPACED_SHARE = 0.5;
/** How far two reports may differ and still speak of the same end: they are rounded to seconds. */
const SAME_END_MS = 2_000;
const SECOND_MS = 1_000;
/** How long to hold after a 429 that names no time, doubled by each that follows. */
const UNNAMED_HOLD_MS = 1_000;
const LONGEST_UNNAMED_HOLD_MS = 30_000;
/** Neither a window nor a hold is believed to last longer, or one odd answer would silence the gateway for days. */
const LONGEST_MS = 600_000;
/** Others may have spent the quota before the first answer tells so. More than one, for a single one might not be answered. */
const UNKNOWN_IN_FLIGHT = 3;
/** How many calls go ahead to see whether the upstream allows calls again. */
const PROBES_IN_FLIGHT = 2;
/** How much of what is announced a learned limit grows by in each window that went without a 429. */
const GROWTH = 0.1;

/**
 * What is known of one token's quota, and when it lets the next calls go. It is told the time, in milliseconds of any steady
 * clock, and starts nothing by itself.
 *
 * The upstream counts calls in windows. Others may spend the same quota, so its count is believed and not our own. Some
 * limits are lower than what is announced; those show only by a 429.
 */
export class QuotaWindow {
  #announced: number | null = null;
  /** Lower than what is announced, after a 429 that came before that. */
  #learned = Infinity;
  #count = 0;
  /** Calls of our own in this window, those under way included. */
  #own = 0;
  #inFlight = 0;
  #beganAtMs = 0;
  /** Zero while the window that began has not been reported of. */
  #endsAtMs = 0;
  /** The same end at the earliest: the seconds of an answer count from some moment while it was under way. */
  #endsFromMs = 0;
  /** When the call started whose answer first told of this end. */
  #toldFromMs = -Infinity;
  /** When the last window ended that was reported of. */
  #lastEndMs = -Infinity;
  /** What is added to the seconds that the upstream tells, once it has shown that it rounds them down. */
  #roundedDownMs = 0;
  #lengthMs = 0;
  #lastStartMs = -Infinity;
  #heldUntilMs = 0;
  #unnamedHolds = 0;
  #hadRefusal = false;
  #wasAccepted = false;
  #isProbing = false;
  /** What started before then does not show whether the upstream allows calls again. */
  #doubtedAtMs = 0;
  /** Calls under way that started before then. */
  #bystanders = 0;

  readonly #share: () => number;

  /** `share` gives which part of the quota may be spent here, above 0 to 1, at the moment; the rest is for others. @default 1 */
  constructor(share: () => number = () => 1) {
    this.#share = share;
  }

  /** Whether nothing of it holds any more but what a 429 has taught, which is soon learned again. */
  isIdle(nowMs: number): boolean {
    return this.#inFlight === 0 && nowMs >= this.#endsAtMs && nowMs >= this.#heldUntilMs;
  }

  /** How many calls may be under way at once while it is not known whether the upstream allows any; otherwise no limit. */
  maxInFlight(nowMs: number): number {
    this.#rollOver(nowMs);
    if (!this.#wasAccepted) return UNKNOWN_IN_FLIGHT;
    return this.#isProbing ? this.#bystanders + PROBES_IN_FLIGHT : Infinity;
  }

  /** Null while nothing was reported of this window. */
  left(nowMs: number): QuotaLeft | null {
    this.#rollOver(nowMs);
    if (this.#announced === null) return null;
    const allowed = this.#limit;
    const used = allowed - this.#left;
    const resetSeconds = Math.max(0, this.#latestEndMs - nowMs) / 1000;
    return { allowed, used, resetSeconds, windowSeconds: this.#lengthMs / 1000 };
  }

  /** The earliest time at which the quota allows a call before which `ahead` others start. */
  earliestMs(ahead: number, nowMs: number): number {
    this.#rollOver(nowMs);
    const fromMs = Math.max(nowMs, this.#heldUntilMs);
    if (this.#announced === null) return fromMs;
    const isOver = fromMs >= this.#latestEndMs;
    // What was counted beyond the limit was refused, and takes nothing from the next window.
    const limit = this.#limit;
    const place = isOver ? ahead : limit - this.#left + ahead;
    const windows = Math.floor(place / limit);
    if (windows === 0) return fromMs;
    const endsAtMs = isOver ? fromMs + this.#lengthMs : this.#latestEndMs;
    return Math.max(fromMs, endsAtMs + (windows - 1) * this.#lengthMs);
  }

  /** When the next call starts at a pace that leaves something for the rest of the window; not before it is allowed. */
  pacedMs(nowMs: number): number {
    const earliestMs = this.earliestMs(0, nowMs);
    if (this.#announced === null || earliestMs >= this.#endsAtMs) return earliestMs;
    const limit = this.#limit;
    const left = this.#left;
    if (left > limit * (1 - UNPACED_SHARE) || left === 0) return earliestMs;
    const pauseMs = (this.#endsAtMs - nowMs) / left;
    return Math.max(earliestMs, this.#lastStartMs + pauseMs);
  }

  /** A call starts. */
  started(nowMs: number): void {
    this.#rollOver(nowMs);
    this.#inFlight += 1;
    this.#own += 1;
    this.#lastStartMs = nowMs;
  }

  /** A call is over; to be told after `learn`. One that went unreported the upstream has most likely counted all the same. */
  ended(wentUnreported: boolean, startedAtMs: number, wasSent = true): void {
    this.#inFlight -= 1;
    if (!wasSent && startedAtMs >= this.#beganAtMs) this.#own -= 1;
    if (startedAtMs < this.#doubtedAtMs) this.#bystanders -= 1;
    if (wentUnreported && startedAtMs >= this.#beganAtMs) this.#count += 1;
  }

  /** Takes in what an answer says, to a call that started at `startedAtMs`. */
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
      // One that was overtaken by its window's end, or by an answer of the next window, tells nothing any more.
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

  /** The upstream let a call through that started at `startedAtMs`: what it held back for before is over. */
  accepted(startedAtMs: number): void {
    this.#wasAccepted = true;
    if (startedAtMs < this.#doubtedAtMs) return;
    this.#isProbing = false;
    this.#unnamedHolds = 0;
  }

  /** Others have learned that nothing is to go for so long. */
  hold(ms: number, nowMs: number): void {
    this.#hold(ms, nowMs);
  }

  /** The upstream answered 429: nothing goes until the time that it named, or for a while if it named none. */
  refused(retryAfterSeconds: number | undefined, startedAtMs: number, nowMs: number): void {
    this.#rollOver(nowMs);
    this.#hadRefusal = true;
    // Nothing should have been spent yet: the window before goes on for a part of a second that was not told of.
    if (startedAtMs < this.#lastEndMs + SECOND_MS) this.#roundedDownMs = SECOND_MS;
    // Whatever it says, and whichever call it was: at once the next would be refused as well.
    this.#hold(Math.max(SECOND_MS, (retryAfterSeconds ?? 0) * 1000), nowMs);
    // Calls that were under way together are refused together: that is one refusal.
    if (startedAtMs < Math.max(this.#beganAtMs, this.#doubtedAtMs)) return;
    this.#doubt(nowMs);
    // To come again at once is no time either: it would be refused again and again.
    if (!retryAfterSeconds) {
      this.#hold(Math.min(LONGEST_UNNAMED_HOLD_MS, UNNAMED_HOLD_MS * 2 ** this.#unnamedHolds), nowMs);
      this.#unnamedHolds += 1;
    }
    // Halved at most: a refusal for another reason must not leave next to nothing.
    const limit = this.#wholeLimit;
    if (this.#count <= limit) this.#learned = Math.max(1, this.#count - 1, Math.floor(limit / 2));
  }

  /** What all who spend it may. */
  get #wholeLimit(): number {
    return Math.min(this.#announced ?? Infinity, this.#learned);
  }

  /** What may be spent here. */
  get #limit(): number {
    return Math.max(1, Math.floor(this.#wholeLimit * this.#share()));
  }

  /** With the calls under way taken from it, although some of them may have been counted by now. */
  get #left(): number {
    const leftOfAll = this.#wholeLimit - this.#count - this.#inFlight;
    if (this.#share() === 1) return Math.max(0, leftOfAll);
    return Math.max(0, Math.min(leftOfAll, this.#limit - this.#own));
  }

  /** Also of a window that is not reported of, or what went unreported in it would be held against it for ever. */
  get #latestEndMs(): number {
    return this.#endsAtMs > 0 ? this.#endsAtMs : this.#beganAtMs + this.#lengthMs;
  }

  #rollOver(nowMs: number): void {
    if (this.#announced === null || nowMs < this.#latestEndMs) return;
    // Rounded to seconds, the end may be a little off. Where that matters, the next calls go ahead to see.
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
    this.#beganAtMs = nowMs;
    this.#own = this.#inFlight;
    if (this.#endsAtMs > 0) this.#lastEndMs = Math.min(nowMs, this.#endsAtMs);
    if (!this.#hadRefusal) this.#learned += (this.#announced ?? 0) * GROWTH;
    this.#hadRefusal = false;
  }
}
