import { resources } from '../datasources/index.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import { CampaignListing } from './campaign-listing.ts';
import { ContactsByList } from './contacts-by-list.ts';
import { EntityLoader, type LoaderContext } from './entity-loader.ts';
import { type DeniedCall, EntitySources } from './entity-sources.ts';
import type { LoadingOptions } from './loading-options.ts';

/** Sources that the requests of each identity share. They live as long as the gateway. */
export type SharedSources = ReturnType<typeof createSharedSources>;

/** Loaders of one request, on behalf of one identity. Nothing in them outlives the request. */
export type DataSources = ReturnType<typeof createDataSources>;

export function createSharedSources(options: LoadingOptions) {
  return {
    campaigns: new EntitySources(() => resources.campaigns, options),
    campaignInteractions: new EntitySources(() => resources.campaignInteractions, options),
    campaignProgress: new EntitySources(() => resources.campaignProgress, options),
    campaignStats: new EntitySources(() => resources.campaignStats, options),
    contactLists: new EntitySources(() => resources.contactLists, options),
    contacts: new EntitySources(resources.contactsOf, options),
    conversations: new EntitySources(() => resources.conversations, options),
    divisions: new EntitySources(() => resources.divisions, options),
    queues: new EntitySources(() => resources.queues, options),
    scripts: new EntitySources(() => resources.scripts, options),
    skills: new EntitySources(() => resources.skills, options),
    users: new EntitySources(() => resources.users, options),
    wrapUpCodes: new EntitySources(() => resources.wrapUpCodes, options),
  };
}

/** Drops the shared sources of an identity, or only those of a denied call. */
export function dropShared(shared: SharedSources, identity: UpstreamIdentity, denied?: DeniedCall): void {
  for (const entities of Object.values(shared)) entities.drop(identity, denied);
}

/** Releases what a request has read, once it has been answered. */
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
    contacts: new ContactsByList(shared.contacts, context, campaignsById),
    conversations: new EntityLoader(shared.conversations, context),
    divisions: new EntityLoader(shared.divisions, context),
    queues: new EntityLoader(shared.queues, context),
    scripts: new EntityLoader(shared.scripts, context),
    skills: new EntityLoader(shared.skills, context),
    users: new EntityLoader(shared.users, context),
    wrapUpCodes: new EntityLoader(shared.wrapUpCodes, context),
  };
}
