import { MAX_CAMPAIGN_PAGE } from '../datasources/campaign-pages.ts';
import { type CampaignPlace, placeAfter, placeAfterOwn } from './campaign-place.ts';
import type { ListedCampaigns } from './listed-campaigns.ts';

/**
 * Position at which a slice begins; it has been read then, as far as the listing has it. Nothing is read but its pages, unless
 * campaigns were created or deleted since its place was given: then one page before or after them is, and one more to fill the
 * slice. So a slice takes three pages of the upstream at the most, while these have the size that was asked for.
 */
export async function beginningOf(
  listed: ListedCampaigns,
  place: CampaignPlace,
  count: number,
): Promise<number> {
  const { from, anchor } = place;
  if (anchor === null) {
    await listed.read(from, from + count);
    return from;
  }
  const isAnchorRead = pageSizeCovering(from - 1, count + 1) !== null;
  await listed.read(isAnchorRead ? from - 1 : from, from + count);
  const expected = from - 1;
  // The anchor stands on the page before, where nothing has changed, and the number of campaigns tells that.
  const isAsBefore = (listed.span?.first ?? from) === from && listed.total === place.total;
  if (!isAnchorRead && isAsBefore && placeAfterOwn(listed.placed(), anchor) === null) return from;
  let found = placeAfter(listed.placed(), anchor, { expected, isFinal: false });
  const isElsewhere = typeof found !== 'number';
  if (isElsewhere) {
    const hasGrown = (listed.total ?? 0) > (place.total ?? 0);
    const isLater = found === 'later' || (found === null && hasGrown);
    if (isLater) await listed.readAfter();
    else await listed.readBefore(from);
    found = placeAfter(listed.placed(), anchor, { expected, isFinal: true });
  }
  const { first, end } = listed.span ?? { first: from, end: from };
  const begin =
    typeof found === 'number'
      ? found
      : found === 'earlier'
        ? first
        : found === 'later'
          ? end
          : Math.min(from - 1, end);
  const spansTwo = !isAnchorRead && pageSizeCovering(from, count) === null;
  // A shorter page rather than a fourth call.
  if (!spansTwo || !isElsewhere) await listed.read(begin, begin + count);
  return begin;
}

/** Size of a page for a slice: one that has the slice's anchor as well, if there is one. */
export function pageSizeFor({ from, anchor }: CampaignPlace, count: number): number {
  const withAnchor = anchor === null ? null : pageSizeCovering(from - 1, count + 1);
  return withAnchor ?? pageSizeCovering(from, count) ?? count;
}

/**
 * Pages are numbered by the upstream, so a slice that does not begin at a multiple of its length needs a larger page to fit
 * into one call. Null when no page covers it; then two of its length do.
 */
function pageSizeCovering(from: number, count: number): number | null {
  for (let size = count; size <= MAX_CAMPAIGN_PAGE; size += 1) {
    if (Math.floor((from + count - 1) / size) === Math.floor(from / size)) return size;
  }
  return null;
}
