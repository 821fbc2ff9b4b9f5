import { type GraphQLResolveInfo, responsePathAsArray } from 'graphql';
import type { GatewayContext } from '../context.ts';
import type { CampaignStretch } from '../loading/campaign-listing.ts';
import type { QueryCampaignsArgs } from '../generated/resolvers.ts';
import { parseCampaignCursor } from '../connections/cursor.ts';
import { levelBelow } from '../lookahead/selection-tree.ts';
import { loadLevels } from '../lookahead/prefetch.ts';
import { endWith, fieldTrace, rowsPosition } from '../lookahead/traced-fields.ts';
import {
  campaignFilterKey,
  CampaignPage,
  DEFAULT_CAMPAIGNS,
  isEmptyFilter,
} from '../connections/campaign-page.ts';

type Stretch = Pick<CampaignStretch, 'rows' | 'total' | 'hasMore'>;

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
  const stretch = (count: number) => {
    const field = fieldTrace(info, context);
    return endWith(field, sources.campaignListing.stretch(filter, from, count, field));
  };
  const page = (rows: Stretch['rows'], beyond: CampaignPage['beyond']) =>
    new CampaignPage(rows, { from, first, filter: campaignFilterKey(filter) }, beyond);

  if (isEmptyFilter(filter)) {
    return page([], () => Promise.resolve({ total: 0, hasMore: false }));
  }
  if (first === 0) {
    return page([], () =>
      stretch(1).then(({ rows, total, hasMore }) => ({ total, hasMore: hasMore || rows.length > 0 })),
    );
  }
  const { rows, total, hasMore, faults } = await stretch(first);
  for (const { fault, answer } of faults) {
    problems.push({
      reason: answer.fault(fault),
      type: 'Campaign',
      ids: [],
      path: responsePathAsArray(info.path),
    });
  }
  const found = page(rows, () => Promise.resolve({ total, hasMore }));
  const level = levelBelow(info, 'Campaign', [['nodes'], ['edges', 'node']]);
  if (level !== null) await loadLevels(level, found.nodes, context, rowsPosition(info, context));
  return found;
}
