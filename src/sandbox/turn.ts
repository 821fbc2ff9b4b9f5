import type { DialingAttempt, Stage } from './dialing-attempt.ts';
import { randomFor } from './random.ts';
import { attemptNumberOf, dutyOf, turnStartMs, type Duty, type Team, type TurnPlace } from './team.ts';

/** An agent's doing at a moment. */
export type Activity =
  Exclude<Duty, 'calls'> | 'idle' | 'previewing' | 'dialing' | 'talking' | 'afterCallWork';

/** One turn of an agent, and the attempts that are made for it. A pure function of its place. */
export interface Turn extends TurnPlace {
  readonly startsAtMs: number;
  /** Doings in order, with the start of each in ms since 1970. The first begins with the turn. */
  readonly activities: readonly (readonly [Activity, number])[];
  readonly attempts: readonly DialingAttempt[];
  /** The attempt whose call the agent has. */
  readonly own: DialingAttempt | null;
}

export function turnAt(team: Team, place: TurnPlace): Turn {
  const startsAtMs = turnStartMs(team, place);
  const duty = dutyOf(team, place);
  const attempts = duty === 'calls' ? attemptsFor(team, place, startsAtMs) : [];
  const own = attempts.find(({ begins }) => begins.has('previewing') || begins.has('interacting')) ?? null;
  const activities: [Activity, number][] = [
    [duty === 'calls' ? 'idle' : duty, startsAtMs],
    ...(own === null ? [] : activitiesWith(own)),
  ];
  return { ...place, startsAtMs, activities, attempts, own };
}

function activitiesWith({ begins, hungUpAtMs, endsAtMs }: DialingAttempt): [Activity, number][] {
  const previewedAtMs = begins.get('previewing');
  const placedAtMs = begins.get('proceeding');
  const routedAtMs = begins.get('interacting');
  const doings: [Activity, number | undefined][] = [
    ['previewing', previewedAtMs],
    ['dialing', previewedAtMs === undefined ? undefined : placedAtMs],
    ['talking', routedAtMs],
    ['afterCallWork', routedAtMs === undefined ? undefined : hungUpAtMs],
    ['idle', endsAtMs],
  ];
  return doings.flatMap(([activity, atMs]) => (atMs === undefined ? [] : [[activity, atMs]]));
}

/** Durations in ms between two shares of the turn, and chances. */
interface Dice {
  readonly between: (least: number, most: number) => number;
  readonly happens: (probability: number) => boolean;
}

/** No attempt begins more than a turn before its own, and none ends after it. */
function attemptsFor(team: Team, place: TurnPlace, startsAtMs: number): DialingAttempt[] {
  if (team.dialingMode === null || place.turn >= team.endsAtTurn) return [];
  const random = randomFor(team.seed, team.id, place.seat, place.turn);
  const dice: Dice = {
    between: (least, most) => Math.round(team.turnMs * (least + random() * (most - least))),
    happens: (probability) => random() < probability,
  };
  const first = attemptNumberOf(team, place);
  return timesFor(team, startsAtMs, dice).map((times, index) =>
    createAttempt(times, {
      key: [team.seed, team.id, place.seat, place.turn, index].join('/'),
      number: first + index,
      seat: place.seat,
      waiting: dice.happens(team.dialingMode === 'preview' ? 0.3 : 0.1) ? 'scheduled' : 'pending',
    }),
  );
}

interface Times extends Pick<DialingAttempt, 'placedAtMs' | 'analysedAtMs' | 'hungUpAtMs' | 'endsAtMs'> {
  /** Time that the contact waits before the preview or the call. */
  readonly waitMs: number;
  readonly previewedAtMs?: number;
  readonly routedAtMs?: number;
  readonly isReached: boolean;
}

function timesFor(team: Team, startsAtMs: number, dice: Dice): Times[] {
  if (team.dialingMode === 'preview') return [previewedCall(startsAtMs, dice)];
  if (team.dialingMode === 'agentless') return [announcement(startsAtMs, dice)];
  return dialedCalls(team, startsAtMs, dice);
}

