import { campaignInteractionConnection } from './campaign-interaction-connection.ts';
import { entityFields } from './entity-fields.ts';
import type { TypeResolvers } from './type-resolvers.ts';

const campaign = entityFields(({ campaigns }) => campaigns);

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
  progress: ({ id }, _args, { sources }) => sources.campaignProgress.load(id),
  stats: ({ id }, _args, { sources }) => sources.campaignStats.load(id),
  interactions: ({ id }, args, context, info) => campaignInteractionConnection(id, args, context, info),
};
