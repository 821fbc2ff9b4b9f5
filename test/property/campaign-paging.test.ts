import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RecordedRequest } from '../../src/sandbox/fault.ts';
import type { Row } from '../support/answers.ts';
import { NOTHING_KEPT, startTestGateway } from '../support/gateway.ts';
import { campaign, supervisorsOrganisation } from '../support/organisation.ts';
import { propertyRuns, timeout } from './property-runs.ts';

/** Creation of a campaign with this name, or deletion of one by a number that stands for it. */
type Change = { readonly create: string } | { readonly remove: number };

interface Case {
  readonly first: number;
  /** Names of the campaigns at the beginning. */
  readonly names: readonly string[];
  /** Changes before each page but the first, fewer than the page has rows. */
  readonly changes: readonly (readonly Change[])[];
}

function cases(names: fc.Arbitrary<string>): fc.Arbitrary<Case> {
  const change = fc.oneof(
    names.map((create): Change => ({ create })),
    fc.nat().map((remove): Change => ({ remove })),
  );
  return fc.integer({ min: 1, max: 12 }).chain((first) =>
    fc.record({
      first: fc.constant(first),
      names: fc.array(names, { maxLength: 60, size: 'max' }),
      changes: fc.array(fc.array(change, { maxLength: first }), { maxLength: 8, size: 'max' }),
    }),
  );
}

/** Names that compare, in cases and with signs that the upstream's order passes over. */
const anyName = fc
  .tuple(fc.constantFrom('a', 'B', 'c', 'D d', 'd-e', 'É'), fc.nat(99))
  .map(([letter, number]) => `${letter} ${number}`);

const page = `
  query ($first: Int, $after: String) {
    campaigns(first: $first, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }
  }
`;

interface Rules {
  /** True when no two campaigns at a time have the same name. */
  readonly areNamesUnique: boolean;
  /** True when the campaign at the end of a page may be deleted before the next page is asked for. */
  readonly isLastDeleted: boolean;
}

/** Ids by page, with the calls that each took, and those of the campaigns that lived throughout. */
async function pagesIn(
  { first, names, changes }: Case,
  { areNamesUnique, isLastDeleted }: Rules,
  { campaigns, query, calls }: Played,
) {
  let created = 0;
  const create = (name: string) => {
    if (areNamesUnique && campaigns.some((each) => each['name'] === name)) return;
    created += 1;
    // Ids do not ascend with names or age.
    campaigns.push({ ...campaign(`campaign-${(created * 37) % 1009}`), name });
  };
  campaigns.length = 0;
  for (const name of names) create(name);
  const throughout = new Set(campaigns.map(({ id }) => id));
  const pages: { ids: string[]; calls: number | undefined; changed: boolean }[] = [];
  let after: string | null = null;
  for (let isMore = true; isMore;) {
    const due = pages.length === 0 ? [] : (changes[pages.length - 1] ?? []);
    const last = pages.at(-1)?.ids.at(-1);
    for (const change of due) {
      if ('create' in change) create(change.create);
      else if (campaigns.length > 0) {
        const index = change.remove % campaigns.length;
        if (!isLastDeleted && campaigns[index]?.['id'] === last) continue;
        throughout.delete(campaigns[index]?.['id']);
        campaigns.splice(index, 1);
      }
    }
    calls();
    const { data, errors }: Awaited<ReturnType<Played['query']>> = await query(page, { first, after });
    expect(errors).toBeUndefined();
    const { nodes, pageInfo } = data.campaigns;
    pages.push({
      ids: nodes.map(({ id }: { id: string }) => id),
      calls: calls().campaigns,
      changed: due.length > 0,
    });
    isMore = pageInfo.hasNextPage;
    after = pageInfo.endCursor;
  }
  return { pages, throughout: [...throughout] };
}

type Played = Pick<Awaited<ReturnType<typeof startTestGateway>>, 'query' | 'calls'> & {
  readonly campaigns: Row[];
};

const properties: readonly [string, Rules][] = [
  ['while names differ, whichever are created and deleted', { areNamesUnique: true, isLastDeleted: true }],
  [
    'even of the same name, unless that of the cursor is deleted',
    { areNamesUnique: false, isLastDeleted: false },
  ],
];

