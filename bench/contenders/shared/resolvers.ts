import { type FieldNode, type GraphQLResolveInfo, Kind } from 'graphql';
import type { Loaders } from './loaders.ts';
import {
  callRecordsOf,
  type Campaign,
  campaignStatus,
  type Contact,
  contactListIdOf,
  type Conversation,
  dateTime,
  dialingMode,
  disposition,
  entityState,
  type Interaction,
  pageOf,
  type Ref,
  type Skill,
  type Stats,
  type User,
} from './values.ts';

export interface Context {
  readonly loaders: Loaders;
}

interface InteractionsArgs {
  readonly campaignId: string;
  readonly first: number;
  readonly filter?: { readonly states?: readonly string[] | null } | null;
}

interface EntityLoader<Entity> {
  load(id: string): Promise<Entity | null>;
}

/**
 * Resolvers of the contenders that have any: a reference is resolved to its entity through the request's loaders, and fields
 * are properties of the entity. Nothing is loaded when the reference has everything that is selected.
 */
export const resolvers = {
  Query: {
    campaignInteractions: async (
      _root: unknown,
      { campaignId, first, filter }: InteractionsArgs,
      { loaders }: Context,
    ) => pageOf(await loaders.interactions.load(campaignId), first, filter?.states),
    campaign: (_root: unknown, { id }: { id: string }, { loaders }: Context) => loaders.campaigns.load(id),
    queue: (_root: unknown, { id }: { id: string }, { loaders }: Context) => loaders.queues.load(id),
  },
  CampaignInteraction: {
    disposition: (row: Interaction) => disposition(row.disposition),
    dispositionCode: (row: Interaction) => row.disposition,
    campaign: (row: Interaction, _args: unknown, { loaders }: Context, info: GraphQLResolveInfo) =>
      refer(row.campaign, loaders.campaigns, info),
    agent: (row: Interaction, _args: unknown, { loaders }: Context, info: GraphQLResolveInfo) =>
      refer(row.agent, loaders.users, info),
    queue: (row: Interaction, _args: unknown, { loaders }: Context, info: GraphQLResolveInfo) =>
      refer(row.queue, loaders.queues, info),
    script: (row: Interaction, _args: unknown, { loaders }: Context, info: GraphQLResolveInfo) =>
      refer(row.script, loaders.scripts, info),
    contact: ({ contact }: Interaction, _args: unknown, { loaders }: Context, info: GraphQLResolveInfo) =>
      contact && refer(contact, loaders.contacts(contactListIdOf(contact)), info),
    skills: (row: Interaction, _args: unknown, { loaders }: Context, info: GraphQLResolveInfo) =>
      row.skills?.map((skill) => refer(skill, loaders.skills, info)),
  },
  Campaign: {
    campaignStatus: (campaign: Campaign) => campaignStatus(campaign.campaignStatus),
    dialingMode: (campaign: Campaign) => dialingMode(campaign.dialingMode),
    progress: ({ id }: Campaign, _args: unknown, { loaders }: Context) => loaders.progress.load(id),
    stats: ({ id }: Campaign, _args: unknown, { loaders }: Context) => loaders.stats.load(id),
  },
  CampaignStats: {
    connectRatio: ({ contactRate }: Stats) => contactRate?.connectRatio,
  },
  User: { state: (user: User) => entityState(user.state) },
  Skill: { state: (skill: Skill) => entityState(skill.state) },
  Contact: { callRecords: (contact: Contact) => callRecordsOf(contact.callRecords) },
  Participant: {
    user: ({ userId }: NonNullable<Conversation['participants']>[number]) =>
      userId == null ? null : { id: userId },
  },
};

/** Scalars of the schema that change the values they are given. */
export const scalars = {
  DateTime: { serialize: (value: unknown) => (typeof value === 'string' ? dateTime(value) : null) },
};

function refer<Entity extends Ref>(
  reference: Ref | undefined,
  loader: EntityLoader<Entity>,
  { fieldNodes: [field] }: GraphQLResolveInfo,
): Ref | null | Promise<Ref> {
  if (reference === undefined) return null;
  const selected = selectionOf(field);
  if (selected === 'reference' || (selected === 'name' && reference.name !== undefined)) return reference;
  return loader.load(reference.id).then((entity) => merge(reference, entity));
}

/** Entity with the reference's own name, even if the entity's is newer; the reference when the entity is null. */
function merge(reference: Ref, entity: Ref | null): Ref {
  if (entity === null) return reference;
  return reference.name === undefined || reference.name === entity.name
    ? entity
    : { ...entity, name: reference.name };
}

type Selection = 'reference' | 'name' | 'more';

const selections = new WeakMap<FieldNode, Selection>();

/** Part of an entity that a field selects: only what every reference has, the name as well, or more than that. */
function selectionOf(field: FieldNode | undefined): Selection {
  if (field === undefined) return 'more';
  let selection = selections.get(field);
  if (selection === undefined) {
    const names = (field.selectionSet?.selections ?? []).map((node) =>
      node.kind === Kind.FIELD ? node.name.value : null,
    );
    const isWithin = (free: readonly (string | null)[]) => names.every((name) => free.includes(name));
    selection = isWithin(['__typename', 'id', 'selfUri'])
      ? 'reference'
      : isWithin(['__typename', 'id', 'selfUri', 'name'])
        ? 'name'
        : 'more';
    selections.set(field, selection);
  }
  return selection;
}
