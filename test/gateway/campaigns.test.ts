import { describe, expect, test } from 'vitest';
import { isEnvelope } from '../support/answers.ts';
import { gatewayForTest } from '../support/gateway.ts';
import { campaign, supervisorsOrganisation } from '../support/organisation.ts';

const page = `
  query Page($filter: CampaignFilter, $first: Int, $after: String) {
    campaigns(filter: $filter, first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { cursor node { id } }
      nodes { id name }
    }
  }
`;

/** Organisation with `count` campaigns, in reverse order of their names. */
function organisationWith(count: number) {
  const campaigns = Array.from({ length: count }, (_, n) => campaign(idOf(count - 1 - n)));
  return { ...supervisorsOrganisation(), campaigns };
}

function idOf(n: number): string {
  return `campaign-${String(n).padStart(3, '0')}`;
}

// oxlint-disable-next-line typescript/no-explicit-any -- an answer's data
function idsOn({ campaigns }: any): string[] {
  return campaigns.nodes.map(({ id }: { id: string }) => id);
}

describe('pages of campaigns', () => {
  test('supply all their campaigns at once while a call for one of these is still under way', async () => {
    // Each campaign has its own contact list: list ids that become known at different times need two calls.
    const second = { ...campaign('campaign-2'), contactList: { id: 'list-2' } };
    const organisation = { ...organisationWith(2), campaigns: [campaign('campaign-1'), second] };
    const { query, calls } = await gatewayForTest({
      organisation,
      faults: [{ kind: 'delay', resource: 'campaigns', ms: 100, times: 1 }],
    });
    const { errors } = await query(`{
      campaign(id: "campaign-1") { name }
      campaigns { nodes { contactList { size } } }
    }`);
    expect(errors).toBeUndefined();
    expect(calls()).toEqual({ campaigns: 2, contactLists: 1 });
  });

  test('come sorted by name from the upstream’s pages, with one call each and without reading ahead', async () => {
    const { query, calls, sandbox } = await gatewayForTest({ organisation: organisationWith(60) });
    const { data, errors } = await query(page);
    expect(errors).toBeUndefined();
    expect(idsOn(data)).toEqual(Array.from({ length: 25 }, (_, n) => idOf(n)));
    expect(data.campaigns).toMatchObject({
      totalCount: 60,
      pageInfo: { hasNextPage: true, hasPreviousPage: false },
    });
    const [sent] = sandbox.requests;
    expect(Object.fromEntries(sent?.query ?? [])).toMatchObject({
      pageSize: '25',
      pageNumber: '1',
      sortBy: 'name',
    });
    expect(calls()).toEqual({ campaigns: 1 });
  });

  test.each([1, 7, 20, 25, 60, 100])(
    'of %i rows list every campaign once, with one call each',
    async (first) => {
      const { query, calls } = await gatewayForTest({ organisation: organisationWith(60) });
      const seen: string[] = [];
      let after: string | null = null;
      let pages = 0;
      do {
        const { data } = await query(page, { first, after });
        seen.push(...idsOn(data));
        pages += 1;
        expect(data.campaigns.pageInfo.hasNextPage).toBe(seen.length < 60);
        expect(data.campaigns.pageInfo.endCursor).toBe(data.campaigns.edges.at(-1).cursor);
        after = data.campaigns.pageInfo.hasNextPage ? data.campaigns.pageInfo.endCursor : null;
      } while (after !== null);
      expect(seen).toEqual(Array.from({ length: 60 }, (_, n) => idOf(n)));
      expect(calls()).toEqual({ campaigns: pages });
    },
  );

  test('of varying length cost one call when one page of the upstream can hold them, and two otherwise', async () => {
    const { query, calls } = await gatewayForTest({ organisation: organisationWith(250) });
    let after: string | null = null;
    let from = 0;
    for (const first of [25, 10, 3, 50, 1, 7, 30]) {
      const { data } = await query(page, { first, after });
      expect(idsOn(data)).toEqual(Array.from({ length: first }, (_, n) => idOf(from + n)));
      expect(calls()).toEqual({ campaigns: 1 });
      from += first;
      after = data.campaigns.pageInfo.endCursor;
    }
    // A slice of 100 rows at this offset spans two pages of the upstream, whatever their size.
    const { data } = await query(page, { first: 100, after });
    expect(idsOn(data)).toEqual(Array.from({ length: 100 }, (_, n) => idOf(from + n)));
    expect(calls()).toEqual({ campaigns: 2 });
  });

  test('continue after the cursor of any row', async () => {
    const { query } = await gatewayForTest({ organisation: organisationWith(60) });
    const { data } = await query(page, { first: 10 });
    const { data: next } = await query(page, { first: 2, after: data.campaigns.edges[3].cursor });
    expect(idsOn(next)).toEqual([idOf(4), idOf(5)]);
    expect(next.campaigns.pageInfo.hasPreviousPage).toBe(true);
  });

  test('after the last row are empty', async () => {
    const organisation = { ...organisationWith(10) };
    const { query, sandbox } = await gatewayForTest({ organisation });
    const { data } = await query(page, { first: 10 });
    const { data: next } = await query(page, { first: 5, after: data.campaigns.pageInfo.endCursor });
    expect(next.campaigns).toMatchObject({ totalCount: 10, nodes: [], pageInfo: { hasNextPage: false } });
    expect(sandbox.requests).toHaveLength(2);
  });

  test('of zero rows need a call only for totalCount or pageInfo', async () => {
    const { query, calls } = await gatewayForTest({ organisation: organisationWith(3) });
    expect(await query('{ campaigns(first: 0) { nodes { id } edges { cursor } } }')).toEqual({
      data: { campaigns: { nodes: [], edges: [] } },
    });
    expect(calls()).toEqual({});
    expect(await query('{ campaigns(first: 0) { totalCount pageInfo { hasNextPage } } }')).toEqual({
      data: { campaigns: { totalCount: 3, pageInfo: { hasNextPage: true } } },
    });
    expect(calls()).toEqual({ campaigns: 1 });
  });

  test('contain whole campaigns, whose details cost no more calls wherever they are selected', async () => {
    const { query, calls } = await gatewayForTest();
    const { data } = await query(`{
      campaigns { nodes { id callerName contactList { id name } interactions(first: 1) { nodes { campaign { dialingMode } } } } }
    }`);
    expect(data.campaigns.nodes).toEqual([
      {
        id: 'campaign-1',
        callerName: 'Caller of campaign-1',
        contactList: { id: 'list-1', name: 'Name of list-1' },
        interactions: { nodes: [{ campaign: { dialingMode: 'PREVIEW' } }] },
      },
    ]);
    expect(calls()).toEqual({ campaigns: 1, campaignInteractions: 1 });
  });

  test('that a request selects twice cost one call', async () => {
    const { query, calls } = await gatewayForTest();
    await query('{ a: campaigns(first: 5) { nodes { id } } b: campaigns(first: 5) { nodes { name } } }');
    expect(calls()).toEqual({ campaigns: 1 });
  });

  test('leave out rows without an id, with one error, and repeated rows, and do not need a total', async () => {
    const { query } = await gatewayForTest({
      organisation: organisationWith(3),
      faults: [
        {
          kind: 'alter',
          resource: 'campaigns',
          alter: () => ({ entities: [campaign('a'), { name: 'no id' }, campaign('a'), null, campaign('b')] }),
        },
      ],
    });
    const { data, errors } = await query(page, { first: 5 });
    expect(idsOn(data)).toEqual(['a', 'b']);
    expect(data.campaigns).toMatchObject({ totalCount: null, pageInfo: { hasNextPage: false } });
    expect(errors).toHaveLength(1);
    expect(errors?.[0]).toMatchObject({
      path: ['campaigns'],
      extensions: { code: 'UPSTREAM_BAD_RESPONSE', affected: { type: 'Campaign', paths: ['campaigns'] } },
    });
  });

  test('whose rows all lack an id are empty, and the next page follows', async () => {
    const { query } = await gatewayForTest({
      organisation: organisationWith(4),
      faults: [
        {
          kind: 'alter',
          resource: 'campaigns',
          alter: (body) =>
            isEnvelope(body)
              ? {
                  ...body,
                  entities: body.entities.map((row) => (row['id'] === idOf(1) ? { name: row['name'] } : row)),
                }
              : body,
        },
      ],
    });
    const seen: string[][] = [];
    let after: string | null = null;
    do {
      const { data } = await query(page, { first: 1, after });
      seen.push(idsOn(data));
      after = data.campaigns.pageInfo.hasNextPage ? data.campaigns.pageInfo.endCursor : null;
    } while (after !== null && seen.length < 10);
    expect(seen).toEqual([[idOf(0)], [], [idOf(2)], [idOf(3)]]);
  });

  test('continue to the last campaign when the upstream sends no total', async () => {
    const { query } = await gatewayForTest({
      organisation: organisationWith(12),
      faults: [
        { kind: 'alter', resource: 'campaigns', alter: (body) => ({ ...Object(body), total: undefined }) },
      ],
    });
    const seen: string[] = [];
    let after: string | null = null;
    for (const first of [7, 4, 4]) {
      const { data } = await query(page, { first, after });
      seen.push(...idsOn(data));
      expect(data.campaigns.pageInfo.hasNextPage).toBe(seen.length < 12);
      after = data.campaigns.pageInfo.endCursor;
    }
    expect(seen).toHaveLength(12);
  });

  test('of the upstream are not read after one that says it is the last', async () => {
    const { query, calls } = await gatewayForTest({ organisation: organisationWith(60) });
    const { data } = await query(page, { first: 30 });
    calls();
    // 100 rows from offset 30 would span two pages of the upstream, but the first of these is the last page.
    const { data: rest } = await query(page, { first: 100, after: data.campaigns.pageInfo.endCursor });
    expect(idsOn(rest)).toHaveLength(30);
    expect(calls()).toEqual({ campaigns: 1 });
  });

  test('with equal filters that are written differently cost one call, and an id is sent only once', async () => {
    const { query, calls, sandbox } = await gatewayForTest({ organisation: organisationWith(3) });
    await query(`{
      a: campaigns { totalCount }
      b: campaigns(filter: { name: "" }) { totalCount }
      c: campaigns(filter: { name: null, ids: null }) { totalCount }
    }`);
    expect(calls()).toEqual({ campaigns: 1 });
    await query('{ campaigns(filter: { ids: ["campaign-001", "campaign-001"] }) { totalCount } }');
    expect(sandbox.requests[0]?.ids).toEqual(['campaign-001']);
  });

  test('that fail cause one error for all fields that select them', async () => {
    const { query } = await gatewayForTest({
      faults: [
        { kind: 'missingPermissions', resource: 'campaigns', permissions: ['outbound:campaign:view'] },
      ],
    });
    const { data, errors } = await query('{ a: campaigns { nodes { id } } b: campaigns { totalCount } }');
    expect(data).toEqual({ a: null, b: null });
    expect(errors).toHaveLength(1);
    expect(errors?.[0]).toMatchObject({
      path: ['a'],
      extensions: {
        code: 'FORBIDDEN',
        missingPermissions: ['outbound:campaign:view'],
        affected: { type: 'Campaign', ids: [], paths: ['a', 'b'] },
      },
    });
  });
});

