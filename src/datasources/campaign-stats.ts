import type { Models } from 'purecloud-platform-client-v2';
import { campaignIdOf } from './campaigns.ts';
import { entitiesOf } from './listing-envelope.ts';
import { postOfIds } from './resource.ts';
import { WireRecord } from './wire/wire-record.ts';

export class CampaignStatsRecord extends WireRecord<Models.CampaignPerformanceData> {
  get idleAgents() {
    return this.float('idleAgents');
  }
  get effectiveIdleAgents() {
    return this.float('effectiveIdleAgents');
  }
  get adjustedCallsPerAgent() {
    return this.float('adjustedCallsPerAgent');
  }
  get outstandingCalls() {
    return this.integer('outstandingCalls');
  }
  get scheduledCalls() {
    return this.integer('scheduledCalls');
  }
  get rightPartyContactsCount() {
    return this.integer('rightPartyContactsCount');
  }
  get connectRatio() {
    const rate = this.nested('contactRate');
    return rate && new ContactRateRecord(rate, this.origin).connectRatio;
  }
}

class ContactRateRecord extends WireRecord<Models.CampaignPerformanceDataContactRate> {
  get connectRatio() {
    return this.float('connectRatio');
  }
}

/** Either permission is enough. */
export const STATS_PERMISSIONS = ['outbound:performance:view', 'outbound:campaign:view'] as const;
export const CAMPAIGN_STATS_TTL = { name: 'CAMPAIGN_STATS', seconds: 5 } as const;

export const campaignStats = postOfIds({
  name: 'campaignStats',
  type: 'Campaign',
  resultType: 'CampaignStats',
  permissions: STATS_PERMISSIONS,
  ttl: CAMPAIGN_STATS_TTL,
  path: '/api/v2/outbound/campaigns/performance/query',
  maxIds: 50,
  rows: entitiesOf,
  idOf: campaignIdOf,
  Entity: CampaignStatsRecord,
});
