import type { Models } from 'purecloud-platform-client-v2';

import { progressAt, statsAt } from './generate-campaign-numbers.ts';
import { CAMPAIGN_PLANS, generateCampaigns, type CampaignPlan } from './generate-campaigns.ts';
import type { RunningCampaign } from './generate-cast.ts';
import { generateContactLists, generateContacts } from './generate-contacts.ts';
import { findConversation, interactionsAt } from './generate-interactions.ts';
import { generateDivisions, generateUsers, refOf } from './generate-people.ts';
import { generateQueues, generateScripts, generateSkills, generateWrapUpCodes } from './generate-routing.ts';
import type { Organisation } from './organisation.ts';
import { at, stableId } from './random.ts';

export { EXAMPLE_CAMPAIGN_ID } from './generate-campaigns.ts';

/** Number of agents per campaign. */
const TEAM_SIZE = 20;

interface GeneratedCampaign {
  readonly campaign: Models.Campaign;
  readonly plan: CampaignPlan;
  readonly listSize: number;
  readonly running: RunningCampaign | null;
}

/** A small contact centre of invented people. The same seed and moment give the same data, down to each call. */
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
  const agents = users.filter(({ state, manager }) => state === 'active' && manager !== undefined);

  const generated = new Map<string, GeneratedCampaign>();
  for (const [index, campaign] of campaigns.entries()) {
    const { id = '', dialingMode } = campaign;
    const plan = at(CAMPAIGN_PLANS, index);
    const ofList = [...(contacts.get(campaign.contactList.id ?? '')?.values() ?? [])];
    const team = Array.from({ length: TEAM_SIZE }, (_, member) => at(agents, index * 9 + member));
    const running = { seed, id, campaign, dialingMode, slots: plan.slots, contacts: ofList, agents: team };
    generated.set(id, {
      campaign,
      plan,
      listSize: ofList.length,
      running: plan.slots === 0 ? null : { ...running, skills, wrapUpCodes },
    });
  }

  const interactions: Organisation['interactions'] = (campaignId, atMs) => {
    const found = generated.get(campaignId);
    if (found === undefined) return undefined;
    return found.running === null ? { campaign: refOf(found.campaign) } : interactionsAt(found.running, atMs);
  };
  const progress: Organisation['progress'] = (campaignId, atMs) => {
    const found = generated.get(campaignId);
    return found && progressAt(found.campaign, found.plan, found.listSize, atMs);
  };

  return {
    id: stableId(seed, 'organisation'),
    name: 'Example Contact Centre',
    divisions,
    users,
    queues,
    skills,
    scripts,
    wrapUpCodes,
    contactLists,
    contacts,
    campaigns,
    interactions,
    progress,
    stats: (campaignId, atMs) => {
      const found = generated.get(campaignId);
      const calls = interactions(campaignId, atMs);
      const done = progress(campaignId, atMs);
      return found && calls && done && statsAt(found.campaign, done, calls);
    },
    conversations: (conversationId, atMs) => {
      for (const { running } of generated.values()) {
        const conversation = running && findConversation(running, conversationId, atMs);
        if (conversation) return conversation;
      }
      return undefined;
    },
  };
}
