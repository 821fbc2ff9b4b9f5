import { matchesNothing } from '../datasources/interaction-filter.ts';
import type { CampaignInteractionsArgs, QueryCampaignsArgs } from '../generated/resolvers.ts';
import type { Cardinalities } from '../config/cardinalities.ts';
import { DEFAULT_CAMPAIGNS, isEmptyFilter } from '../connections/campaign-page.ts';
import { DEFAULT_INTERACTIONS } from '../connections/campaign-interaction-page.ts';

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
