import { describe, expect, test } from 'vitest';
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

/** So many campaigns, which the upstream keeps in another order than by name. */
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
  test('are known when they have come, although a call for one of theirs is still under way', async () => {
    // Each has a list of its own: ids that become known at two times are two calls.
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

  test('come by name from the upstream’s own pages, one call each, and none is read ahead', async () => {
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

  test.each([1, 7, 20, 25, 60, 100])('by %i go through all of them once', async (first) => {
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
  });

  test('of changing length still cost one call where one page of the upstream can hold them', async () => {
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
    // A hundred from the middle of the upstream's pages stand on two of them whatever their size.
    const { data } = await query(page, { first: 100, after });
    expect(idsOn(data)).toEqual(Array.from({ length: 100 }, (_, n) => idOf(from + n)));
    expect(calls()).toEqual({ campaigns: 2 });
  });

  test('can be gone on with after any row', async () => {
    const { query } = await gatewayForTest({ organisation: organisationWith(60) });
    const { data } = await query(page, { first: 10 });
    const { data: next } = await query(page, { first: 2, after: data.campaigns.edges[3].cursor });
    expect(idsOn(next)).toEqual([idOf(4), idOf(5)]);
    expect(next.campaigns.pageInfo.hasPreviousPage).toBe(true);
  });

  test('beyond the end are empty', async () => {
    const organisation = { ...organisationWith(10) };
    const { query, sandbox } = await gatewayForTest({ organisation });
    const { data } = await query(page, { first: 10 });
    const { data: next } = await query(page, { first: 5, after: data.campaigns.pageInfo.endCursor });
    expect(next.campaigns).toMatchObject({ totalCount: 10, nodes: [], pageInfo: { hasNextPage: false } });
    expect(sandbox.requests).toHaveLength(2);
  });

  test('of none cost a call only when something is asked that needs one', async () => {
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

  test('are whole campaigns: their details cost nothing more, wherever they are asked for', async () => {
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

  test('that stand twice in a request are asked for once', async () => {
    const { query, calls } = await gatewayForTest();
    await query('{ a: campaigns(first: 5) { nodes { id } } b: campaigns(first: 5) { nodes { name } } }');
    expect(calls()).toEqual({ campaigns: 1 });
  });

  test('survive rows without an id, repeated rows, and an envelope without a total', async () => {
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

  test('whose rows all lack an id are passed, once', async () => {
    const { query } = await gatewayForTest({
      organisation: organisationWith(4),
      faults: [
        {
          kind: 'alter',
          resource: 'campaigns',
          alter: (body, { query: sent }) =>
            sent.get('pageNumber') === '2' ? { ...Object(body), entities: [{ name: 'no id' }] } : body,
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

  test('go on where the upstream does not say how many there are', async () => {
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

  test('past the end are not asked for where the page before says so', async () => {
    const { query, calls } = await gatewayForTest({ organisation: organisationWith(60) });
    const { data } = await query(page, { first: 30 });
    calls();
    // A hundred from place 30 on would stand on two pages, but the first is the last.
    const { data: rest } = await query(page, { first: 100, after: data.campaigns.pageInfo.endCursor });
    expect(idsOn(rest)).toHaveLength(30);
    expect(calls()).toEqual({ campaigns: 1 });
  });

  test('under filters that are the same in other words are one call, with each id once', async () => {
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

  test('that fail leave one error', async () => {
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
  ])('by %s are the upstream’s own', async (_by, filter, sent, count) => {
    const { query, sandbox } = await gatewayForTest({ organisation: organisationWith(12) });
    const { data, errors } = await query(page, { filter });
    expect(errors).toBeUndefined();
    expect(data.campaigns.totalCount).toBe(count);
    expect(Object.fromEntries(sandbox.requests[0]?.query ?? [])).toMatchObject(sent);
  });

  test.each([{ ids: [] }, { divisionIds: [] }])('that can match nothing make no call: %j', async (filter) => {
    const { query, calls } = await gatewayForTest();
    const { data, errors } = await query(page, { filter });
    expect(errors).toBeUndefined();
    expect(data.campaigns).toMatchObject({ totalCount: 0, nodes: [], pageInfo: { hasNextPage: false } });
    expect(calls()).toEqual({});
  });
});
