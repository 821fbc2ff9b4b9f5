import DataLoader from 'dataloader';
import { UnknownValueError, UpstreamError } from '../errors.ts';
import { addWaiting, type FieldsWaiting, type FieldTrace } from '../upstream/trace.ts';
import type { AnswerFault, UpstreamAnswer, UpstreamRead } from '../upstream/answer.ts';
import {
  type CampaignFilter,
  type CampaignPageKey,
  campaignPageRequest,
} from '../datasources/campaign-pages.ts';
import { type CampaignRecord, campaigns } from '../datasources/campaigns.ts';
import { MANY_IDS } from './bisect.ts';
import {
  type CampaignPlace,
  anchorOfCampaign,
  byNameAndId,
  LISTING_START,
  placeAfterOwn,
} from './campaign-place.ts';
import { answered, type EntityLoader, type LoaderContext } from './entity-loader.ts';
import { comparableId } from '../datasources/wire/ids.ts';
import { isObject } from '../datasources/wire/wire-record.ts';
import { beginningOf, pageSizeFor } from './slice-beginning.ts';
import { idOf, ListedCampaigns } from './listed-campaigns.ts';
import type { BatchSizes } from './batch-sizes.ts';
import type { UpstreamReader } from '../upstream/call.ts';

/** A slice of the upstream's listing, which is sorted by name. */
export interface CampaignSlice {
  /** Campaigns, each with its position in the listing, counted from 0. */
  readonly rows: readonly { readonly at: number; readonly campaign: CampaignRecord }[];
  /** Position of the first row. */
  readonly from: number;
  /** Position after the last row, rows without an id included; the anchor is the row before it. */
  readonly end: Pick<CampaignPlace, 'from' | 'anchor'>;
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
   * Slice of `count` campaigns (1 to 100) from a place on. One call, or two when no single page of the upstream covers the
   * slice; up to three where campaigns were created or deleted since the place was given; more when the upstream gives
   * smaller pages than it is asked for, or takes fewer ids. Rejects with an `UnknownValueError`, also when the budget ends before
   * the slice.
   *
   * @param field Trace of the field that waits.
   */
  async slice(
    filter: CampaignFilter,
    place: CampaignPlace,
    count: number,
    field: FieldTrace | null = null,
  ): Promise<CampaignSlice> {
    // An id in both cases would be in two parts, and its campaign in the listing twice.
    const ids = [...new Map(filter.ids?.map((id) => [comparableId(id), id])).values()];
    const size = this.#takenSize();
    if (ids.length > size) return this.#sliceOfParts({ ...filter, ids }, size, null, place, count, field);
    try {
      return await this.#sliceOf(filter, place, count, field);
    } catch (error) {
      const refused = refusalOfNumber(error);
      if (ids.length < 2 || refused === null) throw error;
      return this.#sliceOfParts({ ...filter, ids }, Math.ceil(ids.length / 2), refused, place, count, field);
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
    place: CampaignPlace,
    count: number,
    field: FieldTrace | null,
  ): Promise<CampaignSlice> {
    const { ids } = filter;
    const parts = Array.from({ length: Math.ceil(ids.length / size) }, (_, n) =>
      ids.slice(n * size, (n + 1) * size),
    );
    const read = (part: readonly string[]) =>
      this.#sliceOf({ ...filter, ids: part }, LISTING_START, part.length, field);
    const [firstPart = [], ...others] = parts;
    let first: CampaignSlice;
    try {
      first = await read(firstPart);
    } catch (error) {
      const again = refusalOfNumber(error);
      if (size === 1 || again === null) throw error;
      return this.#sliceOfParts(filter, Math.ceil(size / 2), again, place, count, field);
    }
    const slices = [first, ...(await Promise.all(others.map(read)))];
    const scope = this.#requestScope;
    const isProven = refused !== 400;
    if (refused !== null && !(scope instanceof UpstreamError) && (isProven || ids.length >= MANY_IDS)) {
      this.#batchSizes.learn(scope.identity, campaigns.name, size, isProven);
    }
    const all = slices
      .flatMap(({ rows }) => rows.map(({ campaign }) => ({ campaign, ...anchorOfCampaign(campaign) })))
      .toSorted(byNameAndId)
      .map((row, at) => ({ at, ...row }));
    const { anchor } = place;
    const from =
      anchor === null
        ? place.from
        : (placeAfterOwn(all, anchor) ?? all.filter((row) => byNameAndId(row, anchor) <= 0).length);
    const rows = all.slice(from, from + count);
    const end = from + rows.length;
    return {
      rows,
      end: { from: end, anchor: all[end - 1] ?? null },
      from,
      total: all.length,
      hasMore: end < all.length,
      faults: slices.flatMap(({ faults }) => faults),
    };
  }

  async #sliceOf(
    filter: CampaignFilter,
    place: CampaignPlace,
    count: number,
    field: FieldTrace | null,
  ): Promise<CampaignSlice> {
    const size = pageSizeFor(place, count);
    const load = (asked: number, number: number) => this.#load({ filter, size: asked, number }, field);
    const listed = new ListedCampaigns(size, load, failureOf);
    const from = await beginningOf(listed, place, count);
    const end = listed.endFrom(from, count);
    const rows = new Map<string, { at: number; campaign: CampaignRecord }>();
    const faults: { fault: AnswerFault; answer: UpstreamAnswer }[] = [];
    for (let at = from; at < end; at += 1) {
      const found = listed.rowAt(at);
      if (found === null) continue;
      const { row, answer } = found;
      const id = idOf(row);
      if (!isObject(row) || id === null) faults.push({ fault: 'row', answer });
      else if (!rows.has(id)) rows.set(id, { at, campaign: campaigns.entity(row, answer, id) });
    }
    for (const { campaign } of rows.values()) this.#campaigns.prime(campaign.id, campaign);
    return {
      rows: [...rows.values()],
      end: { from: end, anchor: listed.anchorAt(end - 1) },
      from,
      total: listed.total,
      hasMore: listed.hasMoreAfter(end),
      faults,
    };
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

/** Status of a refusal that a smaller number of ids may avoid; null for any other error. */
function refusalOfNumber(error: unknown): number | null {
  const status = error instanceof UnknownValueError ? error.reason.failure.upstreamStatus : undefined;
  return status === 400 || status === 413 || status === 414 ? status : null;
}

function failureOf(error: unknown): UnknownValueError {
  if (error instanceof UpstreamError) return new UnknownValueError(error, campaigns.type, null);
  throw error;
}