test.each(properties)(
  'no campaign is repeated and none that lives throughout is skipped, %s',
  { timeout },
  async (_what, rules) => {
    const campaigns: Row[] = [];
    const { close, query, calls } = await startTestGateway({
      organisation: { ...supervisorsOrganisation(), campaigns: Object(campaigns) },
      env: NOTHING_KEPT,
    });
    const names = rules.areNamesUnique ? anyName : fc.constantFrom('a', 'A', 'b', 'c');
    const property = fc.asyncProperty(cases(names), async (drawn) => {
      const { pages, throughout } = await pagesIn(drawn, rules, { campaigns, query, calls });
      const seen = pages.flatMap(({ ids }) => ids);
      expect(seen).toHaveLength(new Set(seen).size);
      expect(seen).toEqual(expect.arrayContaining(throughout));
      for (const { calls: taken = 0, changed } of pages) expect(taken).toBeLessThanOrEqual(changed ? 3 : 1);
    });
    try {
      await fc.assert(property, propertyRuns);
    } finally {
      await close();
    }
  },
);

const collator = new Intl.Collator('en');
const byCodeUnits = (one: string, other: string) => Number(one > other) - Number(one < other);

/** Orders of names, of which the upstream documents none. */
const orders = {
  collated: (one: string, other: string) => collator.compare(one, other),
  'regardless of case': (one: string, other: string) => byCodeUnits(one.toLowerCase(), other.toLowerCase()),
  'by code units': byCodeUnits,
} as const;

/** Names that the orders sort differently; with few letters and signs, only where a page ends. */
const oddNames = fc
  .tuple(
    fc.subarray(['a', 'B', 'c', 'D', 'd', 'É', 'Z'], { minLength: 1, maxLength: 3 }),
    fc.subarray(['-', '_', ' ', ''], { minLength: 1, maxLength: 3 }),
  )
  .chain(([letters, signs]) =>
    fc.uniqueArray(
      fc
        .tuple(fc.constantFrom(...letters), fc.constantFrom(...signs), fc.nat(99))
        .map((parts) => parts.join('')),
      { maxLength: 150, size: 'max' },
    ),
  );

const upstreams = fc.record({
  order: fc.constantFrom(...Object.values(orders)),
  /** Most rows of a page. */
  cap: fc.constantFrom(100, 25, 10, 7),
  isCounted: fc.boolean(),
  isSizeSaid: fc.boolean(),
});

test(
  'all campaigns of a listing that does not change are given once, whatever it is sorted by, capped at and counts',
  { timeout },
  async () => {
    let upstream = { order: orders.collated, cap: 100, isCounted: true, isSizeSaid: true };
    let names: readonly string[] = [];
    const listing = (_body: unknown, { query }: RecordedRequest) => {
      const rows = names
        .map((name, index) => ({ ...campaign(`campaign-${(index * 37) % 1009}`), name }))
        .toSorted((one, other) => upstream.order(one.name, other.name));
      const pageSize = Math.min(Number(query.get('pageSize')), upstream.cap);
      const pageNumber = Number(query.get('pageNumber'));
      return {
        entities: rows.slice((pageNumber - 1) * pageSize, pageNumber * pageSize),
        ...(upstream.isSizeSaid && { pageSize }),
        pageNumber,
        pageCount: Math.ceil(rows.length / pageSize),
        ...(upstream.isCounted && { total: rows.length }),
      };
    };
    const { close, query } = await startTestGateway({
      faults: [{ kind: 'alter', resource: 'campaigns', alter: listing }],
      env: NOTHING_KEPT,
    });
    const property = fc.asyncProperty(
      upstreams,
      fc.constantFrom(1, 7, 25, 50, 51, 60, 75, 100),
      oddNames,
      async (drawn, first, given) => {
        upstream = drawn;
        names = given;
        const seen: string[] = [];
        let after: string | null = null;
        for (let isMore = true; isMore;) {
          const { data, errors }: Awaited<ReturnType<Played['query']>> = await query(page, { first, after });
          expect(errors).toBeUndefined();
          const { nodes, pageInfo } = data.campaigns;
          seen.push(...nodes.map(({ id }: { id: string }) => id));
          // A page that gives nothing and says that there is more would have no end.
          expect(pageInfo.hasNextPage && pageInfo.endCursor === after).toBe(false);
          isMore = pageInfo.hasNextPage;
          after = pageInfo.endCursor;
        }
        expect(seen.toSorted()).toEqual(
          names.map((_name, index) => `campaign-${(index * 37) % 1009}`).toSorted(),
        );
      },
    );
    try {
      await fc.assert(property, propertyRuns);
    } finally {
      await close();
    }
  },
);
