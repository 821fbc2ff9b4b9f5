import type { GraphQLResolveInfo } from 'graphql';
import type { GatewayContext } from '../context.ts';
import type { EntityLoader } from '../loading/entity-loader.ts';
import type { DataSources } from '../loading/data-sources.ts';
import { campaignConnection } from './campaign-connection.ts';
import {
  campaignInteractionConnection,
  campaignInteractionNamed,
} from './campaign-interaction-connection.ts';
import { selectedAmong } from '../lookahead/selections.ts';
import { endWithObject, fieldTrace } from '../lookahead/traced-fields.ts';
import type { TypeResolvers } from './type-resolvers.ts';

/** Loads the entity even for its id alone, with all selected expand parts, so that one call answers everything. */
function resolverById<Entity extends object, Part extends string>(
  loaderOf: (sources: DataSources) => EntityLoader<Entity, Part>,
) {
  return (_root: unknown, { id }: { id: string }, context: GatewayContext, info: GraphQLResolveInfo) => {
    const loader = loaderOf(context.sources);
    const field = fieldTrace(info, context);
    const loading = loader.load(id, selectedAmong(loader.expand, info), Infinity, field);
    return endWithObject(field, loading, info, context);
  };
}

export const Query: TypeResolvers<'Query'> = {
  campaign: resolverById(({ campaigns }) => campaigns),
  campaigns: (_root, args, context, info) => campaignConnection(args, context, info),
  campaignInteractions: (_root, { campaignId, ...args }, context, info) =>
    campaignInteractionConnection(campaignId, args, context, info),
  campaignInteraction: (_root, { campaignId, id }, context, info) =>
    campaignInteractionNamed(campaignId, id, context, info),
  user: resolverById(({ users }) => users),
  queue: resolverById(({ queues }) => queues),
  skill: resolverById(({ skills }) => skills),
  script: resolverById(({ scripts }) => scripts),
  contact(_root, { contactListId, id }, context, info) {
    const field = fieldTrace(info, context);
    const loading = context.sources.contacts.named(contactListId, id, field);
    return endWithObject(field, loading, info, context);
  },
  contactList: resolverById(({ contactLists }) => contactLists),
  conversation: resolverById(({ conversations }) => conversations),
};
