import type { Models } from 'purecloud-platform-client-v2';
import type { Organisation } from './organisation.ts';

/** Statistics of one campaign, which say more than those of many at once. Undefined for an unknown campaign. */
export function statsOfCampaign(
  organisation: Organisation,
  campaignId: string,
  atMs: number,
): Models.CampaignStats | undefined {
  const performance = organisation.stats(campaignId, atMs);
  if (performance === undefined) return undefined;
  const { numberOfContactsCalled: attempts = 0 } = organisation.progress(campaignId, atMs) ?? {};
  const { connectRatio = 0 } = performance.contactRate ?? {};
  const { idleAgents, effectiveIdleAgents, adjustedCallsPerAgent, outstandingCalls, scheduledCalls } =
    performance;
  const connects = Math.round(attempts * connectRatio);
  const { rightPartyContactsCount = 0 } = performance;
  const successCount = Math.min(rightPartyContactsCount, connects);
  return {
    contactRate: { attempts, connects, connectRatio },
    ...(idleAgents !== undefined && { idleAgents }),
    ...(effectiveIdleAgents !== undefined && { effectiveIdleAgents }),
    ...(adjustedCallsPerAgent !== undefined && { adjustedCallsPerAgent }),
    ...(outstandingCalls !== undefined && { outstandingCalls }),
    ...(scheduledCalls !== undefined && { scheduledCalls }),
    timeZoneRescheduledCalls: 0,
    filteredOutContactsCount: 0,
    rightPartyContactsCount,
    validAttempts: attempts,
    linesUtilization: { assignedOutboundLines: 20, totalAvailableOutboundLines: 50 },
    businessCategoryMetrics: {
      successCount,
      neutralCount: connects - successCount,
      failureCount: attempts - connects,
    },
  };
}
