import { type GraphQLResolveInfo, responsePathAsArray } from 'graphql';
import type { GatewayContext } from '../context.ts';
import type {
  CampaignInteractionList,
  CampaignInteractionRecord,
} from '../datasources/campaign-interactions.ts';
import { interactionMatcher, matchesNothing } from '../datasources/interaction-filter.ts';
import type { QueryCampaignInteractionsArgs } from '../generated/resolvers.ts';
import { parseInteractionCursor } from '../connections/cursor.ts';
import { selectionTreeBelow } from '../lookahead/selection-tree.ts';
import { prefetch } from '../lookahead/prefetch.ts';
import { endWith, fieldTrace, loadTraced, rowsPosition } from '../lookahead/traced-fields.ts';
import {
  CampaignInteractionPage,
  DEFAULT_INTERACTIONS,
  DEFAULT_ORDER,
  matchingInOrder,
  numberUpTo,
} from '../connections/campaign-interaction-page.ts';

type Args = Omit<QueryCampaignInteractionsArgs, 'campaignId'>;

/**
 * Page of a campaign's interactions. Null when the upstream does not know the campaign. The rows of a list mostly have the
 * same campaign, whose page is made once for all of them. The arguments have been checked (use-argument-rules.ts).
 */
export function campaignInteractionConnection(
  campaignId: string,
  args: Args,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<CampaignInteractionPage | null> {
  // The executor makes arguments once per execution and position.
  let ofCampaigns = context.interactionPages.get(args);
  if (ofCampaigns === undefined) {
    ofCampaigns = new Map();
    context.interactionPages.set(args, ofCampaigns);
  }
  let page = ofCampaigns.get(campaignId);
  if (page === undefined) {
    page = pageOf(campaignId, args, context, info);
    ofCampaigns.set(campaignId, page);
  }
  return page;
}

async function pageOf(
  campaignId: string,
  args: Args,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<CampaignInteractionPage | null> {
  const filter = args.filter ?? {};
  const order = args.orderBy ?? DEFAULT_ORDER;
  const first = args.first ?? DEFAULT_INTERACTIONS;
  if (matchesNothing(filter)) {
    return new CampaignInteractionPage([], order, 0, first, context.clock.epochMs());
  }

  const list = await interactionsOf(campaignId, args.maxAgeMs ?? Infinity, context, info);
  if (list === null) return null;
  // Many lists can come at once, and each takes some milliseconds.
  if (context.work.isDue(isOnlyPage(context))) await context.work.turn();
  const matches = interactionMatcher(filter);
  const matchingOrLater = matchingInOrder(list, order, matches, () => context.work.slices());
  const matching = matchingOrLater instanceof Promise ? await matchingOrLater : matchingOrLater;
  const after = args.after == null ? null : parseInteractionCursor(args.after);
  const start = after === null ? 0 : numberUpTo(matching, after);
  const { receivedAtMs } = list.origin.answer;
  const page = new CampaignInteractionPage(matching, order, start, first, receivedAtMs);
  const tree = selectionTreeBelow(info, 'CampaignInteraction', [['nodes'], ['edges', 'node']]);
  if (tree !== null) await prefetch(tree, page.nodes, context, rowsPosition(info, context));
  return page;
}

/** True when a request has asked for one page so far, as most do. */
function isOnlyPage({ interactionPages }: GatewayContext): boolean {
  const [ofCampaigns] = interactionPages.values();
  return interactionPages.size === 1 && ofCampaigns?.size === 1;
}

/** Null when the upstream does not know the campaign, or the campaign currently lacks the interaction. */
export async function campaignInteractionNamed(
  campaignId: string,
  id: string,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<CampaignInteractionRecord | null> {
  const list = await interactionsOf(campaignId, Infinity, context, info);
  const named = list?.named(id) ?? null;
  loadTraced(named, info, context);
  return named;
}

/** Interactions of a campaign. Rows that had to be left out are noted as problems for the client. */
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
