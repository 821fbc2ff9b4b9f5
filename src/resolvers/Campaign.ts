import { campaignInteractionConnection } from './campaign-interaction-connection.ts';
import { campaignProgress } from '../datasources/campaign-progress.ts';
import { CampaignFigures } from '../datasources/campaign-figures.ts';
import { campaignStats } from '../datasources/campaign-stats.ts';
import type { DataSources } from '../loading/data-sources.ts';
import type { EntityLoader } from '../loading/entity-loader.ts';
import type { Reference } from '../datasources/wire/reference.ts';
import { campaigns } from '../datasources/campaigns.ts';
import type { FieldTrace } from '../upstream/trace.ts';
import { entityFields, type LoadedResource, requiring } from '../lookahead/entity-fields.ts';
import { isLoadNeededFor } from '../lookahead/selection-tree.ts';
import { selectedAmong } from '../lookahead/selections.ts';
import { statsById } from './CampaignStats.ts';
import type { TypeResolvers } from './type-resolvers.ts';

const campaign = entityFields(campaigns, (sources) => sources.campaigns);

const progress = figuresOf(campaignProgress, (sources) => sources.campaignProgress);
const bulkStats = figuresOf(campaignStats, (sources) => sources.campaignStats);

/** Figures of a campaign, loaded by its id alone. */
function figuresOf<Figures>(
  resource: LoadedResource,
  loaderOf: (sources: DataSources) => EntityLoader<Figures>,
) {
  return {
    resource,
    getOrLoad: (reference: Reference, sources: DataSources) => loaderOf(sources).getOrLoad(reference),
    prefetch: (
      references: readonly Reference[],
      sources: DataSources,
      _expand: readonly string[],
      field: FieldTrace | null,
    ) => loaderOf(sources).prefetch(references, [], field),
    isValue: true,
  } as const;
}

/** Statistics of a campaign, of which some are loaded by fields of their own (`CampaignStats.ts`). */
const stats = {
  ...bulkStats,
  getOrLoad(reference: Reference, sources: DataSources) {
    const found = bulkStats.getOrLoad(reference, sources);
    return found instanceof Promise
      ? found.then((record) => ({ stats: new CampaignFigures(reference, record) }))
      : { stats: new CampaignFigures(reference, found) };
  },
  except: {
    fields: statsById,
    holderOf: (reference: Reference) => ({ stats: new CampaignFigures(reference, null) }),
  },
} as const;

export const Campaign: TypeResolvers<'Campaign'> = {
  nodeId: campaign.nodeId,
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
  progress: requiring(progress, (reference, _args, { sources }) => progress.getOrLoad(reference, sources)),
  stats: requiring(stats, (reference, _args, { sources }, info) => {
    const isLoaded = info.fieldNodes.some((node) => isLoadNeededFor(stats, node, info));
    const holder = isLoaded ? stats.getOrLoad(reference, sources) : stats.except.holderOf(reference);
    const isOwnWanted = selectedAmong([...statsById], info).length > 0;
    const statsIn = ({ stats: figures }: { stats: CampaignFigures }) =>
      isLoaded && figures.isUnknown && !isOwnWanted ? null : figures;
    return holder instanceof Promise ? holder.then(statsIn) : statsIn(holder);
  }),
  interactions({ id, refusal }, args, context, info) {
    if (refusal !== undefined) throw refusal;
    return campaignInteractionConnection(id, args, context, info);
  },
};
