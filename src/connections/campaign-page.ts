import { createHash } from 'node:crypto';
import type { CampaignFilter } from '../datasources/campaign-pages.ts';
import type { CampaignSlice } from '../loading/campaign-listing.ts';
import { anchorOfCampaign } from '../loading/campaign-place.ts';
import { campaignCursor } from './cursor.ts';

export const DEFAULT_CAMPAIGNS = 25;

export class CampaignPage {
  readonly #slice: Pick<CampaignSlice, 'rows' | 'from' | 'total'> & Partial<Pick<CampaignSlice, 'end'>>;
  readonly #filter: string;
  /** Figures of the whole listing. A function, because a page of no rows costs no call unless they are selected. */
  readonly beyond: () => Promise<{ total: number | null; hasMore: boolean }>;

  /** @param slice rows of the page, and where they end, unless it is a page of none */
  constructor(
    slice: Pick<CampaignSlice, 'rows' | 'from' | 'total'> & Partial<Pick<CampaignSlice, 'end'>>,
    filter: string,
    beyond: CampaignPage['beyond'],
  ) {
    this.#slice = slice;
    this.#filter = filter;
    this.beyond = beyond;
  }

  get nodes() {
    return this.#slice.rows.map(({ campaign }) => campaign);
  }

  get edges() {
    return this.#slice.rows.map((row) => ({ cursor: this.#cursorAfter(row), node: row.campaign }));
  }

  async pageInfo() {
    const { hasMore } = await this.beyond();
    const { rows, from, end } = this.#slice;
    const last = rows.at(-1);
    const first = rows[0];
    // The end cursor is after rows that were left out at the end, or clients would never get past them.
    const afterLast = last === undefined ? null : this.#cursorAfter(last);
    return {
      hasNextPage: hasMore,
      hasPreviousPage: from > 0,
      startCursor: first === undefined ? null : this.#cursorAfter(first),
      endCursor: hasMore && end !== undefined ? this.#cursorAt(end) : afterLast,
    };
  }

  #cursorAfter({ at, campaign }: CampaignSlice['rows'][number]): string {
    return this.#cursorAt({ from: at + 1, anchor: anchorOfCampaign(campaign) });
  }

  #cursorAt(place: CampaignSlice['end']): string {
    return campaignCursor({ ...place, total: this.#slice.total, filter: this.#filter });
  }
}

/** True when a filter is known, without a call, to match nothing. */
export function isEmptyFilter(filter: CampaignFilter | null | undefined): boolean {
  return filter?.ids?.length === 0 || filter?.divisionIds?.length === 0;
}

/** Key of a filter, for cursors: a position in the upstream's listing means nothing under another filter. */
export function campaignFilterKey(filter: CampaignFilter | null | undefined): string {
  const { name, ids, divisionIds, contactListId, queueId } = filter ?? {};
  const conditions = [name || null, ids ?? null, divisionIds ?? null, contactListId ?? null, queueId ?? null];
  return createHash('sha256').update(JSON.stringify(conditions)).digest('base64url').slice(0, 12);
}
