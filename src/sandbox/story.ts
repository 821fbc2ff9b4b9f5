import type { Models } from 'purecloud-platform-client-v2';

import { agentStateAt, constantSinceMs, deskStateAt, type AgentState } from './agent-state.ts';
import { createCampaignCalls, type CallAt, type CampaignCalls } from './campaign-calls.ts';
import { createOutcomeCount, type Outcomes } from './count-outcomes.ts';
import type { DialingAttempt } from './dialing-attempt.ts';
import { dispositionOf, isUncallable } from './disposition.ts';
import { iso } from './iso.ts';
import type { OrganisationUser } from './organisation.ts';
import { at } from './random.ts';
import { createTeam, modulo } from './team.ts';

/** A campaign that runs, with its team and what it dials. */
export interface RunningCampaign {
  readonly campaign: Models.Campaign;
  /** Agents by seat; empty in an agentless campaign. */
  readonly agents: readonly OrganisationUser[];
  readonly calls: CampaignCalls;
  /** Contacts that may be called, in the order of the list. */
  readonly contacts: readonly Models.DialerContact[];
  /** Difference between the number of an attempt and the place of its contact. */
  readonly shift: number;
  /** What became of the calls of this round of the list, at a moment at which so many calls have been placed. */
  readonly countOutcomes: (atMs: number, placed: number) => Outcomes;
}

/** A campaign at a moment. */
export interface CampaignState {
  readonly running: RunningCampaign;
  readonly calls: readonly CallAt[];
  /** Agents who are on the queue and have no call. */
  readonly idleAgents: number;
}

/** A member of a queue at a moment. */
interface MemberState extends AgentState {
  readonly user: OrganisationUser;
}

/** A queue at a moment. */
interface QueueState {
  readonly members: readonly MemberState[];
  /** Number of members who are on the queue. */
  readonly joined: number;
  /** Calls of customers who have answered and wait for an agent. */
  readonly waiting: readonly DialingAttempt[];
}

/** Traces of calling with a contact at a moment. */
interface ContactState {
  readonly callable: boolean;
  readonly callRecord: Models.CallRecord;
}

/**
 * The one source of all that changes in an organisation. Each agent belongs to one queue and takes the calls of one campaign in turns; presences,
 * interactions, figures and call records are all read from these turns. Everything is a pure function of the moment (ms since
 * 1970): moments may be asked for in any order, and nothing is stored.
 */
export interface Story {
  readonly campaigns: ReadonlyMap<string, RunningCampaign>;
  /** State of a campaign; undefined for one that does not run. */
  campaignAt(campaignId: string, atMs: number): CampaignState | undefined;
  /**
   * Number of contacts called since the campaign began with its list, or began with it again. Undefined for a campaign that
   * does not run.
   */
  contactsCalled(campaignId: string, atMs: number): number | undefined;
  /**
   * What became of the calls to these contacts so far: none of the numbers falls, save that of the neutral ones, until the
   * list begins again. Undefined for a campaign that does not run.
   */
  outcomesAt(campaignId: string, atMs: number): Outcomes | undefined;
  /** State of a person; undefined for an unknown, inactive or deleted user. */
  agentAt(userId: string, atMs: number): AgentState | undefined;
  /** State of a queue; without members for an unknown id. */
  queueAt(queueId: string, atMs: number): QueueState;
  /** State of a contact; undefined for one whom no campaign calls. */
  contactAt(contactId: string, atMs: number): ContactState | undefined;
}

/** People of one queue, and the campaign whose calls they take. */
export interface TeamPart {
  readonly queueId: string | null;
  readonly agents: readonly OrganisationUser[];
  readonly running: {
    readonly campaign: Models.Campaign;
    /** Number of lines in an agentless campaign. */
    readonly lines: number;
    readonly contacts: readonly Models.DialerContact[];
    /** Number of contacts called before the beginning of the story. */
    readonly calledBefore: number;
  } | null;
}

export interface StoryParts {
  readonly seed: number;
  /**
   * Beginning of the story in ms since 1970. Moments before it are as good as those after it, only that states that never
   * change begin again every four weeks until then.
   */
  readonly beginsAtMs: number;
  readonly teams: readonly TeamPart[];
  /** People in no queue, such as team leads. */
  readonly others: readonly OrganisationUser[];
}

interface Seat {
  readonly calls: CampaignCalls;
  readonly seat: number;
}

