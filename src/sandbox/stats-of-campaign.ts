import type { Models } from 'purecloud-platform-client-v2';

import type { Outcomes } from './count-outcomes.ts';
import type { Organisation } from './organisation.ts';

/** Statistics of one campaign, which say more than those of many at once. Undefined for an unknown campaign. */
export function statsOfCampaign(
  organisation: Organisation,
  campaignId: string,
  atMs: number,
): Models.CampaignStats | undefined {
  const performance = organisation.stats(campaignId, atMs);
  if (performance === undefined) return undefined;
  const { numberOfContactsCalled: called = 0 } = organisation.progress(campaignId, atMs) ?? {};
  const { connectRatio = 0 } = performance.contactRate ?? {};
  const { attempts, connects, rightParties, successes, neutrals, failures } =
    organisation.outcomes?.(campaignId, atMs) ?? workedOut(called, performance);
  const { idleAgents, effectiveIdleAgents, adjustedCallsPerAgent, outstandingCalls, scheduledCalls } =
    performance;
  return {
    contactRate: { attempts, connects, connectRatio },
    ...(idleAgents !== undefined && { idleAgents }),
    ...(effectiveIdleAgents !== undefined && { effectiveIdleAgents }),
    ...(adjustedCallsPerAgent !== undefined && { adjustedCallsPerAgent }),
    ...(outstandingCalls !== undefined && { outstandingCalls }),
    ...(scheduledCalls !== undefined && { scheduledCalls }),
    timeZoneRescheduledCalls: 0,
    filteredOutContactsCount: 0,
    rightPartyContactsCount: rightParties,
    validAttempts: attempts,
    linesUtilization: { assignedOutboundLines: 20, totalAvailableOutboundLines: 50 },
    businessCategoryMetrics: {
      successCount: successes,
      neutralCount: neutrals,
      failureCount: failures,
    },
  };
}

/** Outcomes that a handmade organisation's figures leave room for: each right party is a success. */
function workedOut(
  attempts: number,
  { contactRate, rightPartyContactsCount: rightParties = 0 }: Models.CampaignPerformanceData,
): Outcomes {
  const connects = Math.round(attempts * (contactRate?.connectRatio ?? 0));
  const successes = Math.min(rightParties, connects);
  return {
    attempts,
    connects,
    rightParties,
    successes,
    neutrals: connects - successes,
    failures: attempts - connects,
  };
}
