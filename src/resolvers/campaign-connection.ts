import { createHash } from 'node:crypto';
import { type GraphQLResolveInfo, responsePathAsArray } from 'graphql';
import type { GatewayContext } from '../context.ts';
import type { CampaignStretch } from '../datasources/campaign-listing.ts';
import type { CampaignFilter, QueryCampaignsArgs } from '../generated/resolvers.ts';
import { campaignCursor, parseCampaignCursor } from './cursor.ts';

const DEFAULT_FIRST = 25;

type Stretch = Pick<CampaignStretch, 'rows' | 'total' | 'hasMore'>;

/** One page of campaigns. */
export class CampaignPage {
  readonly #rows: CampaignStretch['rows'];
  readonly #from: number;
  readonly #filter: string;
  /** What is known of the listing beyond the rows; asked for only by those who want it, for a page of none costs no call. */
  readonly beyond: () => Promise<{ total: number | null; hasMore: boolean }>;

  constructor(rows: CampaignStretch['rows'], from: number, filter: string, beyond: CampaignPage['beyond']) {
    this.#rows = rows;
    this.#from = from;
    this.#filter = filter;
    this.beyond = beyond;
  }

  get nodes() {
    return this.#rows.map(({ campaign }) => campaign);
  }

  get edges() {
    return this.#rows.map(({ at, campaign }) => ({ cursor: this.#cursorAfter(at), node: campaign }));
  }

  async pageInfo() {
    const first = this.#rows[0];
    const last = this.#rows.at(-1);
    return {
      hasNextPage: (await this.beyond()).hasMore,
      hasPreviousPage: this.#from > 0,
      startCursor: first === undefined ? null : this.#cursorAfter(first.at),
      endCursor: last === undefined ? null : this.#cursorAfter(last.at),
    };
  }

  #cursorAfter(at: number): string {
    return campaignCursor({ from: at + 1, filter: this.#filter });
  }
}

/** The arguments have been checked (use-argument-rules.ts). */
export async function campaignConnection(
  args: QueryCampaignsArgs,
  { sources, problems }: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<CampaignPage> {
  const filter = args.filter ?? {};
  const first = args.first ?? DEFAULT_FIRST;
  const from = args.after == null ? 0 : (parseCampaignCursor(args.after)?.from ?? 0);
  const stretch = (count: number) => sources.campaignListing.stretch(filter, from, count);
  const page = (rows: Stretch['rows'], beyond: CampaignPage['beyond']) =>
    new CampaignPage(rows, from, campaignFilterKey(filter), beyond);

  if (filter.ids?.length === 0 || filter.divisionIds?.length === 0) {
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
  return page(rows, () => Promise.resolve({ total, hasMore }));
}

/** Tells filters apart: a place in the upstream's numbering means nothing under another one. */
export function campaignFilterKey(filter: CampaignFilter | null | undefined): string {
  const { name, ids, divisionIds, contactListId, queueId } = filter ?? {};
  const conditions = [name || null, ids ?? null, divisionIds ?? null, contactListId ?? null, queueId ?? null];
  return createHash('sha256').update(JSON.stringify(conditions)).digest('base64url').slice(0, 12);
}
