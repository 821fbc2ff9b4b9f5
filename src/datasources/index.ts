import type { UpstreamIdentity } from '../upstream/identity.ts';
import { campaignInteractions } from './campaign-interactions.ts';
import { CampaignListing } from './campaign-listing.ts';
import { campaignProgress } from './campaign-progress.ts';
import { campaignStats } from './campaign-stats.ts';
import { campaigns } from './campaigns.ts';
import { contactLists } from './contact-lists.ts';
import { Contacts, contactsOf } from './contacts.ts';
import { conversations } from './conversations.ts';
import { divisions } from './divisions.ts';
import { EntityLoader, type LoaderContext } from './loading/entity-loader.ts';
import { type DeniedCall, SharedEntities } from './loading/shared-entities.ts';
import type { SharingMeans } from './loading/sharing-means.ts';
import { queues } from './queues.ts';
import { scripts } from './scripts.ts';
import { skills } from './skills.ts';
import { users } from './users.ts';
import { wrapUpCodes } from './wrap-up-codes.ts';

/** What the requests of each identity share. It lives as long as the gateway. */
export type SharedSources = ReturnType<typeof createSharedSources>;

/** Everything that one request can read, on behalf of one identity. Nothing in it outlives the request. */
export type DataSources = ReturnType<typeof createDataSources>;

export function createSharedSources(means: SharingMeans) {
  return {
    campaigns: new SharedEntities(() => campaigns, means),
    campaignInteractions: new SharedEntities(() => campaignInteractions, means),
    campaignProgress: new SharedEntities(() => campaignProgress, means),
    campaignStats: new SharedEntities(() => campaignStats, means),
    contactLists: new SharedEntities(() => contactLists, means),
    contacts: new SharedEntities(contactsOf, means),
    conversations: new SharedEntities(() => conversations, means),
    divisions: new SharedEntities(() => divisions, means),
    queues: new SharedEntities(() => queues, means),
    scripts: new SharedEntities(() => scripts, means),
    skills: new SharedEntities(() => skills, means),
    users: new SharedEntities(() => users, means),
    wrapUpCodes: new SharedEntities(() => wrapUpCodes, means),
  };
}

/** Forgets what is shared for an identity; or only what a call is about that was denied to it. */
export function dropShared(shared: SharedSources, identity: UpstreamIdentity, denied?: DeniedCall): void {
  for (const entities of Object.values(shared)) entities.drop(identity, denied);
}

/** Lets go of what a request has read, once it has been answered. */
export function releaseDataSources(sources: DataSources): void {
  for (const source of Object.values(sources)) source.release();
}

export function createDataSources(shared: SharedSources, context: LoaderContext) {
  const campaignsById = new EntityLoader(shared.campaigns, context);
  return {
    campaigns: campaignsById,
    campaignInteractions: new EntityLoader(shared.campaignInteractions, context),
    campaignListing: new CampaignListing(context, campaignsById),
    campaignProgress: new EntityLoader(shared.campaignProgress, context),
    campaignStats: new EntityLoader(shared.campaignStats, context),
    contactLists: new EntityLoader(shared.contactLists, context),
    contacts: new Contacts(shared.contacts, context, campaignsById),
    conversations: new EntityLoader(shared.conversations, context),
    divisions: new EntityLoader(shared.divisions, context),
    queues: new EntityLoader(shared.queues, context),
    scripts: new EntityLoader(shared.scripts, context),
    skills: new EntityLoader(shared.skills, context),
    users: new EntityLoader(shared.users, context),
    wrapUpCodes: new EntityLoader(shared.wrapUpCodes, context),
  };
}
