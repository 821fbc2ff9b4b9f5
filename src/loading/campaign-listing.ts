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
import { MANY_IDS } from './bisect.ts';
import { answered, type EntityLoader, type LoaderContext } from './entity-loader.ts';
import { isObject, orNull } from '../datasources/wire/wire-record.ts';
import type { BatchSizes } from './batch-sizes.ts';
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
  #requestScope: LoaderContext['requestScope'];
  readonly #batchSizes: BatchSizes;
  readonly #campaigns: EntityLoader<CampaignRecord>;
  #loader: DataLoader<CampaignPageKey, UpstreamRead, string> | undefined;
  /** Traced fields that wait for a page, by its cache key. */
  #waiting: Map<string, FieldsWaiting> | undefined;

  constructor(
    { read, requestScope }: LoaderContext,
    byId: EntityLoader<CampaignRecord>,
    batchSizes: BatchSizes,
  ) {
    this.#read = read;
    this.#requestScope = requestScope;
    this.#campaigns = byId;
    this.#batchSizes = batchSizes;
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
    this.#requestScope = answered.requestScope;
    this.#loader = undefined;
    this.#waiting = undefined;
  }

  /**
   * Slice of `count` campaigns (1 to 100) from position `from` on, counted from 0. One call, or two when no single page of
   * the upstream covers the slice; more when the upstream gives smaller pages than it is asked for, or takes fewer ids. Rejects with an
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
    const ids = [...new Set(filter.ids)];
    const size = this.#takenSize();
    if (ids.length > size) return this.#sliceOfParts({ ...filter, ids }, size, null, from, count, field);
    try {
      return await this.#sliceOf(filter, from, count, field);
    } catch (error) {
      const refused = refusalOfNumber(error);
      if (ids.length < 2 || refused === null) throw error;
      return this.#sliceOfParts({ ...filter, ids }, Math.ceil(ids.length / 2), refused, from, count, field);
    }
  }

  /** Number of ids in one call that the upstream turned out to take. */
  #takenSize(): number {
    const scope = this.#requestScope;
    return scope instanceof UpstreamError ? Infinity : this.#batchSizes.of(scope.identity, campaigns.name);
  }

  /**
   * Slice of the campaigns with these ids, asked for in parts of `size`: the upstream takes no more at once.
   *
   * @param refused Status of the refusal of a larger number; null where the size was known before.
   */
  async #sliceOfParts(
    filter: CampaignFilter & { readonly ids: readonly string[] },
    size: number,
    refused: number | null,
    from: number,
    count: number,
    field: FieldTrace | null,
  ): Promise<CampaignSlice> {
    const { ids } = filter;
    const parts = Array.from({ length: Math.ceil(ids.length / size) }, (_, n) =>
      ids.slice(n * size, (n + 1) * size),
    );
    const read = (part: readonly string[]) => this.#sliceOf({ ...filter, ids: part }, 0, part.length, field);
    const [firstPart = [], ...others] = parts;
    let first: CampaignSlice;
    try {
      first = await read(firstPart);
    } catch (error) {
      const again = refusalOfNumber(error);
      if (size === 1 || again === null) throw error;
      return this.#sliceOfParts(filter, Math.ceil(size / 2), again, from, count, field);
    }
    const slices = [first, ...(await Promise.all(others.map(read)))];
    const scope = this.#requestScope;
    const isProven = refused !== 400;
    if (refused !== null && !(scope instanceof UpstreamError) && (isProven || ids.length >= MANY_IDS)) {
      this.#batchSizes.learn(scope.identity, campaigns.name, size, isProven);
    }
    const all = slices.flatMap(({ rows }) => rows.map(({ campaign }) => campaign)).toSorted(byName);
    return {
      rows: all.map((campaign, at) => ({ at, campaign })).slice(from, from + count),
      total: all.length,
      hasMore: from + count < all.length,
      faults: slices.flatMap(({ faults }) => faults),
    };
  }

  async #sliceOf(
    filter: CampaignFilter,
    from: number,
    count: number,
    field: FieldTrace | null,
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

/** Status of a refusal that a smaller number of ids may avoid; null for any other error. */
function refusalOfNumber(error: unknown): number | null {
  const status = error instanceof UnknownValueError ? error.reason.failure.upstreamStatus : undefined;
  return status === 400 || status === 413 || status === 414 ? status : null;
}

/** Order of the upstream's listing. */
function byName(one: CampaignRecord, other: CampaignRecord): number {
  return (orNull(() => one.ownName) ?? '').localeCompare(orNull(() => other.ownName) ?? '', 'en');
}

function failureOf(error: unknown): UnknownValueError {
  if (error instanceof UpstreamError) return new UnknownValueError(error, campaigns.type, null);
  throw error;
}
