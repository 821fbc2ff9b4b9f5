import { EXAMPLE_CAMPAIGN_ID } from './example-campaign.ts';
import type { Models } from 'purecloud-platform-client-v2';

import { generatedDate, refOf } from './generate-people.ts';
import { at, stableId } from './random.ts';

/**
 * Campaign that exists for every seed, for documentation and examples: on, in preview mode, with about a hundred
 * interactions across all five lists.
 */

export interface CampaignPlan {
  readonly name: string;
  readonly dialingMode: string;
  readonly campaignStatus: string;
  /** Number of agents, or of lines in an agentless campaign; 0 for a campaign that does not run. */
  readonly seats: number;
  /** Percentage of the contact list that is done at the beginning of the story, or for good if the campaign does not run. */
  readonly progress: number;
}

/** The example campaign comes first, then one of each kind. */
export const CAMPAIGN_PLANS: readonly CampaignPlan[] = [
  { name: 'Spring offer by hand', dialingMode: 'preview', campaignStatus: 'on', seats: 70, progress: 41 },
  { name: 'Spring offer wide', dialingMode: 'predictive', campaignStatus: 'on', seats: 43, progress: 62 },
  { name: 'Renewals first call', dialingMode: 'progressive', campaignStatus: 'on', seats: 32, progress: 33 },
  { name: 'Payment reminder', dialingMode: 'power', campaignStatus: 'on', seats: 28, progress: 20 },
  { name: 'Survey after delivery', dialingMode: 'agentless', campaignStatus: 'on', seats: 30, progress: 75 },
  {
    name: 'Renewals last call',
    dialingMode: 'progressive',
    campaignStatus: 'stopping',
    seats: 7,
    progress: 88,
  },
  { name: 'Winter offer', dialingMode: 'predictive', campaignStatus: 'complete', seats: 0, progress: 100 },
  { name: 'Summer offer', dialingMode: 'preview', campaignStatus: 'off', seats: 0, progress: 0 },
  { name: 'Payment reminder late', dialingMode: 'power', campaignStatus: 'off', seats: 0, progress: 12 },
  { name: 'Partner leads', dialingMode: 'external', campaignStatus: 'off', seats: 0, progress: 5 },
  { name: 'Win back pilot', dialingMode: 'predictive', campaignStatus: 'invalid', seats: 0, progress: 0 },
  {
    name: 'Survey panel night run',
    dialingMode: 'agentless',
    campaignStatus: 'forced_off',
    seats: 0,
    progress: 54,
  },
];

export interface CampaignParts {
  readonly divisions: readonly Models.AuthzDivision[];
  readonly queues: readonly Models.Queue[];
  readonly scripts: readonly Models.Script[];
  readonly contactLists: readonly Models.ContactList[];
}

export function generateCampaigns(seed: number, parts: CampaignParts): Models.Campaign[] {
  return CAMPAIGN_PLANS.map(({ name, dialingMode, campaignStatus }, index) => {
    const id = index === 0 ? EXAMPLE_CAMPAIGN_ID : stableId(seed, 'campaign', index);
    return {
      id,
      name,
      dialingMode,
      campaignStatus,
      contactList: refOf(at(parts.contactLists, index)),
      // Agentless campaigns have a flow instead of agents.
      ...(dialingMode !== 'agentless' && {
        queue: refOf(at(parts.queues, index)),
        script: refOf(at(parts.scripts, index)),
      }),
      division: refOf(at(parts.divisions, index)),
      phoneColumns: [{ columnName: 'Phone', type: 'cell' }],
      callerName: 'Example Company',
      callerAddress: `+120155501${String(index).padStart(2, '0')}`,
      alwaysRunning: false,
      priority: 5,
      version: 3,
      dateCreated: generatedDate(60_000 + index * 700),
      dateModified: generatedDate(600 + index * 11),
      selfUri: `/api/v2/outbound/campaigns/${id}`,
    };
  });
}
