import { type GraphQLResolveInfo, responsePathAsArray } from 'graphql';
import type { GatewayContext } from '../context.ts';
import type {
  CampaignInteractionList,
  CampaignInteractionRecord,
} from '../datasources/campaign-interactions.ts';
import { interactionMatcher, matchesNothing } from '../datasources/interaction-filter.ts';
import type { CampaignInteractionOrder, QueryCampaignInteractionsArgs } from '../generated/resolvers.ts';
import { type InteractionPlace, interactionCursor, parseInteractionCursor } from './cursor.ts';
import { levelBelow } from './levels.ts';
import { loadLevels } from './load-levels.ts';
import { endWith, fieldTrace, loadTraced, rowsPosition } from './traced-fields.ts';

export const DEFAULT_INTERACTIONS = 100;
export const MAX_INTERACTIONS = 1000;
export const DEFAULT_ORDER: CampaignInteractionOrder = 'CREATION_TIME_ASC';

type Args = Omit<QueryCampaignInteractionsArgs, 'campaignId'>;

/** One page of a campaign's interactions; what the list as a whole is like is known at once, for the upstream gave all of it. */
export class CampaignInteractionPage {
  readonly nodes: CampaignInteractionRecord[];
  readonly totalCount: number;
  readonly observedAt: string;
  readonly #order: CampaignInteractionOrder;
  readonly #start: number;

  /** `start` is where the page begins among those that match, in order. */
  constructor(
    matching: readonly CampaignInteractionRecord[],
    order: CampaignInteractionOrder,
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
    return interactionCursor(placeOf(interaction, this.#order));
  }
}

/** Null when the upstream does not know the campaign. The arguments have been checked (use-argument-rules.ts). */
export async function campaignInteractionConnection(
  campaignId: string,
  args: Args,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<CampaignInteractionPage | null> {
  const filter = args.filter ?? {};
  const order = args.orderBy ?? DEFAULT_ORDER;
  const first = args.first ?? DEFAULT_INTERACTIONS;
  if (matchesNothing(filter)) return new CampaignInteractionPage([], order, 0, first, Date.now());

  const list = await interactionsOf(campaignId, args.maxAgeMs ?? Infinity, context, info);
  if (list === null) return null;
  const matches = interactionMatcher(filter);
  const matching = inOrder(list, order).filter(matches);
  const after = args.after == null ? null : parseInteractionCursor(args.after);
  const isPassed = (interaction: CampaignInteractionRecord) =>
    after !== null && comparePlaces(placeOf(interaction, order), after) <= 0;
  const start = after === null ? 0 : matching.filter(isPassed).length;
  const { receivedAtMs } = list.origin.answer;
  const page = new CampaignInteractionPage(matching, order, start, first, receivedAtMs);
  const level = levelBelow(info, 'CampaignInteraction', [['nodes'], ['edges', 'node']]);
  if (level !== null) await loadLevels(level, page.nodes, context, rowsPosition(info, context));
  return page;
}

/** Requests share lists, of which each is sorted only once. */
function inOrder(
  list: CampaignInteractionList,
  order: CampaignInteractionOrder,
): readonly CampaignInteractionRecord[] {
  return list.arranged(order, (interactions) =>
    interactions
      .map((interaction) => ({ interaction, place: placeOf(interaction, order) }))
      .toSorted((a, b) => comparePlaces(a.place, b.place))
      .map(({ interaction }) => interaction),
  );
}

/** Null when the upstream does not know the campaign, or the campaign does not have the interaction at the moment. */
export async function campaignInteractionNamed(
  campaignId: string,
  id: string,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<CampaignInteractionRecord | null> {
  const list = await interactionsOf(campaignId, Infinity, context, info);
  const named = list?.interactions.find((interaction) => interaction.id === id) ?? null;
  loadTraced(named, info, context);
  return named;
}

/** The campaign's interactions; what had to be left out of them is told to the client. */
async function interactionsOf(
  campaignId: string,
  maxAgeMs: number,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<CampaignInteractionList | null> {
  const { sources, problems } = context;
  const field = fieldTrace(info, context);
  const list = await endWith(field, sources.campaignInteractions.load(campaignId, [], maxAgeMs, field));
  if (list === null) return null;
  const { answer } = list.origin;
  const type = 'CampaignInteraction';
  for (const fault of list.faults) {
    problems.push({ reason: answer.fault(fault), type, ids: [], path: responsePathAsArray(info.path) });
  }
  return list;
}

function placeOf(interaction: CampaignInteractionRecord, order: CampaignInteractionOrder): InteractionPlace {
  return { order, creationTimeMs: interaction.creationTimeMs, id: interaction.id };
}

/** By creation time, those without one last in either order; ties by id, which is what makes the order total. */
function comparePlaces(a: InteractionPlace, b: InteractionPlace): number {
  if (a.creationTimeMs !== b.creationTimeMs) {
    if (a.creationTimeMs === null) return 1;
    if (b.creationTimeMs === null) return -1;
    const difference = a.creationTimeMs - b.creationTimeMs;
    return a.order === 'CREATION_TIME_DESC' ? -difference : difference;
  }
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
