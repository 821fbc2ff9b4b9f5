import { campaignInteractions } from './campaign-interactions.ts';
import { CampaignListing } from './campaign-listing.ts';
import { campaignProgress } from './campaign-progress.ts';
import { campaignStats } from './campaign-stats.ts';
import { campaigns } from './campaigns.ts';
import { contactLists } from './contact-lists.ts';
import { Contacts } from './contacts.ts';
import { conversations } from './conversations.ts';
import { divisions } from './divisions.ts';
import { EntityLoader, type LoaderContext } from './loading/entity-loader.ts';
import { queues } from './queues.ts';
import { scripts } from './scripts.ts';
import { skills } from './skills.ts';
import { users } from './users.ts';
import { wrapUpCodes } from './wrap-up-codes.ts';

/** Everything that one request can read, on behalf of one identity. Nothing in it outlives the request. */
export type DataSources = ReturnType<typeof createDataSources>;

export function createDataSources(context: LoaderContext) {
  const campaignsById = new EntityLoader(campaigns, context);
  return {
    campaigns: campaignsById,
    campaignInteractions: new EntityLoader(campaignInteractions, context),
    campaignListing: new CampaignListing(context, campaignsById),
    campaignProgress: new EntityLoader(campaignProgress, context),
    campaignStats: new EntityLoader(campaignStats, context),
    contactLists: new EntityLoader(contactLists, context),
    contacts: new Contacts(context, campaignsById),
    conversations: new EntityLoader(conversations, context),
    divisions: new EntityLoader(divisions, context),
    queues: new EntityLoader(queues, context),
    scripts: new EntityLoader(scripts, context),
    skills: new EntityLoader(skills, context),
    users: new EntityLoader(users, context),
    wrapUpCodes: new EntityLoader(wrapUpCodes, context),
  };
}
