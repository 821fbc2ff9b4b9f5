import { campaignInteractionConnection } from './campaign-interaction-connection.ts';
import { campaignProgress } from '../datasources/campaign-progress.ts';
import { campaignStats } from '../datasources/campaign-stats.ts';
import type { DataSources } from '../loading/data-sources.ts';
import type { Reference } from '../datasources/wire/reference.ts';
import { campaigns } from '../datasources/campaigns.ts';
import type { FieldTrace } from '../upstream/trace.ts';
import { entityFields, needing } from '../lookahead/entity-fields.ts';
import type { TypeResolvers } from './type-resolvers.ts';

const campaign = entityFields(campaigns, (sources) => sources.campaigns);

const progress = {
  resource: campaignProgress,
  find: (reference: Reference, sources: DataSources) => sources.campaignProgress.find(reference),
  prepare: (
    references: readonly Reference[],
    sources: DataSources,
    _parts: readonly string[],
    field: FieldTrace | null,
  ) => sources.campaignProgress.prepare(references, [], field),
  isValue: true,
} as const;

const stats = {
  resource: campaignStats,
  find: (reference: Reference, sources: DataSources) => sources.campaignStats.find(reference),
  prepare: (
    references: readonly Reference[],
    sources: DataSources,
    _parts: readonly string[],
    field: FieldTrace | null,
  ) => sources.campaignStats.prepare(references, [], field),
  isValue: true,
} as const;

export const Campaign: TypeResolvers<'Campaign'> = {
  name: campaign.name,
  campaignStatus: campaign.field('campaignStatus'),
  dialingMode: campaign.field('dialingMode'),
  callerName: campaign.field('callerName'),
  callerAddress: campaign.field('callerAddress'),
  dateCreated: campaign.field('dateCreated'),
  dateModified: campaign.field('dateModified'),
  division: campaign.field('division'),
  contactList: campaign.field('contactList'),
  queue: campaign.field('queue'),
  script: campaign.field('script'),
  progress: needing(progress, (reference, _args, { sources }) => progress.find(reference, sources)),
  stats: needing(stats, (reference, _args, { sources }) => stats.find(reference, sources)),
  interactions: ({ id }, args, context, info) => campaignInteractionConnection(id, args, context, info),
};
