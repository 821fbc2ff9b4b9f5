import type { Clock } from '../lib/clock.ts';

/** Consecutive well answered probes that end a doubt. */
const WELL_TO_TRUST = 3;
/** Probes answered late that turn a doubt into a verdict. */
const LATE_TO_LEAVE = 3;
/** Longest doubt: replies that come in time, but only just, do not end it. */
const LONGEST_DOUBT_MS = 2_000;
/** Doubts within DOUBTS_WITHIN_MS that are a verdict by themselves: each of them made requests wait. */
const MOST_DOUBTS = 4;
const DOUBTS_WITHIN_MS = 10_000;
/** Consecutive well answered probes after which Redis is used again. With answers at random, luck is not enough. */
const WELL_TO_RETURN = 5;
const SHORTEST_PAUSE_MS = 500;
export const LONGEST_PAUSE_MS = 60_000;
/** Time in use without a doubt after which earlier slowness is forgotten. */
const FORGIVEN_AFTER_MS = 60_000;
/** Part of the timeout within which a probe is well answered. */
const WELL_PART = 2 / 3;

/** How a probe was answered: well within the timeout, in time, or too late. */
export type ProbeResult = 'well' | 'fair' | 'late';

export function probeResultOf(tookMs: number, timeoutMs: number): ProbeResult {
  if (tookMs > timeoutMs) return 'late';
  return tookMs <= timeoutMs * WELL_PART ? 'well' : 'fair';
}

/**
 * Judgement whether Redis is too slow to be waited for. One late reply raises a doubt: requests stop waiting at once, and
 * probes beside the traffic decide. A slow Redis is left for a pause that doubles from one time to the next, and is taken back
 * only after several well answered probes in a row.
 */
export class Slowness {
  readonly #clock: Pick<Clock, 'now'>;
  #state: 'trusted' | 'doubted' | 'slow' = 'trusted';
  /** Well answered probes in a row. */
  #well = 0;
  /** Late probes of the present doubt. */
  #late = 0;
  /** Begin of the latest doubts. */
  #doubtsMs: readonly number[] = [];
  #trustedSinceMs: number;
  #pauseMs = 0;
  #awayUntilMs = 0;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
    this.#trustedSinceMs = clock.now();
  }

  /** True while requests should not wait for Redis, because a reply was late. */
  get isDoubted(): boolean {
    return this.#state === 'doubted';
  }

  get isSlow(): boolean {
    return this.#state === 'slow';
  }

  /** A reply that somebody used did not come in time. Says nothing new while there is a doubt. */
  late(): void {
    if (this.#state === 'trusted') this.#doubt();
  }

  /** Returns the judgement after the probe. */
  probed(result: ProbeResult): Pick<this, 'isSlow' | 'isDoubted'> {
    this.#well = result === 'well' ? this.#well + 1 : 0;
    if (this.#state === 'trusted') {
      if (result === 'late') this.#doubt();
    } else if (this.#state === 'doubted') this.#judge(result);
    else if (this.#well >= WELL_TO_RETURN && this.#clock.now() >= this.#awayUntilMs) this.#trust();
    return this;
  }

  /** The connection has ended: the next one may lead to another Redis, which is not known to be slow. */
  reset(): void {
    if (this.#state !== 'trusted') this.#trust();
  }

  #doubt(): void {
    const nowMs = this.#clock.now();
    if (nowMs - this.#trustedSinceMs >= FORGIVEN_AFTER_MS) this.#pauseMs = 0;
    this.#doubtsMs = [...this.#doubtsMs.filter((ms) => nowMs - ms < DOUBTS_WITHIN_MS), nowMs];
    this.#state = 'doubted';
    this.#well = 0;
    this.#late = 0;
    if (this.#doubtsMs.length >= MOST_DOUBTS) this.#leave();
  }

  #judge(result: ProbeResult): void {
    if (result === 'late') this.#late += 1;
    const sinceMs = this.#doubtsMs.at(-1) ?? 0;
    if (this.#well >= WELL_TO_TRUST) this.#trust();
    else if (this.#late >= LATE_TO_LEAVE || this.#clock.now() - sinceMs >= LONGEST_DOUBT_MS) this.#leave();
  }

  #leave(): void {
    this.#state = 'slow';
    this.#well = 0;
    this.#doubtsMs = [];
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, this.#pauseMs * 2));
    this.#awayUntilMs = this.#clock.now() + this.#pauseMs;
  }

  #trust(): void {
    this.#state = 'trusted';
    this.#trustedSinceMs = this.#clock.now();
  }
}
