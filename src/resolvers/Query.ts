import { resources } from '../datasources/index.ts';
import { endWithObject, fieldTrace } from '../lookahead/traced-fields.ts';
import { campaignConnection } from './campaign-connection.ts';
import {
  campaignInteractionConnection,
  campaignInteractionNamed,
} from './campaign-interaction-connection.ts';
import { nodeResolver } from './Node.ts';
import { rootsById } from './roots-by-id.ts';
import type { TypeResolvers } from './type-resolvers.ts';

export const Query: TypeResolvers<'Query'> = {
  ...rootsById(resources),
  node: nodeResolver(resources),
  campaigns: (_root, args, context, info) => campaignConnection(args, context, info),
  campaignInteractions: (_root, { campaignId, ...args }, context, info) =>
    campaignInteractionConnection(campaignId, args, context, info),
  campaignInteraction: (_root, { campaignId, id }, context, info) =>
    campaignInteractionNamed(campaignId, id, context, info),
  contact(_root, { contactListId, id }, context, info) {
    const field = fieldTrace(info, context);
    const loading = context.sources.contacts.named(contactListId, id, field);
    return endWithObject(field, loading, info, context);
  },
};
