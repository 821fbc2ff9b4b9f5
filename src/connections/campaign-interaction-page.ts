import { createHash } from 'node:crypto';
import type {
  CampaignInteractionList,
  CampaignInteractionRecord,
} from '../datasources/campaign-interactions.ts';
import { filteredInSlices, mappedInSlices, sortedInSlices } from '../lib/in-slices.ts';
import type { Slices } from '../lib/slices.ts';
import { ID_IN_CURSOR, type InteractionOrder, type InteractionPlace, interactionCursor } from './cursor.ts';

export const DEFAULT_INTERACTIONS = 100;
export const MAX_INTERACTIONS = 1000;
export const DEFAULT_ORDER: InteractionOrder = 'CREATION_TIME_ASC';

/** One page of a campaign's interactions. The total is known without a call, because the upstream gave the whole list. */
export class CampaignInteractionPage {
  readonly nodes: CampaignInteractionRecord[];
  readonly totalCount: number;
  readonly observedAt: string;
  readonly #order: InteractionOrder;
  readonly #start: number;

  /** `start` is the index of the page's first interaction in `matching`. */
  constructor(
    matching: readonly CampaignInteractionRecord[],
    order: InteractionOrder,
    start: number,
    first: number,
    observedAtMs: number,
  ) {
    this.nodes = matching.slice(start, start + first);
    this.totalCount = matching.length;
    this.observedAt = new Date(observedAtMs).toISOString();
    this.#order = order;
    this.#start = start;
  }

  get edges() {
    return this.nodes.map((node) => ({ cursor: this.#cursorOf(node), node }));
  }

  get pageInfo() {
    const [first] = this.nodes;
    const last = this.nodes.at(-1);
    return {
      hasNextPage: this.#start + this.nodes.length < this.totalCount,
      hasPreviousPage: this.#start > 0,
      startCursor: first === undefined ? null : this.#cursorOf(first),
      endCursor: last === undefined ? null : this.#cursorOf(last),
    };
  }

  #cursorOf(interaction: CampaignInteractionRecord): string {
    return interactionCursor(cursorPlaceOf(interaction, this.#order));
  }
}

/** Number of interactions from which a list is arranged and searched in slices: it takes some milliseconds. */
const MANY = 5000;

type Matches = (interaction: CampaignInteractionRecord) => boolean;

/**
 * Interactions that match, in this order. Requests share lists, so each list is sorted only once per order. A promise for a
 * long list only.
 *
 * @param slices Called for a long list.
 */
export function matchingInOrder(
  list: CampaignInteractionList,
  order: InteractionOrder,
  matches: Matches,
  slices: () => Slices,
): readonly CampaignInteractionRecord[] | Promise<readonly CampaignInteractionRecord[]> {
  if (list.interactions.length > MANY) return matchingInSlices(list, order, matches, slices());
  const sorted = list.arranged(order, (interactions) =>
    interactions
      .map((interaction) => placed(interaction, order))
      .toSorted(comparePlaced)
      .map(({ interaction }) => interaction),
  );
  return sorted.filter(matches);
}

async function matchingInSlices(
  list: CampaignInteractionList,
  order: InteractionOrder,
  matches: Matches,
  slices: Slices,
): Promise<readonly CampaignInteractionRecord[]> {
  const sorted = await list.arrangedInSlices(order, async (interactions) => {
    const places = await mappedInSlices(interactions, (interaction) => placed(interaction, order), slices);
    const inOrder = await sortedInSlices(places, comparePlaced, slices);
    return mappedInSlices(inOrder, ({ interaction }) => interaction, slices);
  });
  return filteredInSlices(sorted, matches, slices);
}

interface PlacedInteraction {
  readonly interaction: CampaignInteractionRecord;
  readonly place: InteractionPlace;
}

function placed(interaction: CampaignInteractionRecord, order: InteractionOrder): PlacedInteraction {
  return { interaction, place: cursorPlaceOf(interaction, order) };
}

function comparePlaced(a: PlacedInteraction, b: PlacedInteraction): number {
  return comparePlaces(a.place, b.place);
}

/** Number of interactions, sorted in the cursor's order, that are before its place or at it. */
export function numberUpTo(sorted: readonly CampaignInteractionRecord[], cursor: InteractionPlace): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const interaction = sorted[middle];
    const isPassed =
      interaction !== undefined && comparePlaces(cursorPlaceOf(interaction, cursor.order), cursor) <= 0;
    if (isPassed) low = middle + 1;
    else high = middle;
  }
  return low;
}

function cursorPlaceOf(interaction: CampaignInteractionRecord, order: InteractionOrder): InteractionPlace {
  const { id, creationTimeMs } = interaction;
  return { order, creationTimeMs, id: id.length > ID_IN_CURSOR ? shortened(id) : id };
}

/** Beginning of a long id with a digest of the whole: ids stay apart, and in the order of their beginnings. */
function shortened(id: string): string {
  return id.slice(0, ID_IN_CURSOR) + createHash('sha256').update(id).digest('base64url').slice(0, 16);
}

/** Compares by creation time, null last in either order; ties by id, which makes the order total. */
function comparePlaces(a: InteractionPlace, b: InteractionPlace): number {
  if (a.creationTimeMs !== b.creationTimeMs) {
    if (a.creationTimeMs === null) return 1;
    if (b.creationTimeMs === null) return -1;
    const difference = a.creationTimeMs - b.creationTimeMs;
    return a.order === 'CREATION_TIME_DESC' ? -difference : difference;
  }
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
