import type { TypeResolvers } from './type-resolvers.ts';

export const CampaignConnection: TypeResolvers<'CampaignConnection'> = {
  pageInfo: (page) => page.pageInfo(),
  totalCount: (page) => page.beyond().then(({ total }) => total),
};