export function createStory({ seed, beginsAtMs, teams, others }: StoryParts): Story {
  const campaigns = new Map<string, RunningCampaign>();
  const queues = new Map<string, { agents: readonly OrganisationUser[]; calls: CampaignCalls }>();
  const seats = new Map<string, Seat>();
  const places = new Map<string, { running: RunningCampaign; place: number }>();
  const desks = new Set(others.map(({ id }) => id));

  for (const { queueId, agents, running } of teams) {
    const { id = '', dialingMode } = running?.campaign ?? { id: queueId ?? '', dialingMode: null };
    // A stopping campaign takes no new contacts: it has the calls that it has begun, and then none.
    const stopsAtMs = running?.campaign.campaignStatus === 'stopping' ? beginsAtMs : null;
    const isAgentless = dialingMode === 'agentless';
    const size = isAgentless ? (running?.lines ?? 0) : agents.length;
    const calls = createCampaignCalls(createTeam({ seed, id, dialingMode, seats: size, stopsAtMs }));
    for (const [seat, user] of agents.entries()) seats.set(user.id ?? '', { calls, seat });
    if (queueId !== null) queues.set(queueId, { agents, calls });
    if (running === null) continue;
    const { campaign, contacts, calledBefore } = running;
    const shift = calledBefore - calls.placedBefore(beginsAtMs);
    const countOutcomes = createOutcomeCount(calls, contacts.length, shift);
    const found = { campaign, agents, calls, contacts, shift, countOutcomes };
    campaigns.set(id, found);
    for (const [place, contact] of contacts.entries()) {
      places.set(contact.id ?? '', { running: found, place });
    }
  }

  const sinceMs = (atMs: number) => constantSinceMs(beginsAtMs, atMs);
  const stateOf = ({ calls, seat }: Seat, atMs: number) => agentStateAt(calls, seat, atMs, sinceMs(atMs));

  return {
    campaigns,
    campaignAt(campaignId, atMs) {
      const running = campaigns.get(campaignId);
      if (running === undefined) return undefined;
      const { calls, agents } = running;
      return {
        running,
        calls: calls.callsAt(atMs),
        idleAgents: agents.filter((_, seat) => calls.activityAt(seat, atMs)[0] === 'idle').length,
      };
    },
    contactsCalled(campaignId, atMs) {
      const running = campaigns.get(campaignId);
      return running && placeOf(running, running.calls.placedBefore(atMs));
    },
    outcomesAt(campaignId, atMs) {
      const running = campaigns.get(campaignId);
      return running?.countOutcomes(atMs, running.calls.placedBefore(atMs));
    },
    agentAt(userId, atMs) {
      const seat = seats.get(userId);
      if (seat !== undefined) return stateOf(seat, atMs);
      return desks.has(userId) ? deskStateAt(seed, userId, atMs, sinceMs(atMs)) : undefined;
    },
    queueAt(queueId, atMs) {
      const queue = queues.get(queueId);
      if (queue === undefined) return { members: [], joined: 0, waiting: [] };
      const { agents, calls } = queue;
      const members = agents.map((user, seat) => ({ user, ...stateOf({ calls, seat }, atMs) }));
      return {
        members,
        joined: members.filter(({ presence }) => presence === 'On Queue').length,
        waiting: calls.callsAt(atMs).flatMap(({ stage, attempt }) => {
          const hasAnswered = attempt.isReached && attempt.analysedAtMs <= atMs;
          return stage === 'proceeding' && hasAnswered ? [attempt] : [];
        }),
      };
    },
    contactAt(contactId, atMs) {
      const found = places.get(contactId);
      if (found === undefined) return undefined;
      const { calls, contacts, shift } = found.running;
      const latest = calls.latestBegun(found.place - shift, contacts.length, atMs);
      const isPlaced = latest.placedAtMs <= atMs;
      const last = isPlaced ? latest : calls.attempt(latest.number - contacts.length);
      const result = last.analysedAtMs <= atMs ? dispositionOf(last) : null;
      return {
        // A list that begins again is a new one: the dialer tries again what it could not call before.
        callable: !isPlaced || result === null || !isUncallable(result),
        callRecord: { lastAttempt: iso(last.placedAtMs), ...(result !== null && { lastResult: result }) },
      };
    },
  };
}

/** Each attempt takes the next contact of the list, which begins again at its end. */
export function contactOf(running: RunningCampaign, { number }: DialingAttempt): Models.DialerContact {
  return at(running.contacts, placeOf(running, number));
}

function placeOf({ contacts, shift }: RunningCampaign, number: number): number {
  return modulo(number + shift, contacts.length);
}
