import { integerBetween, randomFor } from './random.ts';

/** An agent's task for a turn. Without a campaign, `calls` means to wait for one. */
export type Duty = 'calls' | 'break' | 'offShift' | 'notResponding' | 'communicating';

export interface TeamPlan {
  readonly seed: number;
  /** Id of the campaign; of the queue when no campaign runs. */
  readonly id: string;
  /** Null when no campaign runs. */
  readonly dialingMode: string | null;
  /** Number of agents; of lines in an agentless campaign. */
  readonly seats: number;
  /** Moment in ms since 1970 after which no turn with calls begins; null when calling goes on for good. */
  readonly stopsAtMs?: number | null;
}

/**
 * Agents who take the calls of one campaign, in turns of one length that begin one after the other around the team. Duties
 * follow a roster that repeats, so how many attempts came before a turn is known without counting from the beginning.
 */
export interface Team extends TeamPlan {
  readonly turnMs: number;
  readonly attemptsPerTurn: number;
  /** Duties by round of the roster, then by seat. */
  readonly roster: readonly (readonly Duty[])[];
  /** Seats with the duty `calls`, by round of the roster. */
  readonly working: readonly (readonly number[])[];
  /** Number of turns with the duty `calls` before each round of the roster, and in all of it. */
  readonly turnsBefore: readonly number[];
  /** First turn without attempts; infinite when calling goes on for good. */
  readonly endsAtTurn: number;
}

type TurnTimes = Pick<Team, 'turnMs' | 'seats'>;

/** One turn of one seat. Turn 0 of seat 0 begins in 1970. */
export interface TurnPlace {
  readonly seat: number;
  readonly turn: number;
}

/** Length of the roster in turns: about an hour. */
const ROUNDS = 24;
/** Every so many agents one has another shift. */
const OFF_SHIFT_EVERY = 16;

const TURN_MS: Readonly<Record<string, number>> = { preview: 180_000, agentless: 120_000 };
const USUAL_TURN_MS = 150_000;
/** Attempts that are dialed for one agent at a time, of whom at most one is reached. */
const ATTEMPTS_PER_TURN: Readonly<Record<string, number>> = { predictive: 3, power: 2 };

export function createTeam(plan: TeamPlan): Team {
  const { seats, dialingMode, stopsAtMs = null } = plan;
  const bySeat = Array.from({ length: seats }, (_, seat) =>
    dialingMode === 'agentless' ? Array<Duty>(ROUNDS).fill('calls') : dutiesOf(plan, seat),
  );
  const roster = Array.from({ length: ROUNDS }, (_, round) =>
    bySeat.map((duties) => duties[round] ?? 'calls'),
  );
  const working = roster.map((duties) => duties.flatMap((duty, seat) => (duty === 'calls' ? [seat] : [])));
  const turnsBefore = [0];
  for (const seatsOfRound of working) turnsBefore.push((turnsBefore.at(-1) ?? 0) + seatsOfRound.length);
  const turnMs = TURN_MS[dialingMode ?? ''] ?? USUAL_TURN_MS;
  // The last seat begins its turn last: it has begun this one before the campaign stops.
  const lastTurn = (atMs: number) => turnNumberAt({ turnMs, seats }, seats - 1, atMs);
  return {
    ...plan,
    turnMs,
    attemptsPerTurn: ATTEMPTS_PER_TURN[dialingMode ?? ''] ?? 1,
    roster,
    working,
    turnsBefore,
    endsAtTurn: stopsAtMs === null ? Infinity : lastTurn(stopsAtMs) + 1,
  };
}

export function dutyOf({ roster }: Team, { seat, turn }: TurnPlace): Duty {
  return roster[modulo(turn, ROUNDS)]?.[seat] ?? 'offShift';
}

/** Turn of the seat at a moment. */
export function turnNumberAt(team: TurnTimes, seat: number, atMs: number): number {
  return Math.floor((atMs - offsetMs(team, seat)) / team.turnMs);
}

export function turnStartMs(team: Team, { seat, turn }: TurnPlace): number {
  return turn * team.turnMs + offsetMs(team, seat);
}

/** Number of the first attempt of a turn with the duty `calls`. */
export function attemptNumberOf(team: Team, { seat, turn }: TurnPlace): number {
  const round = modulo(turn, ROUNDS);
  const rank = team.working[round]?.indexOf(seat) ?? 0;
  return attemptsBeforeTurn(team, turn) + rank * team.attemptsPerTurn;
}

/** Number of attempts in the turns of all seats before this one, counted from turn 0. */
export function attemptsBeforeTurn({ turnsBefore, attemptsPerTurn }: Team, turn: number): number {
  const turns =
    Math.floor(turn / ROUNDS) * (turnsBefore.at(-1) ?? 0) + (turnsBefore[modulo(turn, ROUNDS)] ?? 0);
  return turns * attemptsPerTurn;
}

/** The turn that has the attempt with this number. The inverse of attemptNumberOf. */
export function placeOfAttempt(team: Team, number: number): TurnPlace {
  const perRoster = team.turnsBefore.at(-1) ?? 1;
  const nth = Math.floor(number / team.attemptsPerTurn);
  const within = modulo(nth, perRoster);
  const round = team.turnsBefore.findLastIndex((before) => before <= within);
  const seat = team.working[round]?.[within - (team.turnsBefore[round] ?? 0)] ?? 0;
  return { seat, turn: Math.floor(nth / perRoster) * ROUNDS + round };
}

/** Number of attempts in all turns of the seat before this one, counted from its turn 0. */
export function attemptsBefore(team: Team, { seat, turn }: TurnPlace): number {
  const isWorking = (round: number) => (team.roster[round]?.[seat] === 'calls' ? 1 : 0);
  let perRoster = 0;
  let before = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    perRoster += isWorking(round);
    if (round < modulo(turn, ROUNDS)) before += isWorking(round);
  }
  return (Math.floor(turn / ROUNDS) * perRoster + before) * team.attemptsPerTurn;
}

export function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}

function offsetMs({ turnMs, seats }: TurnTimes, seat: number): number {
  return Math.round((seat * turnMs) / seats);
}

function dutiesOf({ seed, id }: TeamPlan, seat: number): Duty[] {
  if (seat % OFF_SHIFT_EVERY === OFF_SHIFT_EVERY - 1) return Array<Duty>(ROUNDS).fill('offShift');
  const random = randomFor(seed, id, seat, 'roster');
  const duties = Array.from({ length: ROUNDS }, (): Duty => {
    const drawn = random();
    if (drawn < 0.07) return 'break';
    if (drawn < 0.09) return 'notResponding';
    return drawn < 0.11 ? 'communicating' : 'calls';
  });
  // One break and one turn after it for everybody: no state goes on for ever.
  const round = integerBetween(random, 0, ROUNDS - 2);
  duties.splice(round, 2, 'break', 'calls');
  return duties;
}
