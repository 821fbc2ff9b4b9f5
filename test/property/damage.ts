import * as fc from 'fast-check';
import type { AlterFault, RecordedRequest } from '../../src/sandbox/fault.ts';
import type { Organisation } from '../../src/sandbox/organisation.ts';
import type { ResourceName } from '../../src/sandbox/resource-names.ts';
import { isEnvelope, isRows, type Row } from '../support/answers.ts';
import { isRow } from './reference-values.ts';

/** Rows of the upstream by resource and id, and for contacts by resource, contact list and id. */
export type Rows = ReadonlyMap<string, Row>;

/** Wrong value in one row, in every answer that has the row. */
export interface Damage {
  readonly key: string;
  /** Property names and indexes, from the row inwards; empty for the row itself. */
  readonly path: readonly (string | number)[];
  /** Wrong value; undefined removes the right one. */
  readonly to: unknown;
}

/** Oddities of whole answers, of which a client may notice only the last. */
export const oddities = ['reversed', 'repeated', 'with strays', 'without names'] as const;

/** Ways in which an answer to several ids can be cut, by the property that tells. A client may notice none of them. */
export const cuts = ['cut by total', 'cut by pageSize', 'cut by pageCount', 'cut by nextUri'] as const;
type Cut = (typeof cuts)[number];

export type Oddity = (typeof oddities)[number] | Cut;

/** Number of rows that cut answers have. */
const ROWS_OF_CUT = { 'cut by total': 1, 'cut by pageSize': 2, 'cut by pageCount': 2, 'cut by nextUri': 1 };

const instead = [
  undefined,
  null,
  'value-of-tomorrow',
  '2026-01-01T01:00:00.500+01:00',
  '',
  ' ',
  '*',
  'ININ-OF-TOMORROW',
  '0001-01-01T00:00:00Z',
  7,
  -1.5,
  2 ** 40,
  true,
  [],
  ['of tomorrow'],
  [null],
  {},
  { id: 'value-of-tomorrow', surprise: { of: 'tomorrow' } },
  { id: '../users' },
  { id: '../users', name: 'Own name' },
  { id: 7, name: 'Own name' },
  { id: '*', name: '' },
];

export function damageTo(rows: Rows): fc.Arbitrary<Damage> {
  const places = [...rows].flatMap(([key, row]) => pathsIn(row).map((path) => ({ key, path })));
  return fc
    .record({ place: fc.constantFrom(...places), to: fc.constantFrom(...instead) })
    .map(({ place, to }) => ({ ...place, to }));
}

/** Fault that makes a resource answer with the rows it holds, their damage and these oddities. */
export function oddAnswers(
  resource: ResourceName,
  rows: Rows,
  damage: readonly Damage[],
  odd: readonly Oddity[],
): AlterFault {
  const alterRow = (row: Row, request: RecordedRequest): unknown => {
    const key = keyOf(resource, row, request);
    // Properties that the upstream adds only on demand must stay as answered.
    const held = resource === 'users' || resource === 'contactLists' ? row : rows.get(key);
    const named = odd.includes('without names') ? withoutNames(held ?? row) : (held ?? row);
    return damage
      .filter((each) => each.key === key)
      .reduce<unknown>((damaged, { path, to }) => changed(damaged, path, to), structuredClone(named));
  };
  const alterRows = (answered: Row[], request: RecordedRequest): unknown[] => {
    const altered = answered.map((row) => alterRow(row, request)).filter((row) => row !== undefined);
    // The order and number of rows have a meaning in a listing without ids.
    if (request.ids.length === 0) return altered;
    if (odd.includes('reversed')) altered.reverse();
    if (odd.includes('repeated')) altered.push(...altered);
    if (odd.includes('with strays')) altered.unshift(null, { id: 'nobody-asked' }, 'stray', {});
    return altered;
  };
  return {
    kind: 'alter',
    resource,
    alter: (body, request) => {
      if (isRows(body)) return alterRows(body, request);
      if (isEnvelope(body)) {
        const cut = cuts.find((each) => odd.includes(each));
        // Pages of campaigns that ids only filter are not asked for by ids.
        if (cut !== undefined && request.ids.length > 0 && !request.query.has('sortBy')) {
          const { entities, ...said } = cutAnswer(cut, body.entities, (row) => {
            const altered = alterRow(row, request);
            return isRow(altered) && keyOf(resource, altered, request) === keyOf(resource, row, request);
          });
          const isCounted = odd.includes('repeated') || odd.includes('with strays');
          return {
            ...body,
            total: undefined,
            entities: alterRows(entities, request),
            ...said,
            // A total says nothing beside rows that are none.
            ...(isCounted && cut === 'cut by total' && { pageSize: ROWS_OF_CUT[cut] }),
          };
        }
        const entities = alterRows(body.entities, request);
        const total = request.ids.length === 0 ? body['total'] : entities.length;
        return { ...body, entities, total, surprise: 'of tomorrow' };
      }
      return alterRow(Object(body), request);
    },
  };
}

