import type { Models } from 'purecloud-platform-client-v2';
import type { UpstreamRequest } from '../upstream/request.ts';
import { campaigns } from './campaigns.ts';
import { isObject } from './wire/wire-record.ts';

/** Largest page that the upstream gives. */
export const MAX_CAMPAIGN_PAGE = 100;

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

/** Total of the listing, null if not given, and whether rows follow place `end`. The page's own rows end at `seen`. */
export function beyondPage(
  body: unknown,
  end: number,
  seen: number,
): { readonly total: number | null; readonly hasMore: boolean } {
  const {
    total,
    nextUri,
    pageNumber,
    pageCount,
  }: Partial<Record<keyof Models.CampaignEntityListing, unknown>> = isObject(body) ? body : {};
  const saysNext =
    typeof nextUri === 'string' || (Number.isInteger(pageCount) && Number(pageCount) > Number(pageNumber));
  return typeof total === 'number' && Number.isInteger(total) && total >= 0
    ? { total, hasMore: end < total }
    : { total: null, hasMore: end < seen || saysNext };
}
