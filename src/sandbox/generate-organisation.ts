import type { Models } from 'purecloud-platform-client-v2';

import { constantSinceMs } from './agent-state.ts';
import { outcomesOfPast, type Outcomes } from './count-outcomes.ts';
import type { Stage } from './dialing-attempt.ts';
import { progressOf, statsOf } from './generate-campaign-numbers.ts';
import { CAMPAIGN_PLANS, generateCampaigns } from './generate-campaigns.ts';
import { generateContactLists, generateContacts } from './generate-contacts.ts';
import { findConversation, interactionsAt } from './generate-interactions.ts';
import { GENERATED_AT_MS, generateDivisions, generateUsers, presenceOf, refOf } from './generate-people.ts';
import { generateQueues, generateScripts, generateSkills, generateWrapUpCodes } from './generate-routing.ts';
import { generateTeams } from './generate-teams.ts';
import { iso } from './iso.ts';
import type { Organisation, OrganisationUser } from './organisation.ts';
import { at, stableId } from './random.ts';
import { createStory } from './story.ts';

export { EXAMPLE_CAMPAIGN_ID } from './example-campaign.ts';

interface GeneratedCampaign {
  readonly campaign: Models.Campaign;
  readonly listSize: number;
  /** What has become of the contacts of a campaign that does not run. */
  readonly past: Outcomes | null;
}

/**
 * A contact centre of invented people. The same seed and moment give the same data, down to each call: whatever changes is
 * read from one story.
 */
export function generateOrganisation(seed: number): Organisation {
  const divisions = generateDivisions(seed);
  const skills = generateSkills(seed);
  const users = generateUsers(seed, divisions, skills);
  const queues = generateQueues(seed, divisions);
  const scripts = generateScripts(seed, divisions);
  const wrapUpCodes = generateWrapUpCodes(seed, divisions);
  const contactLists = generateContactLists(seed, divisions);
  const contacts = generateContacts(seed, contactLists);
  const campaigns = generateCampaigns(seed, { divisions, queues, scripts, contactLists });
  const active = users.filter(({ state }) => state === 'active');
  const agents = active.filter(isAgent);
  const story = createStory({
    seed,
    beginsAtMs: GENERATED_AT_MS,
    teams: generateTeams({ campaigns, queues, agents, contacts }),
    others: active.filter((user) => !isAgent(user)),
  });
  const castParts = { skills, wrapUpCodes };

  const generated = new Map<string, GeneratedCampaign>();
  for (const [index, campaign] of campaigns.entries()) {
    const listSize = contacts.get(campaign.contactList.id ?? '')?.size ?? 0;
    const { id = '' } = campaign;
    const called = Math.round((listSize * at(CAMPAIGN_PLANS, index).progress) / 100);
    const past = story.campaigns.has(id) ? null : outcomesOfPast([seed, id, 'past'].join('/'), called);
    generated.set(id, { campaign, listSize, past });
  }

  const interactions: Organisation['interactions'] = (campaignId, atMs) => {
    const state = story.campaignAt(campaignId, atMs);
    if (state !== undefined) return interactionsAt(state, castParts, atMs);
    const found = generated.get(campaignId);
    return found && { campaign: refOf(found.campaign) };
  };
  const progress: Organisation['progress'] = (campaignId, atMs) => {
    const found = generated.get(campaignId);
    if (found === undefined) return undefined;
    const { campaign, past, listSize } = found;
    const called = past?.attempts ?? story.contactsCalled(campaignId, atMs) ?? 0;
    return progressOf(campaign, called, listSize);
  };
  const outcomes = (campaignId: string, atMs: number) =>
    generated.get(campaignId)?.past ?? story.outcomesAt(campaignId, atMs);

  return {
    id: stableId(seed, 'organisation'),
    name: 'Example Contact Centre',
    divisions,
    users,
    userAt: (user, atMs) => {
      const { id = '' } = user;
      const state = story.agentAt(id, atMs);
      const sinceMs = constantSinceMs(GENERATED_AT_MS, atMs);
      const {
        presence = 'Offline',
        presenceSinceMs = sinceMs,
        routingStatus = 'OFF_QUEUE',
        routingStatusSinceMs = sinceMs,
      } = state ?? {};
      return {
        ...user,
        presence: presenceOf(id, presence, presenceSinceMs),
        routingStatus: { userId: id, status: routingStatus, startTime: iso(routingStatusSinceMs) },
      };
    },
    queues,
    queueAt: (queue, atMs) => {
      const { members, joined } = story.queueAt(queue.id ?? '', atMs);
      return { ...queue, memberCount: members.length, joinedMemberCount: joined };
    },
    skills,
    scripts,
    wrapUpCodes,
    contactLists,
    contacts,
    contactAt: (contact, atMs) => {
      const state = story.contactAt(contact.id ?? '', atMs);
      if (state === undefined) return contact;
      const { callable, callRecord } = state;
      return {
        ...contact,
        callable,
        phoneNumberStatus: { Phone: { callable } },
        callRecords: { Phone: callRecord },
      };
    },
    campaigns,
    interactions,
    progress,
    outcomes,
    stats: (campaignId, atMs) => {
      const campaign = generated.get(campaignId)?.campaign;
      const done = progress(campaignId, atMs);
      const results = outcomes(campaignId, atMs);
      const state = story.campaignAt(campaignId, atMs);
      const count = (wanted: Stage) => state?.calls.filter(({ stage }) => stage === wanted).length ?? 0;
      return (
        campaign &&
        done &&
        results &&
        statsOf(campaign, {
          progress: done,
          idleAgents: state?.idleAgents ?? 0,
          callsPerAgent: state?.running.calls.team.attemptsPerTurn ?? 0,
          scheduled: count('scheduled'),
          proceeding: count('proceeding'),
          outcomes: results,
        })
      );
    },
    conversations: (conversationId, atMs) => findConversation(story, castParts, conversationId, atMs),
  };
}

/** Managers lead a team and take no calls. */
function isAgent({ manager }: OrganisationUser): boolean {
  return manager !== undefined;
}
