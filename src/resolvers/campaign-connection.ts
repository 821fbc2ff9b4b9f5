import { type GraphQLResolveInfo, responsePathAsArray } from 'graphql';
import type { GatewayContext } from '../context.ts';
import { LISTING_START } from '../loading/campaign-place.ts';
import type { QueryCampaignsArgs } from '../generated/resolvers.ts';
import { parseCampaignCursor } from '../connections/cursor.ts';
import { selectionTreeBelow } from '../lookahead/selection-tree.ts';
import { prefetch } from '../lookahead/prefetch.ts';
import { endWith, fieldTrace, rowsPosition } from '../lookahead/traced-fields.ts';
import {
  campaignFilterKey,
  CampaignPage,
  DEFAULT_CAMPAIGNS,
  isEmptyFilter,
} from '../connections/campaign-page.ts';

/** The arguments have been checked (use-argument-rules.ts). */
export async function campaignConnection(
  args: QueryCampaignsArgs,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<CampaignPage> {
  const { sources, problems } = context;
  const filter = args.filter ?? {};
  const first = args.first ?? DEFAULT_CAMPAIGNS;
  const place = (args.after == null ? null : parseCampaignCursor(args.after)) ?? LISTING_START;
  const slice = (count: number) => {
    const field = fieldTrace(info, context);
    return endWith(field, sources.campaignListing.slice(filter, place, count, field));
  };
  const key = campaignFilterKey(filter);
  const empty = { rows: [], from: place.from, total: null };

  if (isEmptyFilter(filter)) {
    return new CampaignPage(empty, key, () => Promise.resolve({ total: 0, hasMore: false }));
  }
  if (first === 0) {
    return new CampaignPage(empty, key, () =>
      slice(1).then(({ rows, total, hasMore }) => ({ total, hasMore: hasMore || rows.length > 0 })),
    );
  }
  const found = await slice(first);
  for (const { fault, answer } of found.faults) {
    problems.push({
      reason: answer.fault(fault),
      type: 'Campaign',
      ids: [],
      path: responsePathAsArray(info.path),
    });
  }
  const page = new CampaignPage(found, key, () => Promise.resolve(found));
  const tree = selectionTreeBelow(info, 'Campaign', [['nodes'], ['edges', 'node']]);
  if (tree !== null) await prefetch(tree, page.nodes, context, rowsPosition(info, context));
  return page;
}
