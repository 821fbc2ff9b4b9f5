import type { Models } from 'purecloud-platform-client-v2';

import type { Outcomes } from './count-outcomes.ts';
import { refOf } from './generate-people.ts';

/** Progress of a campaign through its contact list. */
export function progressOf(
  campaign: Models.Campaign,
  numberOfContactsCalled: number,
  totalNumberOfContacts: number,
): Models.CampaignProgress {
  return {
    campaign: refOf(campaign),
    contactList: campaign.contactList,
    numberOfContactsCalled,
    numberOfContactsMessaged: 0,
    totalNumberOfContacts,
    percentage: Math.floor((numberOfContactsCalled / Math.max(1, totalNumberOfContacts)) * 100),
    numberOfContactsSkipped: {},
  };
}

export interface StatsParts {
  readonly progress: Models.CampaignProgress;
  readonly idleAgents: number;
  /** Attempts that the dialer makes for each agent. */
  readonly callsPerAgent: number;
  /** Number of interactions in these stages. */
  readonly scheduled: number;
  readonly proceeding: number;
  readonly outcomes: Outcomes;
}

/** Statistics of a campaign. */
export function statsOf(campaign: Models.Campaign, parts: StatsParts): Models.CampaignPerformanceData {
  const { progress, idleAgents, callsPerAgent, scheduled, proceeding, outcomes } = parts;
  const { campaignStatus, dialingMode, division } = campaign;
  return {
    campaign: refOf(campaign),
    ...(division !== undefined && { division }),
    contactRate: { connectRatio: outcomes.connects / Math.max(1, outcomes.attempts) },
    idleAgents,
    // Each agent belongs to one campaign at a time, so none is shared between campaigns.
    effectiveIdleAgents: idleAgents,
    adjustedCallsPerAgent: callsPerAgent,
    outstandingCalls: proceeding,
    scheduledCalls: scheduled,
    rightPartyContactsCount: outcomes.rightParties,
    ...(campaignStatus !== undefined && { campaignStatus }),
    dialingMode,
    progress: { percentage: progress.percentage ?? 0 },
  };
}