describe('filters of campaigns', () => {
  test.each([
    ['name', { name: 'Name of campaign-00' }, { name: 'Name of campaign-00', filterType: 'Prefix' }, 10],
    ['ids', { ids: ['campaign-003', 'campaign-001', 'unknown'] }, {}, 2],
    ['division', { divisionIds: ['division-1'] }, { divisionId: 'division-1' }, 12],
    ['contact list', { contactListId: 'list-1' }, { contactListId: 'list-1' }, 12],
    ['queue', { queueId: 'queue-0' }, { distributionQueueId: 'queue-0' }, 12],
    ['nothing', { name: '', ids: null }, {}, 12],
  ])('by %s are sent to the upstream', async (_by, filter, sent, count) => {
    const { query, sandbox } = await gatewayForTest({ organisation: organisationWith(12) });
    const { data, errors } = await query(page, { filter });
    expect(errors).toBeUndefined();
    expect(data.campaigns.totalCount).toBe(count);
    expect(Object.fromEntries(sandbox.requests[0]?.query ?? [])).toMatchObject(sent);
  });

  test.each([{ ids: [] }, { divisionIds: [] }])(
    'that can match nothing cause no call: %j',
    async (filter) => {
      const { query, calls } = await gatewayForTest();
      const { data, errors } = await query(page, { filter });
      expect(errors).toBeUndefined();
      expect(data.campaigns).toMatchObject({ totalCount: 0, nodes: [], pageInfo: { hasNextPage: false } });
      expect(calls()).toEqual({});
    },
  );
});
