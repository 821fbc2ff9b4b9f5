import { type GraphQLResolveInfo, responsePathAsArray } from 'graphql';
import type { GatewayContext } from '../context.ts';
import type { CampaignSlice } from '../loading/campaign-listing.ts';
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

type Slice = Pick<CampaignSlice, 'rows' | 'total' | 'hasMore'>;

/** The arguments have been checked (use-argument-rules.ts). */
export async function campaignConnection(
  args: QueryCampaignsArgs,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<CampaignPage> {
  const { sources, problems } = context;
  const filter = args.filter ?? {};
  const first = args.first ?? DEFAULT_CAMPAIGNS;
  const from = args.after == null ? 0 : (parseCampaignCursor(args.after)?.from ?? 0);
  const slice = (count: number) => {
    const field = fieldTrace(info, context);
    return endWith(field, sources.campaignListing.slice(filter, from, count, field));
  };
  const page = (rows: Slice['rows'], beyond: CampaignPage['beyond']) =>
    new CampaignPage(rows, { from, first, filter: campaignFilterKey(filter) }, beyond);

  if (isEmptyFilter(filter)) {
    return page([], () => Promise.resolve({ total: 0, hasMore: false }));
  }
  if (first === 0) {
    return page([], () =>
      slice(1).then(({ rows, total, hasMore }) => ({ total, hasMore: hasMore || rows.length > 0 })),
    );
  }
  const { rows, total, hasMore, faults } = await slice(first);
  for (const { fault, answer } of faults) {
    problems.push({
      reason: answer.fault(fault),
      type: 'Campaign',
      ids: [],
      path: responsePathAsArray(info.path),
    });
  }
  const found = page(rows, () => Promise.resolve({ total, hasMore }));
  const tree = selectionTreeBelow(info, 'Campaign', [['nodes'], ['edges', 'node']]);
  if (tree !== null) await prefetch(tree, found.nodes, context, rowsPosition(info, context));
  return found;
}
