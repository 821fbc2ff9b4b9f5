import type { UpstreamRequest } from '../upstream/request.ts';
import { campaigns } from './campaigns.ts';
import { type ListingEnvelope, saysNext, smallerPageSize } from './listing-envelope.ts';

/** Largest page that the upstream gives. */
export const MAX_CAMPAIGN_PAGE = 100;

/**
 * Most pages of the upstream for a page after a cursor, while the upstream gives the size that it is asked for: two that the rows
 * may span, or the one before or after them as well, where campaigns were created or deleted meanwhile.
 */
export const MAX_PAGES_AFTER_CURSOR = 3;

/** Conditions on campaigns, all of which must hold. Null or absent is no condition; an empty list matches nothing. */
export interface CampaignFilter {
  /** Prefix of the name, as the upstream compares it. */
  readonly name?: string | null;
  readonly ids?: readonly string[] | null;
  readonly divisionIds?: readonly string[] | null;
  readonly contactListId?: string | null;
  readonly queueId?: string | null;
}

/** Page of the listing, which is sorted by name. */
export interface CampaignPageKey {
  readonly filter: CampaignFilter;
  readonly size: number;
  /** Counted from 1. */
  readonly number: number;
}

export function campaignPageRequest({ filter, size, number }: CampaignPageKey): UpstreamRequest {
  const { name, ids, divisionIds, contactListId, queueId } = filter;
  const query: [string, string][] = [
    ['pageSize', String(size)],
    ['pageNumber', String(number)],
    ['sortBy', 'name'],
    ['sortOrder', 'ascending'],
  ];
  if (name) query.push(['name', name], ['filterType', 'Prefix']);
  for (const id of new Set(ids)) query.push(['id', id]);
  for (const id of new Set(divisionIds)) query.push(['divisionId', id]);
  if (contactListId != null) query.push(['contactListId', contactListId]);
  if (queueId != null) query.push(['distributionQueueId', queueId]);
  const { name: resource, permissions } = campaigns;
  const path = '/api/v2/outbound/campaigns';
  return { resource, permissions, keys: ids?.length ?? 0, method: 'GET', path, query, isList: true };
}

/** Size of the pages that the upstream gives, by one with these rows; smaller than the one asked for when it caps them. */
export function givenPageSize(
  envelope: ListingEnvelope,
  { size, number }: Pick<CampaignPageKey, 'size' | 'number'>,
  rows: number,
): number {
  const smaller = smallerPageSize(envelope, size);
  if (smaller !== null) return smaller;
  if (rows >= size || rows === 0 || typeof envelope.pageSize === 'number') return size;
  // A page that says no size and is not full, although it is not the last one, shows the size.
  const { total } = envelope;
  // With smaller pages, rows and total can add up by chance.
  const isLast =
    !saysNext(envelope, number) && (typeof total !== 'number' || (number - 1) * size + rows === total);
  return isLast ? size : rows;
}

/**
 * Total of the listing, null if not given, and whether rows follow place `end`, by the page with this number. The page's own
 * rows end at `seen`.
 */
export function beyondPage(
  envelope: ListingEnvelope,
  number: number,
  end: number,
  seen: number,
): { readonly total: number | null; readonly hasMore: boolean } {
  const { total } = envelope;
  const isTotal = typeof total === 'number' && Number.isInteger(total) && total >= 0;
  const hasMore = end < (isTotal ? total : seen) || saysNext(envelope, number);
  return { total: isTotal ? total : null, hasMore };
}
