import type { Models } from 'purecloud-platform-client-v2';
import { CAMPAIGN_STATS_TTL, STATS_PERMISSIONS } from './campaign-stats.ts';
import { oneByOne } from './resource.ts';
import { WireRecord } from './wire/wire-record.ts';

class CampaignStatsByIdRecord extends WireRecord<Models.CampaignStats> {
  get attempts() {
    return this.#contactRate?.attempts ?? null;
  }
  get connects() {
    return this.#contactRate?.connects ?? null;
  }
  get validAttempts() {
    return this.integer('validAttempts');
  }
  get timeZoneRescheduledCalls() {
    return this.integer('timeZoneRescheduledCalls');
  }
  get filteredOutContactsCount() {
    return this.integer('filteredOutContactsCount');
  }
  get linesUtilization() {
    const lines = this.nested('linesUtilization');
    return lines && new LinesUtilizationRecord(lines, this.origin);
  }
  get successCount() {
    return this.#categories?.successCount ?? null;
  }
  get neutralCount() {
    return this.#categories?.neutralCount ?? null;
  }
  get failureCount() {
    return this.#categories?.failureCount ?? null;
  }

  get #contactRate() {
    const rate = this.nested('contactRate');
    return rate && new ConnectRateRecord(rate, this.origin);
  }
  get #categories() {
    const metrics = this.nested('businessCategoryMetrics');
    return metrics && new CategoryMetricsRecord(metrics, this.origin);
  }
}

class ConnectRateRecord extends WireRecord<Models.ConnectRate> {
  get attempts() {
    return this.integer('attempts');
  }
  get connects() {
    return this.integer('connects');
  }
}

export class LinesUtilizationRecord extends WireRecord<Models.CampaignLinesUtilization> {
  get assignedOutboundLines() {
    return this.integer('assignedOutboundLines');
  }
  get totalAvailableOutboundLines() {
    return this.integer('totalAvailableOutboundLines');
  }
}

class CategoryMetricsRecord extends WireRecord<Models.CampaignBusinessCategoryMetrics> {
  get successCount() {
    return this.integer('successCount');
  }
  get neutralCount() {
    return this.integer('neutralCount');
  }
  get failureCount() {
    return this.integer('failureCount');
  }
}

/** Figures that the bulk call of `campaignStats` lacks: a call for each campaign. */
export const campaignStatsById = oneByOne({
  name: 'campaignStatsById',
  type: 'Campaign',
  resultType: 'CampaignStats',
  permissions: STATS_PERMISSIONS,
  ttl: CAMPAIGN_STATS_TTL,
  path: '/api/v2/outbound/campaigns',
  below: '/stats',
  Entity: CampaignStatsByIdRecord,
});