/**
 * First rows of an answer, with what it says of the rest. Rows that can be matched to their ids come first: an answer that
 * shows none of them and says that there are more is an error, and not asked for again.
 */
function cutAnswer(
  cut: Cut,
  rows: readonly Row[],
  isMatched: (row: Row) => boolean,
): { entities: Row[]; [said: string]: unknown } {
  const size = ROWS_OF_CUT[cut];
  const matched = rows.filter(isMatched);
  const entities = [...matched, ...rows.filter((row) => !matched.includes(row))].slice(0, size);
  const hidden = Math.max(0, matched.length - size);
  if (cut === 'cut by total') return { entities, total: entities.length + hidden };
  if (cut === 'cut by pageSize') return { entities, pageSize: size };
  if (cut === 'cut by pageCount') return { entities, pageCount: 1 + Math.ceil(hidden / size) };
  return { entities, nextUri: hidden > 0 ? '/api/v2/next' : null };
}

/** First two rows of each resource other than campaigns, interactions and conversations. */
export function rowsOf(organisation: Organisation): [string, Row][] {
  const { campaigns: _, contacts, ...others } = organisation;
  const campaignIds = ['campaign-1', 'campaign-2'];
  return [
    ...Object.entries<unknown>(others).flatMap(([resource, rows]) =>
      isRows(rows)
        ? rows.slice(0, 2).map((row): [string, Row] => [`${resource} ${String(row['id'])}`, { ...row }])
        : [],
    ),
    ...[...contacts].flatMap(([list, rows]) =>
      [...rows].slice(0, 2).map(([id, row]): [string, Row] => [`contacts ${list} ${id}`, { ...row }]),
    ),
    ...campaignIds.flatMap((id): [string, Row][] => [
      [`campaignProgress ${id}`, { ...organisation.progress(id, 0) }],
      [`campaignStats ${id}`, { ...organisation.stats(id, 0) }],
    ]),
  ];
}

function keyOf(resource: ResourceName, row: Row, { path, ids: [asked] }: RecordedRequest): string {
  const [, list] = /contactlists\/([^/]+)\/contacts/.exec(path) ?? [];
  const about: { id?: unknown } = typeof row['campaign'] === 'object' ? { ...row['campaign'] } : {};
  const isOfCampaign = resource === 'campaignProgress' || resource === 'campaignStats';
  const isAlone = resource === 'campaignInteractions' || resource === 'campaignStatsById';
  const id = isOfCampaign ? about.id : isAlone ? asked : row['id'];
  return list === undefined ? `${resource} ${String(id)}` : `${resource} ${list} ${String(id)}`;
}

function pathsIn(value: unknown): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return entries.flatMap(([key, inner]) => [[key], ...pathsIn(inner).map((path) => [key, ...path])]);
}

/** Copy of a value with `to` at a path; unchanged when the path leads nowhere (any more). */
function changed(value: unknown, [key, ...rest]: readonly (string | number)[], to: unknown): unknown {
  if (key === undefined) return to;
  if (Array.isArray(value)) {
    return value.map((element, index) => (index === key ? changed(element, rest, to) : element));
  }
  if (typeof value !== 'object' || value === null) return value;
  return { ...value, [key]: changed(Reflect.get(value, key), rest, to) };
}

/** Row without the names of its references, which the upstream may leave out; its own name stays. */
function withoutNames(row: Row): Row {
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== 'object' || value === null) return value;
    const { name: _name, ...rest } = { name: undefined, ...value };
    return Object.fromEntries(
      Object.entries('id' in value ? rest : value).map(([key, inner]) => [key, strip(inner)]),
    );
  };
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, strip(value)]));
}
