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
  get attempts() {
    return this.#contactRate?.attempts ?? null;
  }
  get connects() {
    return this.#contactRate?.connects ?? null;
  }
  get connectRatio() {
    return this.#contactRate?.connectRatio ?? null;
  }

  get #contactRate() {
    const rate = this.nested('contactRate');
    return rate && new ContactRateRecord(rate, this.origin);
  }
}

/**
 * The vendor's type of this answer declares `connectRatio` only. `attempts` and `connects` are declared for the statistics
 * of a single campaign (`ConnectRate`) and read here where present.
 */
class ContactRateRecord extends WireRecord<Models.ConnectRate> {
  get attempts() {
    return this.integer('attempts');
  }
  get connects() {
    return this.integer('connects');
  }
  get connectRatio() {
    return this.float('connectRatio');
  }
}

/** Either permission is enough. */
export const campaignStats = postOfIds({
  name: 'campaignStats',
  type: 'Campaign',
  resultType: 'CampaignStats',
  permissions: ['outbound:performance:view', 'outbound:campaign:view'],
  ttl: { name: 'CAMPAIGN_STATS', seconds: 5 },
  path: '/api/v2/outbound/campaigns/performance/query',
  maxIds: 50,
  rows: entitiesOf,
  idOf: campaignIdOf,
  Entity: CampaignStatsRecord,
});
