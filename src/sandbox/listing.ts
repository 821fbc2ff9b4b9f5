import { invalidValue } from './api-error.ts';
import { hash32 } from './random.ts';
import { sameCase } from './same-case.ts';

const DEFAULT_PAGE_SIZE = 25;

/** Cut of the pages to fewer rows than `pageSize` asks for. */
export interface Cut {
  readonly maxRows: number;
  /** The one property that tells of the rows left out. @default all of them, and `total` */
  readonly toldBy?: 'pageSize' | 'pageCount' | 'nextUri';
}

/** Page of a listing. Only a cut with `toldBy` leaves out more than the links to pages that are not there. */
export interface Envelope<Row> {
  readonly entities: readonly Row[];
  readonly pageSize?: number;
  readonly pageNumber: number;
  readonly pageCount?: number;
  readonly total?: number;
  readonly selfUri?: string;
  readonly firstUri?: string;
  readonly nextUri?: string;
  readonly previousUri?: string;
  readonly lastUri?: string;
}

export interface PageOptions {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly maxPageSize: number;
  readonly cut: Cut | null;
}

/**
 * One page of the rows. `pageSize` defaults to 25 and is silently cut to the maximum. Pages count from 1; a page past the
 * end is empty, not an error.
 */
export function page<Row>(
  rows: readonly Row[],
  { path, query, maxPageSize, cut }: PageOptions,
): Envelope<Row> {
  const asked = positiveInteger(query, 'pageSize', DEFAULT_PAGE_SIZE);
  const pageSize = Math.min(asked, maxPageSize, cut?.maxRows ?? Infinity);
  const pageNumber = positiveInteger(query, 'pageNumber', 1);
  const pageCount = Math.ceil(rows.length / pageSize);
  const uri = (number: number) => {
    const parameters = new URLSearchParams(query);
    parameters.set('pageSize', String(pageSize));
    parameters.set('pageNumber', String(number));
    return `${path}?${parameters}`;
  };
  const entities = rows.slice((pageNumber - 1) * pageSize, pageNumber * pageSize);
  const nextUri = pageNumber < pageCount ? uri(pageNumber + 1) : undefined;
  if (cut?.toldBy !== undefined) {
    const { toldBy } = cut;
    return {
      entities,
      pageNumber,
      ...(toldBy === 'pageSize' && { pageSize }),
      ...(toldBy === 'pageCount' && { pageCount }),
      ...(toldBy === 'nextUri' && nextUri !== undefined && { nextUri }),
    };
  }
  return {
    entities,
    pageSize,
    pageNumber,
    pageCount,
    total: rows.length,
    selfUri: uri(pageNumber),
    firstUri: uri(1),
    ...(nextUri !== undefined && { nextUri }),
    ...(pageNumber > 1 && { previousUri: uri(pageNumber - 1) }),
    lastUri: uri(Math.max(pageCount, 1)),
  };
}

function positiveInteger(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw invalidValue(name, text);
  return value;
}

/** All values of a parameter, given as `name=a&name=b` (the specification) or `name=a,b` (the vendor's own SDK). */
export function values(query: URLSearchParams, name: string): string[] {
  return query
    .getAll(name)
    .flatMap((value) => value.split(','))
    .filter((value) => value !== '');
}

/** Rows with one of the ids in the query; unknown ids are skipped. An empty filter returns all rows. */
export function withIds<Row extends { readonly id?: string }>(
  rows: readonly Row[],
  query: URLSearchParams,
): readonly Row[] {
  const ids = new Set(values(query, 'id').map(sameCase));
  return ids.size === 0 ? rows : rows.filter(({ id }) => id !== undefined && ids.has(sameCase(id)));
}

/** Rows in an order that is stable across pages, but follows neither the requested ids nor the stored order. */
export function inOwnOrder<Row>(rows: readonly Row[], idOf: (row: Row) => string | undefined): Row[] {
  return rows.toSorted((a, b) => hash32(idOf(a) ?? '') - hash32(idOf(b) ?? ''));
}

export function sorted<Row>(rows: readonly Row[], textOf: (row: Row) => string, descending: boolean): Row[] {
  const direction = descending ? -1 : 1;
  return rows.toSorted((a, b) => direction * textOf(a).localeCompare(textOf(b), 'en'));
}

type NameFilter = 'Prefix' | 'Contains' | 'Equals';

/** Rows whose name matches, ignoring case. A null or empty name matches all. */
export function withName<Row extends { readonly name?: string }>(
  rows: readonly Row[],
  name: string | null,
  filter: NameFilter,
): readonly Row[] {
  if (name === null || name === '') return rows;
  const wanted = name.toLowerCase();
  return rows.filter((row) => {
    const own = (row.name ?? '').toLowerCase();
    if (filter === 'Equals') return own === wanted;
    return filter === 'Contains' ? own.includes(wanted) : own.startsWith(wanted);
  });
}

export function nameFilter(query: URLSearchParams): NameFilter {
  const text = query.get('filterType') ?? 'Prefix';
  if (text === 'Prefix' || text === 'Contains' || text === 'Equals') return text;
  throw invalidValue('filterType', text);
}

export function isDescending(query: URLSearchParams): boolean {
  const text = query.get('sortOrder') ?? 'asc';
  if (/^(a|asc|ascending)$/i.test(text)) return false;
  if (/^(d|desc|descending)$/i.test(text)) return true;
  throw invalidValue('sortOrder', text);
}
