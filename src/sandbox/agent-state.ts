import type { CampaignCalls } from './campaign-calls.ts';
import type { DialingAttempt } from './dialing-attempt.ts';
import { pick, randomFor } from './random.ts';
import { dutyOf, turnStartMs, type Duty, type Team, type TurnPlace } from './team.ts';
import type { Activity, Turn } from './turn.ts';

/** A person at a moment. Times are in ms since 1970. */
export interface AgentState {
  readonly activity: Activity;
  readonly presence: string;
  readonly presenceSinceMs: number;
  readonly routingStatus: string;
  readonly routingStatusSinceMs: number;
  /** The call that the agent previews, dials, has or wraps up. */
  readonly call: DialingAttempt | null;
}

const ROUTING_STATUSES: Readonly<Record<Activity, string>> = {
  idle: 'IDLE',
  previewing: 'INTERACTING',
  dialing: 'INTERACTING',
  talking: 'INTERACTING',
  afterCallWork: 'INTERACTING',
  notResponding: 'NOT_RESPONDING',
  communicating: 'COMMUNICATING',
  break: 'OFF_QUEUE',
  offShift: 'OFF_QUEUE',
};
const BREAKS = ['Break', 'Break', 'Meal', 'Meeting', 'Busy', 'Away', 'Available', 'Training'];
const AT_THE_DESK = ['Available', 'Available', 'Busy', 'Meeting', 'Away'];
/** Presences at a desk change at these times only. */
const DESK_MS = 2_400_000;
const FOUR_WEEKS_MS = 2_419_200_000;

/**
 * The agent of a seat.
 * @param sinceMs start of the absence of those whose shift is another, in ms since 1970: they never come.
 */
export function agentStateAt(calls: CampaignCalls, seat: number, atMs: number, sinceMs: number): AgentState {
  const current = calls.turnOf(seat, atMs);
  const [activity, activityAtMs] = calls.activityAt(seat, atMs);
  const presence = presenceIn(calls.team, current);
  const routingStatus = ROUTING_STATUSES[activity];
  const isBusy = routingStatus === 'INTERACTING';
  if (activity === 'offShift') {
    return {
      activity,
      presence,
      presenceSinceMs: sinceMs,
      routingStatus,
      routingStatusSinceMs: sinceMs,
      call: null,
    };
  }
  return {
    activity,
    presence,
    presenceSinceMs: presenceSince(calls.team, current, presence),
    routingStatus,
    routingStatusSinceMs: routingStatusSince(calls, current, activityAtMs, routingStatus),
    call: isBusy ? current.own : null,
  };
}

/**
 * Somebody who is in no queue, such as a team lead.
 * @param sinceMs start of the routing status, in ms since 1970: it never changes.
 */
export function deskStateAt(seed: number, userId: string, atMs: number, sinceMs: number): AgentState {
  const presenceOf = (nth: number) => pick(randomFor(seed, userId, nth, 'presence'), AT_THE_DESK);
  let nth = Math.floor(atMs / DESK_MS);
  const presence = presenceOf(nth);
  while (presenceOf(nth - 1) === presence) nth -= 1;
  return {
    activity: 'break',
    presence,
    presenceSinceMs: nth * DESK_MS,
    routingStatus: 'OFF_QUEUE',
    routingStatusSinceMs: sinceMs,
    call: null,
  };
}

/**
 * Start of a state that never changes, in ms since 1970: the beginning of the story. Before that, the state began less than
 * four weeks ago.
 */
export function constantSinceMs(beginsAtMs: number, atMs: number): number {
  return beginsAtMs - Math.max(0, Math.ceil((beginsAtMs - atMs) / FOUR_WEEKS_MS)) * FOUR_WEEKS_MS;
}

const PRESENCES: Readonly<Record<Exclude<Duty, 'break'>, string>> = {
  calls: 'On Queue',
  notResponding: 'On Queue',
  communicating: 'On Queue',
  offShift: 'Offline',
};

function presenceIn(team: Team, { seat, turn }: TurnPlace): string {
  const duty = dutyOf(team, { seat, turn });
  if (duty !== 'break') return PRESENCES[duty];
  return pick(randomFor(team.seed, team.id, seat, turn, 'break'), BREAKS);
}

/** The roster has a break and a turn with calls for everybody, which ends the search. */
function presenceSince(team: Team, { seat, turn }: Turn, presence: string): number {
  let first = turn;
  while (presenceIn(team, { seat, turn: first - 1 }) === presence) first -= 1;
  return turnStartMs(team, { seat, turn: first });
}

/** Start of the status, which earlier activities and turns may have had too. */
function routingStatusSince(
  calls: CampaignCalls,
  current: Turn,
  activityAtMs: number,
  status: string,
): number {
  let sinceMs = activityAtMs;
  for (let turn = current; ; turn = calls.turn({ seat: turn.seat, turn: turn.turn - 1 })) {
    for (const [activity, beginsAtMs] of turn.activities.toReversed()) {
      if (beginsAtMs > activityAtMs) continue;
      if (ROUTING_STATUSES[activity] !== status) return sinceMs;
      sinceMs = beginsAtMs;
    }
  }
}
