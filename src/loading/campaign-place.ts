import type { CampaignRecord } from '../datasources/campaigns.ts';
import { orNull } from '../datasources/wire/wire-record.ts';

/** Campaign after which a page goes on, as it was when the page before was given. Long texts are cut. */
export interface CampaignAnchor {
  readonly id: string;
  /** Empty for a campaign without a name. */
  readonly name: string;
}

/** Position in the upstream's listing of campaigns. */
export interface CampaignPlace {
  /** Number of campaigns before the position, when the cursor was given. */
  readonly from: number;
  /** Campaign before the position; null where the listing begins, and where that row has no id. */
  readonly anchor: CampaignAnchor | null;
  /** Number of campaigns that matched then; null when the upstream did not say. */
  readonly total: number | null;
}

export const LISTING_START: CampaignPlace = { from: 0, anchor: null, total: null };

const LONGEST_ID = 128;
const LONGEST_NAME = 256;

/** Anchor of a campaign. Cut, its id and name fit into a cursor however they are escaped. */
export function anchorOf(id: string, name: string | null): CampaignAnchor {
  return { id: id.slice(0, LONGEST_ID), name: (name ?? '').slice(0, LONGEST_NAME) };
}

export function anchorOfCampaign(campaign: CampaignRecord): CampaignAnchor {
  return anchorOf(
    campaign.id,
    orNull(() => campaign.ownName),
  );
}

/** Row of the listing, at its position counted from 0. */
export interface PlacedRow extends CampaignAnchor {
  readonly at: number;
}

type Compare = (one: string, other: string) => number;

const byCodeUnits: Compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

/** Orders that the upstream may sort names in; it documents none. */
const collations: readonly Compare[] = [
  new Intl.Collator('en').compare,
  (one, other) => byCodeUnits(one.toLowerCase(), other.toLowerCase()),
  byCodeUnits,
];

/** Order of campaigns that the gateway sorts by itself: by name, and by id where names are equal. */
export function byNameAndId(one: CampaignAnchor, other: CampaignAnchor): number {
  return (collations[0]?.(one.name, other.name) ?? 0) || byCodeUnits(one.id, other.id);
}

/** What is known beside the rows. */
interface Search {
  /** Position of the anchor when its cursor was given. */
  readonly expected: number;
  /** True when no more rows will be looked at. */
  readonly isFinal: boolean;
}

/** Position after the anchor's own row, which tells whatever the upstream sorts by; null where it is gone or renamed. */
export function placeAfterOwn(rows: readonly PlacedRow[], anchor: CampaignAnchor): number | null {
  const own = rows.find(({ id, name }) => id === anchor.id && name === anchor.name);
  return own === undefined ? null : own.at + 1;
}

/** Position among rows, or where to look for it; null where they do not tell. */
type PlaceByName = number | 'earlier' | 'later' | null;

/**
 * Position at which the rows after the anchor begin, by consecutive rows of the listing: after its own row, or where that is none
 * of them, by names, if these rows are in an order of names that is known; null if they are not. `earlier` and `later`: not
 * among these rows, or at their edge, where the anchor's own row can stand beyond.
 */
export function placeAfter(rows: readonly PlacedRow[], anchor: CampaignAnchor, search: Search): PlaceByName {
  const own = placeAfterOwn(rows, anchor);
  if (own !== null) return own;
  if (rows.length === 0) return 'earlier';
  // A few rows are in more than one order, and these can disagree on the anchor.
  const verdicts = new Set(
    collations
      .filter((each) => isSorted(rows, (one, other) => each(one.name, other.name) <= 0))
      .map((compare) => placeIn(rows, anchor, compare, search)),
  );
  const [verdict = null] = verdicts;
  if (verdicts.size <= 1) return verdict;
  if (search.isFinal) return nearestTo(search.expected, rows, [...verdicts]);
  const isEarlier = verdicts.has('earlier');
  return isEarlier === verdicts.has('later') ? null : isEarlier ? 'earlier' : 'later';
}

/** `placeAfter` for rows that are in this order of names, and of which none is the anchor's own. */
function placeIn(
  rows: readonly PlacedRow[],
  anchor: CampaignAnchor,
  compare: Compare,
  { expected, isFinal }: Search,
): PlaceByName {
  const [first] = rows;
  const last = rows.at(-1);
  if (!isFinal && first !== undefined && last !== undefined) {
    const [isFirst, isLast] = [first, last].map(({ name }) => compare(name, anchor.name) === 0);
    if (isFirst || isLast) return isFirst && isLast ? null : isFirst ? 'earlier' : 'later';
  }
  const next = nextIn(rows, anchor, compare, expected);
  if (next === 0) return 'earlier';
  const before = rows[next - 1];
  return next === rows.length || before === undefined ? 'later' : before.at + 1;
}

function nearestTo(
  expected: number,
  rows: readonly PlacedRow[],
  verdicts: readonly PlaceByName[],
): PlaceByName {
  const distanceOf = (verdict: PlaceByName) => {
    const at = verdict === 'earlier' ? rows[0]?.at : verdict === 'later' ? rows.at(-1)?.at : verdict;
    return at == null ? Infinity : Math.abs(at - expected);
  };
  return verdicts.toSorted((one, other) => distanceOf(one) - distanceOf(other))[0] ?? null;
}

/**
 * Index of the first row after the anchor. Among equal names, ids tell if they ascend wherever names are equal, and otherwise the
 * anchor's old position does.
 */
function nextIn(
  rows: readonly PlacedRow[],
  anchor: CampaignAnchor,
  compare: Compare,
  expected: number,
): number {
  const indexOf = (isAfter: (row: PlacedRow) => boolean) => {
    const index = rows.findIndex(isAfter);
    return index === -1 ? rows.length : index;
  };
  const first = indexOf(({ name }) => compare(name, anchor.name) >= 0);
  const end = indexOf(({ name }) => compare(name, anchor.name) > 0);
  const areByIds =
    isSorted(rows, (one, other) => compare(one.name, other.name) !== 0 || one.id < other.id) &&
    !isSorted(rows, (one, other) => compare(one.name, other.name) !== 0);
  const among = areByIds
    ? indexOf(({ at, id }) => at >= (rows[first]?.at ?? 0) && id > anchor.id)
    : indexOf(({ at }) => at >= expected);
  return Math.min(Math.max(first, among), end);
}

function isSorted(
  rows: readonly PlacedRow[],
  isInOrder: (one: PlacedRow, other: PlacedRow) => boolean,
): boolean {
  return rows.every((row, index) => {
    const before = rows[index - 1];
    return before === undefined || isInOrder(before, row);
  });
}
