import DataLoader from 'dataloader';
import { UnknownValueError, UpstreamError } from '../errors.ts';
import type { AnswerFault, UpstreamAnswer } from '../upstream/upstream-answer.ts';
import type { UpstreamRequest } from '../upstream/upstream-request.ts';
import { type CampaignRecord, campaigns } from './campaigns.ts';
import type { EntityLoader, LoaderContext } from './loading/entity-loader.ts';
import { isId } from './wire/ids.ts';
import { isObject } from './wire/wire-record.ts';

/** The largest page that the upstream gives. */
export const MAX_CAMPAIGN_PAGE = 100;

/** Which campaigns are wanted: all conditions hold; null or absent is no condition, an empty list matches nothing. */
export interface CampaignFilter {
  /** What the name begins with, as the upstream compares it. */
  readonly name?: string | null;
  readonly ids?: readonly string[] | null;
  readonly divisionIds?: readonly string[] | null;
  readonly contactListId?: string | null;
  readonly queueId?: string | null;
}

/** A stretch of the upstream's listing, which is sorted by name. */
export interface CampaignStretch {
  /** With the place in the listing, counted from 0, where each stands. */
  readonly rows: readonly { readonly at: number; readonly campaign: CampaignRecord }[];
  /** How many match in all; null when the upstream does not say. */
  readonly total: number | null;
  readonly hasMore: boolean;
  readonly faults: readonly { readonly fault: AnswerFault; readonly answer: UpstreamAnswer }[];
}

interface PageKey {
  readonly filter: CampaignFilter;
  readonly size: number;
  /** Counted from 1. */
  readonly number: number;
}

/** Lists campaigns by the upstream's own pages, for one request. */
export class CampaignListing {
  readonly #pages: DataLoader<PageKey, UpstreamAnswer, string>;
  readonly #campaigns: EntityLoader<CampaignRecord>;

  constructor({ read }: LoaderContext, byId: EntityLoader<CampaignRecord>) {
    this.#pages = new DataLoader<PageKey, UpstreamAnswer, string>(
      (keys) => Promise.all(keys.map((key) => read(pageRequest(key)).catch(failureOf))),
      { cacheKeyFn: (key) => JSON.stringify(key) },
    );
    this.#campaigns = byId;
  }

  /**
   * `count` campaigns (1 to 100) from the place `from` on, counted from 0. One call, or two where no single page of the
   * upstream covers the stretch. Rejects with an `UnknownValueError`.
   */
  async stretch(filter: CampaignFilter, from: number, count: number): Promise<CampaignStretch> {
    const { size, numbers } = pagesCovering(from, count);
    const answers = await this.#pages.loadMany(numbers.map((number) => ({ filter, size, number })));
    const rows = new Map<string, { at: number; campaign: CampaignRecord }>();
    const faults: { fault: AnswerFault; answer: UpstreamAnswer }[] = [];
    for (const [index, answer] of answers.entries()) {
      if (answer instanceof Error) throw answer;
      const page = campaigns.rows(answer.body, []);
      if (page === null) throw failureOf(answer.fault('body'));
      const start = ((numbers[index] ?? 1) - 1) * size;
      for (const [offset, row] of page.slice(0, size).entries()) {
        const at = start + offset;
        if (at < from || at >= from + count) continue;
        const { id }: { id?: unknown } = isObject(row) ? row : {};
        if (!isObject(row) || !isId(id)) faults.push({ fault: 'row', answer });
        else if (!rows.has(id)) rows.set(id, { at, campaign: campaigns.entity(row, answer, id) });
      }
    }
    for (const { campaign } of rows.values()) this.#campaigns.prime(campaign.id, campaign);
    return { rows: [...rows.values()], faults, ...endOf(answers.at(-1), from + count) };
  }
}

function pageRequest({ filter, size, number }: PageKey): UpstreamRequest {
  const { name, ids, divisionIds, contactListId, queueId } = filter;
  const query: [string, string][] = [
    ['pageSize', String(size)],
    ['pageNumber', String(number)],
    ['sortBy', 'name'],
    ['sortOrder', 'ascending'],
  ];
  if (name) query.push(['name', name], ['filterType', 'Prefix']);
  for (const id of ids ?? []) query.push(['id', id]);
  for (const id of divisionIds ?? []) query.push(['divisionId', id]);
  if (contactListId != null) query.push(['contactListId', contactListId]);
  if (queueId != null) query.push(['distributionQueueId', queueId]);
  return { resource: campaigns.name, method: 'GET', path: '/api/v2/outbound/campaigns', query };
}

/**
 * The upstream pages by number, so a stretch that does not begin at a multiple of its length (the client changed `first` on
 * the way) needs a larger page to be had in one call.
 */
function pagesCovering(from: number, count: number): { size: number; numbers: number[] } {
  for (let size = count; size <= MAX_CAMPAIGN_PAGE; size += 1) {
    const page = Math.floor(from / size);
    if (Math.floor((from + count - 1) / size) === page) return { size, numbers: [page + 1] };
  }
  const first = Math.floor(from / count) + 1;
  return { size: count, numbers: [first, first + 1] };
}

function endOf(
  answer: UpstreamAnswer | Error | undefined,
  end: number,
): Pick<CampaignStretch, 'total' | 'hasMore'> {
  const envelope: { total?: unknown; nextUri?: unknown } =
    answer instanceof Error || !isObject(answer?.body) ? {} : answer.body;
  const { total, nextUri } = envelope;
  return Number.isInteger(total) && typeof total === 'number' && total >= 0
    ? { total, hasMore: end < total }
    : { total: null, hasMore: typeof nextUri === 'string' };
}

function failureOf(error: unknown): UnknownValueError {
  if (error instanceof UpstreamError) return new UnknownValueError(error, campaigns.type, null);
  throw error;
}
