import { createHash } from 'node:crypto';
import type { CampaignFilter } from '../datasources/campaign-pages.ts';
import type { CampaignSlice } from '../loading/campaign-listing.ts';
import { campaignCursor, type CampaignPlace } from './cursor.ts';

export const DEFAULT_CAMPAIGNS = 25;

export class CampaignPage {
  readonly #rows: CampaignSlice['rows'];
  readonly #from: number;
  readonly #first: number;
  readonly #filter: string;
  /** Figures of the whole listing. A function, because a page of no rows costs no call unless they are selected. */
  readonly beyond: () => Promise<{ total: number | null; hasMore: boolean }>;

  constructor(
    rows: CampaignSlice['rows'],
    { from, filter, first }: CampaignPlace & { readonly first: number },
    beyond: CampaignPage['beyond'],
  ) {
    this.#rows = rows;
    this.#from = from;
    this.#first = first;
    this.#filter = filter;
    this.beyond = beyond;
  }

  get nodes() {
    return this.#rows.map(({ campaign }) => campaign);
  }

  get edges() {
    return this.#rows.map(({ at, campaign }) => ({ cursor: this.#cursorAt(at + 1), node: campaign }));
  }

  async pageInfo() {
    const { hasMore } = await this.beyond();
    const start = this.#rows[0]?.at;
    // The end cursor is after rows that were left out at the end, or clients would never get past them.
    const end = hasMore && this.#first > 0 ? this.#from + this.#first - 1 : this.#rows.at(-1)?.at;
    return {
      hasNextPage: hasMore,
      hasPreviousPage: this.#from > 0,
      startCursor: start === undefined ? null : this.#cursorAt(start + 1),
      endCursor: end === undefined ? null : this.#cursorAt(end + 1),
    };
  }

  #cursorAt(from: number): string {
    return campaignCursor({ from, filter: this.#filter });
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