/** The agent sees the contact first, then dials, and has the call from the beginning. */
function previewedCall(startsAtMs: number, { between, happens }: Dice): Times {
  const waitMs = between(0.8, 1);
  const previewedAtMs = startsAtMs + between(0.02, 0.08);
  const placedAtMs = previewedAtMs + between(0.25, 0.4);
  const answeredAtMs = placedAtMs + between(0.1, 0.16);
  const times = { waitMs, previewedAtMs, placedAtMs };
  if (!happens(0.88)) return { ...times, isReached: false, ...unanswered(placedAtMs, answeredAtMs) };
  return {
    ...times,
    isReached: true,
    analysedAtMs: answeredAtMs,
    routedAtMs: answeredAtMs,
    ...conversation(startsAtMs, between),
  };
}

/** A call of a flow. Lines never talk. */
function announcement(startsAtMs: number, { between, happens }: Dice): Times {
  const placedAtMs = startsAtMs + between(0.3, 0.4);
  const endsAtMs = startsAtMs + between(0.9, 1);
  return {
    waitMs: between(0.3, 0.45),
    placedAtMs,
    isReached: happens(0.85),
    ...unanswered(placedAtMs, endsAtMs),
  };
}

/** Calls for an agent who is idle, or will be soon; the last one is the agent's if somebody answers. */
function dialedCalls(
  { dialingMode, attemptsPerTurn }: Team,
  startsAtMs: number,
  { between, happens }: Dice,
): Times[] {
  const dials = Array.from({ length: attemptsPerTurn }, () => between(0.14, 0.24));
  const lastDialMs = dials.at(-1) ?? 0;
  // A progressive campaign dials only for agents who are idle already.
  const readyAtMs = startsAtMs + between(0.02, 0.06) + (dialingMode === 'progressive' ? lastDialMs : 0);
  return dials.map((dialMs, index): Times => {
    const isLast = index === attemptsPerTurn - 1;
    const endsAtMs = readyAtMs - (isLast ? 0 : between(0, 0.15));
    const times = { waitMs: between(0.2, 0.45), placedAtMs: endsAtMs - dialMs };
    if (!isLast || !happens(0.9))
      return { ...times, isReached: false, ...unanswered(times.placedAtMs, endsAtMs) };
    return {
      ...times,
      isReached: true,
      analysedAtMs: readyAtMs - between(0.005, 0.02),
      routedAtMs: readyAtMs,
      ...conversation(startsAtMs, between),
    };
  });
}

/** End of a talk, and of the work after it. */
function conversation(startsAtMs: number, between: Dice['between']) {
  const hungUpAtMs = startsAtMs + between(0.84, 0.93);
  return { hungUpAtMs, endsAtMs: hungUpAtMs + between(0.03, 0.06) };
}

/** Call without an agent: its result is known some time before its end. */
function unanswered(placedAtMs: number, endsAtMs: number) {
  const analysedAtMs = Math.round(placedAtMs + (endsAtMs - placedAtMs) * 0.6);
  return { analysedAtMs, hungUpAtMs: endsAtMs, endsAtMs };
}

interface Naming extends Pick<DialingAttempt, 'key' | 'number' | 'seat'> {
  readonly waiting: Stage;
}

function createAttempt(times: Times, { waiting, ...names }: Naming): DialingAttempt {
  const { waitMs, previewedAtMs, routedAtMs, ...others } = times;
  const { placedAtMs, endsAtMs } = others;
  const startsAtMs = (previewedAtMs ?? placedAtMs) - waitMs;
  const begins = new Map<Stage, number>([[waiting, startsAtMs]]);
  if (previewedAtMs !== undefined) begins.set('previewing', previewedAtMs);
  begins.set('proceeding', placedAtMs);
  if (routedAtMs !== undefined) begins.set('interacting', routedAtMs);
  begins.set('gone', endsAtMs);
  return { ...names, ...others, begins, startsAtMs };
}
