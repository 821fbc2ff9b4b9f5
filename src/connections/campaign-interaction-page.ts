import type {
  CampaignInteractionList,
  CampaignInteractionRecord,
} from '../datasources/campaign-interactions.ts';
import { type InteractionOrder, type InteractionPlace, interactionCursor } from './cursor.ts';

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

/** Interactions in this order. Requests share lists, so each list is sorted only once per order. */
export function inOrder(
  list: CampaignInteractionList,
  order: InteractionOrder,
): readonly CampaignInteractionRecord[] {
  return list.arranged(order, (interactions) =>
    interactions
      .map((interaction) => ({ interaction, place: cursorPlaceOf(interaction, order) }))
      .toSorted((a, b) => comparePlaces(a.place, b.place))
      .map(({ interaction }) => interaction),
  );
}

export function cursorPlaceOf(
  interaction: CampaignInteractionRecord,
  order: InteractionOrder,
): InteractionPlace {
  return { order, creationTimeMs: interaction.creationTimeMs, id: interaction.id };
}

/** Compares by creation time, null last in either order; ties by id, which makes the order total. */
export function comparePlaces(a: InteractionPlace, b: InteractionPlace): number {
  if (a.creationTimeMs !== b.creationTimeMs) {
    if (a.creationTimeMs === null) return 1;
    if (b.creationTimeMs === null) return -1;
    const difference = a.creationTimeMs - b.creationTimeMs;
    return a.order === 'CREATION_TIME_DESC' ? -difference : difference;
  }
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
