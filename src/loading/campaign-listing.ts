import DataLoader from 'dataloader';
import { UnknownValueError, UpstreamError } from '../errors.ts';
import { addWaiting, type FieldsWaiting, type FieldTrace } from '../upstream/trace.ts';
import type { AnswerFault, UpstreamAnswer, UpstreamRead } from '../upstream/answer.ts';
import {
  beyondPage,
  givenPageSize,
  type CampaignFilter,
  type CampaignPageKey,
  campaignPageRequest,
  MAX_CAMPAIGN_PAGE,
} from '../datasources/campaign-pages.ts';
import { type CampaignRecord, campaigns } from '../datasources/campaigns.ts';
import { answered, type EntityLoader, type LoaderContext } from './entity-loader.ts';
import { isObject } from '../datasources/wire/wire-record.ts';
import type { UpstreamReader } from '../upstream/call.ts';

/** A slice of the upstream's listing, which is sorted by name. */
export interface CampaignSlice {
  /** Campaigns, each with its position in the listing, counted from 0. */
  readonly rows: readonly { readonly at: number; readonly campaign: CampaignRecord }[];
  /** Number of campaigns that match; null when the upstream does not say. */
  readonly total: number | null;
  readonly hasMore: boolean;
  readonly faults: readonly { readonly fault: AnswerFault; readonly answer: UpstreamAnswer }[];
}

/** Lists campaigns for one request, from the upstream's pages. */
export class CampaignListing {
  #read: UpstreamReader;
  readonly #campaigns: EntityLoader<CampaignRecord>;
  #loader: DataLoader<CampaignPageKey, UpstreamRead, string> | undefined;
  /** Traced fields that wait for a page, by its cache key. */
  #waiting: Map<string, FieldsWaiting> | undefined;

  constructor({ read }: LoaderContext, byId: EntityLoader<CampaignRecord>) {
    this.#read = read;
    this.#campaigns = byId;
  }

  get #pages(): DataLoader<CampaignPageKey, UpstreamRead, string> {
    this.#loader ??= new DataLoader<CampaignPageKey, UpstreamRead, string>(
      (keys) =>
        Promise.all(
          keys.map((key) =>
            this.#read(campaignPageRequest(key), this.#waiting?.get(pageKeyOf(key)) ?? null).catch(failureOf),
          ),
        ),
      { cacheKeyFn: pageKeyOf },
    );
    return this.#loader;
  }

  /** Like `EntityLoader.release`. */
  release(): void {
    this.#read = answered.read;
    this.#loader = undefined;
    this.#waiting = undefined;
  }

  /**
   * Slice of `count` campaigns (1 to 100) from position `from` on, counted from 0. One call, or two when no single page of
   * the upstream covers the slice; more when the upstream gives smaller pages than it is asked for. Rejects with an
   * `UnknownValueError`, also when the budget ends before the slice.
   *
   * @param field Trace of the field that waits.
   */
  async slice(
    filter: CampaignFilter,
    from: number,
    count: number,
    field: FieldTrace | null = null,
  ): Promise<CampaignSlice> {
    const rows = new Map<string, { at: number; campaign: CampaignRecord }>();
    const faults: { fault: AnswerFault; answer: UpstreamAnswer }[] = [];
    let beyond: Pick<CampaignSlice, 'total' | 'hasMore'> = { total: null, hasMore: true };
    let size = pageSizeCovering(from, count);
    let next = from;
    while (next < from + count && beyond.hasMore) {
      const number = Math.floor(next / size) + 1;
      // oxlint-disable-next-line eslint/no-await-in-loop -- only a page tells whether there is another one
      const { body, answer } = await this.#load({ filter, size, number }, field);
      const page = campaigns.rows(body, []);
      if (page === null) throw failureOf(answer.fault('body'));
      // The upstream numbers pages by the size that it gives.
      size = givenPageSize(Object(body), { size, number }, page.length);
      const start = (number - 1) * size;
      const end = Math.min(from + count, start + size);
      for (const [offset, row] of page.slice(0, size).entries()) {
        const at = start + offset;
        if (at < next || at >= end) continue;
        const { id }: { id?: unknown } = isObject(row) ? row : {};
        if (!isObject(row) || typeof id !== 'string' || id === '') faults.push({ fault: 'row', answer });
        else if (!rows.has(id)) rows.set(id, { at, campaign: campaigns.entity(row, answer, id) });
      }
      beyond = beyondPage(Object(body), number, end, start + page.length);
      if (page.length === 0 && beyond.hasMore) throw failureOf(answer.fault('cut'));
      // A page before the slice was numbered by a smaller size than was known.
      next = Math.max(next, end);
    }
    for (const { campaign } of rows.values()) this.#campaigns.prime(campaign.id, campaign);
    return { rows: [...rows.values()], faults, ...beyond };
  }

  #load(key: CampaignPageKey, field: FieldTrace | null): Promise<UpstreamRead> {
    if (field !== null) addWaiting((this.#waiting ??= new Map()), pageKeyOf(key), field);
    return this.#pages.load(key);
  }
}

/** Key by the query sent, so that filters with the same query share one call. */
function pageKeyOf(key: CampaignPageKey): string {
  return JSON.stringify(campaignPageRequest(key).query);
}

/**
 * Pages are numbered by the upstream, so a slice that does not begin at a multiple of its length (the client changed `first`
 * between pages) needs a larger page to fit into one call. Where no page covers it, two of its length do.
 */
function pageSizeCovering(from: number, count: number): number {
  for (let size = count; size <= MAX_CAMPAIGN_PAGE; size += 1) {
    if (Math.floor((from + count - 1) / size) === Math.floor(from / size)) return size;
  }
  return count;
}

function failureOf(error: unknown): UnknownValueError {
  if (error instanceof UpstreamError) return new UnknownValueError(error, campaigns.type, null);
  throw error;
}
