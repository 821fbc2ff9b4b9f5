import type { Requirement } from '../lookahead/selection-tree.ts';
import {
  type Cardinalities,
  type CardinalityName,
  type DeclaredCardinalities,
  isCardinality,
} from '../config/cardinalities.ts';
import { matchesNothing } from '../datasources/interaction-filter.ts';
import type { CampaignInteractionsArgs, QueryCampaignsArgs } from '../generated/resolvers.ts';
import { DEFAULT_CAMPAIGNS, isEmptyFilter } from '../connections/campaign-page.ts';
import { DEFAULT_INTERACTIONS } from '../connections/campaign-interaction-page.ts';

/** Counts of the objects at one lookahead node. */
export interface Objects {
  /** Number of lists that the objects are in. Each list makes its own calls. */
  readonly lists: number;
  /** Number of distinct objects in each list. */
  readonly perList: number;
  /** Number of campaigns among them that a node above has loaded, with their lists of interactions. */
  readonly loadedAbove: number;
  /** Number of lists of the upstream that are merged in each list. */
  readonly together: number;
  /** Name of the resource that the objects were loaded from; null for references. */
  readonly loadedFrom: string | null;
  readonly areNameless: boolean;
  /** True for interactions, and objects below them, whose campaign has been loaded. */
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

/** Field that refers to the campaign of the list, and seldom to another one. */
const OWN_CAMPAIGN = 'CampaignInteraction.campaign';

/** Cardinalities by the place that they count at. */
export interface CountedPlaces {
  /** Number of objects that a field returns for each object. */
  readonly perObject: ReadonlyMap<string, CardinalityName>;
  /** Number of distinct objects that the objects of a list refer to, by field or else by type. */
  readonly perList: ReadonlyMap<string, CardinalityName>;
}

export function countedPlacesOf(declared: DeclaredCardinalities): CountedPlaces {
  const perObject = new Map<string, CardinalityName>();
  const perList = new Map<string, CardinalityName>();
  for (const [name, { perObject: field, perList: place }] of Object.entries(declared)) {
    if (!isCardinality(name, declared)) continue;
    if (field !== undefined) perObject.set(field, name);
    if (place !== undefined) perList.set(place, name);
  }
  return { perObject, perList };
}

/** Fields whose references have an id, but no name; the vendor is known to leave out the last two. */
const nameless: ReadonlySet<string> = new Set([
  'Contact.contactList',
  'Participant.user',
  'User.division',
  'User.manager',
]);

/** Numbers from which a field's objects are counted. */
export interface FieldCounts {
  readonly cardinalities: Cardinalities;
  readonly places: CountedPlaces;
  /** Number of objects that the field returns for each object if no cardinality names it. */
  readonly length: number;
}

/** Counts of the objects that a field returns for these objects. */
export function objectsAt(
  type: string,
  field: string,
  typeBelow: string,
  objects: Objects,
  { cardinalities, places, length }: FieldCounts,
): Objects {
  const place = `${type}.${field}`;
  const factor = places.perObject.get(place);
  const most = places.perList.get(place) ?? places.perList.get(typeBelow);
  const count = objects.perList * (factor === undefined ? length : cardinalities[factor]);
  const distinct = most === undefined ? count : Math.min(count, cardinalities[most] * objects.together);
  // The cardinality counts the list's own campaign. A few rows can all refer to others.
  const otherCampaigns = Math.min(count, (cardinalities.campaignsPerList - 1) * objects.together);
  return {
    ...objects,
    perList: distinct,
    loadedAbove: place === OWN_CAMPAIGN && objects.isCampaignLoaded ? distinct - otherCampaigns : 0,
    loadedFrom: null,
    areNameless: nameless.has(place),
  };
}

/** Objects whose own row has to be loaded. Objects that they refer to are counted separately. */
export function notLoadedAbove(objects: Objects): Objects {
  return { ...objects, perList: objects.perList - objects.loadedAbove };
}

/** Number of objects in each list that the requirement has to be loaded for. */
export function needyOf(
  { unlessNamed }: Pick<Requirement, 'unlessNamed'>,
  { perList: count, areNameless, together }: Objects,
  { namelessPerList }: Cardinalities,
): number {
  return unlessNamed && !areNameless ? Math.min(count, namelessPerList * together) : count;
}

/** Maximum rows of a page of campaigns. */
export function campaignRows(
  { first, filter }: QueryCampaignsArgs,
  { campaignsPerPage }: Pick<Cardinalities, 'campaignsPerPage'>,
): number {
  if (isEmptyFilter(filter)) return 0;
  return Math.min(first ?? DEFAULT_CAMPAIGNS, filter?.ids?.length ?? Infinity, campaignsPerPage);
}

/** Maximum rows of a page of interactions; null when the filter matches nothing, so that no list is requested. */
export function interactionRows({ first, filter }: CampaignInteractionsArgs): number | null {
  // A plan is reused for other requests, whose times differ.
  const withoutTimes = { ...filter, createdAfter: null, createdBefore: null };
  return matchesNothing(withoutTimes) ? null : (first ?? DEFAULT_INTERACTIONS);
}
