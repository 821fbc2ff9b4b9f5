import { outcomeOf } from './call-outcome.ts';
import type { CampaignCalls } from './campaign-calls.ts';
import type { DialingAttempt } from './dialing-attempt.ts';
import { hash32 } from './random.ts';

/** Numbers of the calls of one round of a contact list, by what became of them so far. */
export interface Outcomes {
  readonly attempts: number;
  /** Attempts in which somebody was reached. */
  readonly connects: number;
  /** Connects with the right party; the successes are among them. */
  readonly rightParties: number;
  readonly successes: number;
  /** Attempts that are neither a success nor a failure, such as those whose result is not known yet. */
  readonly neutrals: number;
  readonly failures: number;
}

/** Moments (ms since 1970) from which on calls count as something, in ascending order. */
interface CountedSince {
  readonly connects: readonly number[];
  readonly rightParties: readonly number[];
  readonly successes: readonly number[];
  readonly failures: readonly number[];
}

type CallOfRound = Pick<DialingAttempt, 'key' | 'isReached' | 'analysedAtMs' | 'endsAtMs'>;

/**
 * Counts what became of the calls of a list's rounds.
 * @param size number of contacts in a round.
 * @param shift difference between the number of a call and the place of its contact.
 * @returns function of a moment, and of the number of calls placed so far.
 */
export function createOutcomeCount(calls: CampaignCalls, size: number, shift: number) {
  // A memory only: the times of a round are a pure function of its number, and moments of one time ask for the same round.
  let latest: { readonly round: number; readonly times: CountedSince } | undefined;
  return (atMs: number, placed: number): Outcomes => {
    const round = Math.floor((placed + shift) / size);
    if (latest?.round !== round) {
      latest = { round, times: timesOf(calls.placedInOrder(round * size - shift, size)) };
    }
    return countAt(latest.times, placed + shift - round * size, atMs);
  };
}

/** Outcomes of calls that are over, of which only the number is known. */
export function outcomesOfPast(key: string, attempts: number): Outcomes {
  const calls = Array.from({ length: attempts }, (_, nth): CallOfRound => {
    const isReached = hash32(`${key}/${nth}`) % 5 > 0;
    return { key: `${key}/${nth}`, isReached, analysedAtMs: 0, endsAtMs: 0 };
  });
  return countAt(timesOf(calls), attempts, 0);
}

function timesOf(calls: readonly CallOfRound[]): CountedSince {
  const results = calls.map((call) => ({ ...call, ...outcomeOf(call) }));
  const sorted = (wanted: (result: (typeof results)[number]) => number | null) =>
    results.flatMap((result) => wanted(result) ?? []).toSorted((a, b) => a - b);
  return {
    connects: sorted(({ isReached, analysedAtMs }) => (isReached ? analysedAtMs : null)),
    rightParties: sorted(({ isRightParty, endsAtMs }) => (isRightParty ? endsAtMs : null)),
    successes: sorted(({ category, endsAtMs }) => (category === 'success' ? endsAtMs : null)),
    failures: sorted(({ category, isReached, analysedAtMs, endsAtMs }) => {
      if (category !== 'failure') return null;
      return isReached ? endsAtMs : analysedAtMs;
    }),
  };
}

function countAt(times: CountedSince, attempts: number, atMs: number): Outcomes {
  const successes = countUntil(times.successes, atMs);
  const failures = countUntil(times.failures, atMs);
  return {
    attempts,
    connects: countUntil(times.connects, atMs),
    rightParties: countUntil(times.rightParties, atMs),
    successes,
    neutrals: attempts - successes - failures,
    failures,
  };
}

/** Number of the times that are not after the moment. */
function countUntil(times: readonly number[], atMs: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((times[middle] ?? Infinity) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
