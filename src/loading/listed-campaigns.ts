import type { UpstreamAnswer, UpstreamRead } from '../upstream/answer.ts';
import { beyondPage, givenPageSize } from '../datasources/campaign-pages.ts';
import { campaigns } from '../datasources/campaigns.ts';
import type { ListingEnvelope } from '../datasources/listing-envelope.ts';
import { nameIn } from '../datasources/wire/reference.ts';
import { isObject } from '../datasources/wire/wire-record.ts';
import { anchorOf, type CampaignAnchor, type PlacedRow } from './campaign-place.ts';

/** Row of a page, and the answer that gave it. */
export interface ListedRow {
  readonly row: unknown;
  readonly answer: UpstreamAnswer;
}

interface ReadPage {
  readonly envelope: ListingEnvelope;
  readonly number: number;
  /** Position after its last row. */
  readonly seen: number;
  readonly isEmpty: boolean;
}

/** Rows of the upstream's pages by their positions, as far as they were read. */
export class ListedCampaigns {
  readonly #load: (size: number, number: number) => Promise<UpstreamRead>;
  readonly #failureOf: (error: unknown) => Error;
  #size: number;
  /** Null at a position that a page should have had a row for. */
  readonly #rows = new Map<number, ListedRow | null>();
  /** Page furthest in the listing that has rows, or else any. */
  #last: ReadPage | undefined;
  /** Position at which the listing ends; infinite until a page is the last one. */
  #end = Infinity;

  /**
   * @param size rows to ask for in one page
   * @param load reads the page with a size and a number
   * @param failureOf error for a page that cannot be used
   */
  constructor(
    size: number,
    load: (size: number, number: number) => Promise<UpstreamRead>,
    failureOf: (error: unknown) => Error,
  ) {
    this.#size = size;
    this.#load = load;
    this.#failureOf = failureOf;
  }

  /** Number of campaigns that match; null when the upstream does not say. */
  get total(): number | null {
    return this.#last === undefined ? null : beyondPage(this.#last.envelope, this.#last.number, 0, 0).total;
  }

  /** Whether rows follow this position. */
  hasMoreAfter(end: number): boolean {
    const last = this.#last;
    return last === undefined || beyondPage(last.envelope, last.number, end, last.seen).hasMore;
  }

  rowAt(position: number): ListedRow | null {
    return this.#rows.get(position) ?? null;
  }

  /** Position after those that were read without a gap from this one on, `most` at the most. */
  endFrom(begin: number, most: number): number {
    let end = begin;
    while (end < begin + most && this.#rows.has(end)) end += 1;
    return end;
  }

  /** Positions of the rows read last in the listing, as far as they are without a gap; null when there are none. */
  get span(): { readonly first: number; readonly end: number } | null {
    if (this.#rows.size === 0) return null;
    const end = Math.max(...this.#rows.keys()) + 1;
    let first = end - 1;
    while (this.#rows.has(first - 1)) first -= 1;
    return { first, end };
  }

  /** Row at a position as a later page finds it again; null for one without an id. */
  anchorAt(at: number): CampaignAnchor | null {
    const row = this.rowAt(at)?.row;
    const id = idOf(row);
    return isObject(row) && id !== null ? anchorOf(id, nameOf(row)) : null;
  }

  /** Rows of the span that have an id. */
  placed(): PlacedRow[] {
    const { first, end } = this.span ?? { first: 0, end: 0 };
    const placed: PlacedRow[] = [];
    for (let at = first; at < end; at += 1) {
      const anchor = this.anchorAt(at);
      if (anchor !== null) placed.push({ at, ...anchor });
    }
    return placed;
  }

  /** Reads the page before the span, or the last one as far as is known where there is no span at `from` any more. */
  async readBefore(from: number): Promise<void> {
    const at = Math.min(this.span?.first ?? from, this.total ?? Infinity, this.#end) - 1;
    if (at >= 0) await this.read(at, at + 1);
  }

  /** Reads the page after the span. */
  async readAfter(): Promise<void> {
    const { end } = this.span ?? { end: 0 };
    await this.read(end, end + 1);
  }

  /** Reads the pages with these positions, as far as they were not read and the listing has them. */
  async read(from: number, to: number): Promise<void> {
    let next = from;
    while (next < to && next < this.#end) {
      if (this.#rows.has(next)) {
        next += 1;
        continue;
      }
      const number = Math.floor(next / this.#size) + 1;
      // oxlint-disable-next-line eslint/no-await-in-loop -- only a page tells whether there is another one
      const { body, answer } = await this.#load(this.#size, number);
      const page = campaigns.rows(body, []);
      if (page === null) throw this.#failureOf(answer.fault('body'));
      const envelope: ListingEnvelope = Object(body);
      // The upstream numbers pages by the size that it gives.
      const size = givenPageSize(envelope, { size: this.#size, number }, page.length);
      this.#size = size;
      const start = (number - 1) * size;
      const seen = start + page.length;
      const isEmpty = page.length === 0;
      if (isEmpty && beyondPage(envelope, number, Math.min(to, start + size), seen).hasMore) {
        throw this.#failureOf(answer.fault('cut'));
      }
      const hasMore = beyondPage(envelope, number, start + size, seen).hasMore;
      for (let at = start; at < (hasMore ? start + size : Math.min(seen, start + size)); at += 1) {
        if (!this.#rows.has(at)) this.#rows.set(at, at < seen ? { row: page[at - start], answer } : null);
      }
      const known = this.#last;
      if (known === undefined || known.isEmpty || (!isEmpty && seen > known.seen)) {
        this.#last = { envelope, number, seen, isEmpty };
      }
      if (!hasMore) this.#end = Math.min(this.#end, Math.max(start, seen));
      // A page before the position was numbered by a smaller size than was known.
      next = Math.max(next, start + size);
    }
  }
}

/** Id of a row; null for one that has none. */
export function idOf(row: unknown): string | null {
  const { id }: { id?: unknown } = isObject(row) ? row : {};
  return typeof id === 'string' && id !== '' ? id : null;
}

function nameOf({ name }: { name?: unknown }): string | null {
  return nameIn(name);
}
