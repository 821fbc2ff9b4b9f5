import type { Requirement } from '../lookahead/selection-tree.ts';
import type { Cardinalities, CardinalityName } from '../config/cardinalities.ts';
import { matchesNothing } from '../datasources/interaction-filter.ts';
import type { CampaignInteractionsArgs, QueryCampaignsArgs } from '../generated/resolvers.ts';
import { DEFAULT_CAMPAIGNS, isEmptyFilter } from '../connections/campaign-page.ts';
import { DEFAULT_INTERACTIONS } from '../connections/campaign-interaction-page.ts';

/** Objects of one node of a query. */
export interface Objects {
  /** How many lists they stand in, each of which asks for what it requirements by itself. */
  readonly lists: number;
  /** Distinct ones in each. */
  readonly perList: number;
  /** Campaigns among them that the request has loaded at a node above, together with their lists of interactions. */
  readonly loadedAbove: number;
  /** How many of the upstream's lists the objects of each stand in, where several have been put together. */
  readonly together: number;
  /** Name of the resource that they were loaded from; null for mere references. */
  readonly loadedFrom: string | null;
  readonly areNameless: boolean;
  /** Of interactions and what they lead to: whether the campaign whose list it is has been loaded. */
  readonly isCampaignLoaded: boolean;
}

export const one: Objects = {
  lists: 1,
  perList: 1,
  loadedAbove: 0,
  together: 1,
  loadedFrom: null,
  areNameless: false,
  isCampaignLoaded: false,
};

/** Refers to the campaign whose list it is, and seldom to another one. */
const OWN_CAMPAIGN = 'CampaignInteraction.campaign';

/** How many a field gives for each object. */
const perObject: Readonly<Record<string, CardinalityName>> = {
  'CampaignInteraction.skills': 'skillsPerInteraction',
  'Conversation.participants': 'participantsPerConversation',
  'User.skills': 'skillsPerUser',
};

/** How many distinct ones the objects of a list refer to, by field or else by type. */
const perList: Readonly<Record<string, CardinalityName>> = {
  [OWN_CAMPAIGN]: 'campaignsPerList',
  'Contact.contactList': 'contactListsPerList',
  Queue: 'queuesPerList',
  Script: 'scriptsPerList',
  Skill: 'skillsPerList',
  User: 'usersPerList',
};

/** Fields whose references are made of an id that stands alone. */
const nameless: ReadonlySet<string> = new Set(['Contact.contactList', 'Participant.user']);

/** What a field gives of these objects. */
export function objectsAt(
  type: string,
  field: string,
  typeBelow: string,
  objects: Objects,
  cardinalities: Cardinalities,
): Objects {
  const place = `${type}.${field}`;
  const factor = perObject[place];
  const most = perList[place] ?? perList[typeBelow];
  const count = objects.perList * (factor === undefined ? 1 : cardinalities[factor]);
  const distinct = most === undefined ? count : Math.min(count, cardinalities[most] * objects.together);
  return {
    ...objects,
    perList: distinct,
    loadedAbove: place === OWN_CAMPAIGN && objects.isCampaignLoaded ? Math.min(distinct, 1) : 0,
    loadedFrom: null,
    areNameless: nameless.has(place),
  };
}

/** Those whose own row has to be loaded. What they refer to is another matter. */
export function notLoadedAbove(objects: Objects): Objects {
  return { ...objects, perList: objects.perList - objects.loadedAbove };
}

/** Of how many in each list something has to be loaded. */
export function needyOf(
  { unlessNamed }: Pick<Requirement, 'unlessNamed'>,
  { perList: count, areNameless, together }: Objects,
  { namelessPerList }: Cardinalities,
): number {
  return unlessNamed && !areNameless ? Math.min(count, namelessPerList * together) : count;
}

/** Most rows of a page of campaigns. */
export function campaignRows(
  { first, filter }: QueryCampaignsArgs,
  { campaignsPerPage }: Pick<Cardinalities, 'campaignsPerPage'>,
): number {
  if (isEmptyFilter(filter)) return 0;
  return Math.min(first ?? DEFAULT_CAMPAIGNS, filter?.ids?.length ?? Infinity, campaignsPerPage);
}

/** Most rows of a page of interactions; null where the filter matches nothing, so that no list is asked for. */
export function interactionRows({ first, filter }: CampaignInteractionsArgs): number | null {
  // A plan is kept for other requests, whose times differ.
  const withoutTimes = { ...filter, createdAfter: null, createdBefore: null };
  return matchesNothing(withoutTimes) ? null : (first ?? DEFAULT_INTERACTIONS);
}
