import { campaignStatsById } from '../datasources/campaign-stats-by-id.ts';
import { fieldsById } from '../lookahead/entity-fields.ts';
import type { TypeResolvers } from './type-resolvers.ts';

const byId = fieldsById(campaignStatsById, (sources) => sources.campaignStatsById);

export const CampaignStats: TypeResolvers<'CampaignStats'> = {
  attempts: byId.field('attempts'),
  connects: byId.field('connects'),
  validAttempts: byId.field('validAttempts'),
  timeZoneRescheduledCalls: byId.field('timeZoneRescheduledCalls'),
  filteredOutContactsCount: byId.field('filteredOutContactsCount'),
  linesUtilization: byId.field('linesUtilization'),
  successCount: byId.field('successCount'),
  neutralCount: byId.field('neutralCount'),
  failureCount: byId.field('failureCount'),
};

/** Fields that are not in the bulk answer. */
export const statsById: ReadonlySet<string> = new Set(Object.keys(CampaignStats));
