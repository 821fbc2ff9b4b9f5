import type { Models } from 'purecloud-platform-client-v2';

import type { CampaignPlan } from './generate-campaigns.ts';
import { GENERATED_AT_MS, refOf } from './generate-people.ts';

/** Average time that a slot spends on one contact. */
const CONTACT_MS = 150_000;

/** Progress of a campaign through its contact list. A running campaign starts over at the end of the list. */
export function progressAt(
  campaign: Models.Campaign,
  { progress, slots }: CampaignPlan,
  totalNumberOfContacts: number,
  atMs: number,
): Models.CampaignProgress {
  const before = Math.round((totalNumberOfContacts * progress) / 100);
  const since = Math.max(0, Math.floor(((atMs - GENERATED_AT_MS) * slots) / CONTACT_MS));
  const numberOfContactsCalled = slots === 0 ? before : (before + since) % (totalNumberOfContacts + 1);
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

/** Statistics of a campaign. The call counts agree with the interactions of the same moment. */
export function statsAt(
  campaign: Models.Campaign,
  progress: Models.CampaignProgress,
  interactions: Models.CampaignInteractions,
): Models.CampaignPerformanceData {
  const { campaignStatus, dialingMode, division } = campaign;
  const talking = interactions.interactingInteractions?.length ?? 0;
  const dialing = interactions.proceedingInteractions?.length ?? 0;
  const idle = interactions.interactingInteractions === undefined ? 0 : Math.max(0, 12 - (talking % 12));
  return {
    campaign: refOf(campaign),
    ...(division !== undefined && { division }),
    contactRate: { connectRatio: talking + dialing === 0 ? 0 : talking / (talking + dialing) },
    idleAgents: idle,
    effectiveIdleAgents: idle * 0.75,
    adjustedCallsPerAgent: dialingMode === 'predictive' ? 1.8 : 1,
    outstandingCalls: dialing,
    scheduledCalls: interactions.scheduledInteractions?.length ?? 0,
    rightPartyContactsCount: Math.floor((progress.numberOfContactsCalled ?? 0) * 0.4),
    ...(campaignStatus !== undefined && { campaignStatus }),
    dialingMode,
    progress: { percentage: progress.percentage ?? 0 },
  };
}
