import type { Models } from 'purecloud-platform-client-v2';
import { campaignIdOf } from './campaigns.ts';
import { entitiesOf } from './listing-envelope.ts';
import { postOfIds } from './resource.ts';
import type { Reference } from './wire/reference.ts';
import { WireRecord } from './wire/wire-record.ts';

class CampaignStatsRecord extends WireRecord<Models.CampaignPerformanceData> {
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

/** Statistics of a campaign: the figures of the bulk call, and the reference by which the others are loaded. */
export class CampaignFigures implements Reference {
  readonly id: string;
  readonly ownName = null;
  readonly selfUri = null;
  readonly refusal: Reference['refusal'];
  readonly #bulk: CampaignStatsRecord | null;

  /** @param bulk Null when none of its figures is wanted. */
  constructor({ id, refusal }: Reference, bulk: CampaignStatsRecord | null) {
    this.id = id;
    this.refusal = refusal;
    this.#bulk = bulk;
  }

  get idleAgents() {
    return this.#bulk?.idleAgents ?? null;
  }
  get effectiveIdleAgents() {
    return this.#bulk?.effectiveIdleAgents ?? null;
  }
  get adjustedCallsPerAgent() {
    return this.#bulk?.adjustedCallsPerAgent ?? null;
  }
  get outstandingCalls() {
    return this.#bulk?.outstandingCalls ?? null;
  }
  get scheduledCalls() {
    return this.#bulk?.scheduledCalls ?? null;
  }
  get rightPartyContactsCount() {
    return this.#bulk?.rightPartyContactsCount ?? null;
  }
  get connectRatio() {
    return this.#bulk?.connectRatio ?? null;
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
