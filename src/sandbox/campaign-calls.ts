import { stageAt, type DialingAttempt, type Stage } from './dialing-attempt.ts';
import {
  attemptsBefore,
  attemptsBeforeTurn,
  modulo,
  placeOfAttempt,
  turnNumberAt,
  type Team,
  type TurnPlace,
} from './team.ts';
import { turnAt, type Activity, type Turn } from './turn.ts';

/** An attempt that is under way, with its stage. */
export interface CallAt {
  readonly attempt: DialingAttempt;
  readonly stage: Exclude<Stage, 'gone'>;
}

/** All attempts of one campaign, and the turns of its team, by time and by number. */
export interface CampaignCalls {
  readonly team: Team;
  turn(place: TurnPlace): Turn;
  /** The turn of a seat at a moment. */
  turnOf(seat: number, atMs: number): Turn;
  /** The doing of the agent of a seat, and its start in ms since 1970. */
  activityAt(seat: number, atMs: number): readonly [Activity, number];
  /** Attempts under way, by seat. */
  callsAt(atMs: number): CallAt[];
  /** Attempts of the last two turns of each seat and of the next one: enough for a call that has ended a minute ago. */
  attemptsAround(atMs: number): Iterable<DialingAttempt>;
  /** Number of the calls placed so far. Counted from a fixed moment, before which it is negative. */
  placedBefore(atMs: number): number;
  /**
   * The latest attempt that has begun among those whose number leaves the remainder when divided by the divisor.
   * @param divisor more than there are attempts under way.
   */
  latestBegun(remainder: number, divisor: number, atMs: number): DialingAttempt;
  attempt(number: number): DialingAttempt;
  /**
   * Attempts in the order in which they are placed, as placedBefore counts them.
   * @param first number of those placed before. Fewer than `count` where calling ends.
   */
  placedInOrder(first: number, count: number): DialingAttempt[];
}

/** Turns remembered for each seat: those that one moment can ask for. */
const REMEMBERED = 4;

export function createCampaignCalls(team: Team): CampaignCalls {
  const { seats, attemptsPerTurn, endsAtTurn } = team;
  // A memory only: a turn is a pure function of its place, and the same moments ask for the same turns.
  const turns: (Turn | undefined)[] = Array.from({ length: seats * REMEMBERED });

  function turn(place: TurnPlace): Turn {
    const index = place.seat * REMEMBERED + modulo(place.turn, REMEMBERED);
    const remembered = turns[index];
    if (remembered?.turn === place.turn) return remembered;
    const found = turnAt(team, place);
    turns[index] = found;
    return found;
  }

  function* attemptsOf(seat: number, first: number, last: number): Iterable<DialingAttempt> {
    for (let number = first; number <= last; number += 1) yield* turn({ seat, turn: number }).attempts;
  }

  function attempt(number: number): DialingAttempt {
    const place = placeOfAttempt(team, number);
    const remembered = turns[place.seat * REMEMBERED + modulo(place.turn, REMEMBERED)];
    // Older turns are not remembered: they would push out those of the moment.
    const { attempts } = remembered?.turn === place.turn ? remembered : turnAt(team, place);
    const found = attempts[modulo(number, attemptsPerTurn)];
    if (found === undefined) throw new RangeError(`There is no attempt ${number}`);
    return found;
  }

  const turnOf = (seat: number, atMs: number) => turn({ seat, turn: turnNumberAt(team, seat, atMs) });

  return {
    team,
    turn,
    attempt,
    turnOf,
    activityAt(seat, atMs) {
      const { activities, startsAtMs } = turnOf(seat, atMs);
      return activities.findLast(([, beginsAtMs]) => beginsAtMs <= atMs) ?? ['idle', startsAtMs];
    },
    callsAt(atMs) {
      const calls: CallAt[] = [];
      for (let seat = 0; seat < seats; seat += 1) {
        const current = turnNumberAt(team, seat, atMs);
        // Contacts of the next turn wait already, and some are dialed.
        for (const each of attemptsOf(seat, current, current + 1)) {
          const stage = stageAt(each, atMs);
          if (stage !== null && stage !== 'gone') calls.push({ attempt: each, stage });
        }
      }
      return calls;
    },
    *attemptsAround(atMs) {
      for (let seat = 0; seat < seats; seat += 1) {
        const current = turnNumberAt(team, seat, atMs);
        yield* attemptsOf(seat, current - 1, current + 1);
      }
    },
    placedBefore(atMs) {
      let placed = 0;
      for (let seat = 0; seat < seats; seat += 1) {
        const current = turnNumberAt(team, seat, atMs);
        placed += attemptsBefore(team, { seat, turn: Math.min(current, endsAtTurn) });
        for (const { placedAtMs } of attemptsOf(seat, current, current + 1)) {
          if (placedAtMs <= atMs) placed += 1;
        }
      }
      return placed;
    },
    latestBegun(remainder, divisor, atMs) {
      // Seat 0 is ahead of the others, and no attempt begins more than a turn before its own.
      const beyond = attemptsBeforeTurn(team, Math.min(turnNumberAt(team, 0, atMs) + 2, endsAtTurn));
      let number = beyond - 1 - modulo(beyond - 1 - remainder, divisor);
      while (attempt(number).startsAtMs > atMs) number -= divisor;
      return attempt(number);
    },
    placedInOrder(first, count) {
      // Attempts whose turns are three apart are placed in the order of their numbers.
      const margin = 3 * seats * attemptsPerTurn;
      const [begin, end] = [first - margin, first + count + margin];
      const found: DialingAttempt[] = [];
      const lastTurn = Math.min(placeOfAttempt(team, end).turn, endsAtTurn - 1);
      for (let number = placeOfAttempt(team, begin).turn; number <= lastTurn; number += 1) {
        // Not remembered: these turns would push out those of the moment.
        for (let seat = 0; seat < seats; seat += 1)
          found.push(...turnAt(team, { seat, turn: number }).attempts);
      }
      return found
        .filter(({ number }) => number >= begin && number < end)
        .toSorted((a, b) => a.placedAtMs - b.placedAtMs || a.number - b.number)
        .slice(margin, margin + count);
    },
  };
}
