import { createHash } from 'node:crypto';
import { type GraphQLResolveInfo, responsePathAsArray } from 'graphql';
import type { GatewayContext } from '../context.ts';
import type { CampaignStretch } from '../datasources/campaign-listing.ts';
import type { CampaignFilter, QueryCampaignsArgs } from '../generated/resolvers.ts';
import { campaignCursor, type CampaignPlace, parseCampaignCursor } from './cursor.ts';
import { levelBelow } from './levels.ts';
import { loadLevels } from './load-levels.ts';
import { endWith, fieldTrace, rowsPosition } from './traced-fields.ts';

export const DEFAULT_CAMPAIGNS = 25;

type Stretch = Pick<CampaignStretch, 'rows' | 'total' | 'hasMore'>;

/** One page of campaigns. */
export class CampaignPage {
  readonly #rows: CampaignStretch['rows'];
  readonly #from: number;
  readonly #first: number;
  readonly #filter: string;
  /** What is known of the listing beyond the rows; asked for only by those who want it, for a page of none costs no call. */
  readonly beyond: () => Promise<{ total: number | null; hasMore: boolean }>;

  constructor(
    rows: CampaignStretch['rows'],
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
    // Rows at the end that had to be left out are behind a client that goes on, or it would never get past them.
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

/** Whether it is known, without asking the upstream, that nothing matches. */
export function isEmptyFilter(filter: CampaignFilter | null | undefined): boolean {
  return filter?.ids?.length === 0 || filter?.divisionIds?.length === 0;
}

/** Tells filters apart: a place in the upstream's numbering means nothing under another one. */
export function campaignFilterKey(filter: CampaignFilter | null | undefined): string {
  const { name, ids, divisionIds, contactListId, queueId } = filter ?? {};
  const conditions = [name || null, ids ?? null, divisionIds ?? null, contactListId ?? null, queueId ?? null];
  return createHash('sha256').update(JSON.stringify(conditions)).digest('base64url').slice(0, 12);
}
