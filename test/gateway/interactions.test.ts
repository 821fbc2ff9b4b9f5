import { describe, expect, test } from 'vitest';
import { forgetfulGatewayForTest } from '../support/gateway.ts';
import { CAMPAIGN_ID, interaction, supervisorsOrganisation } from '../support/organisation.ts';

const page = `
  query Page($filter: CampaignInteractionFilter, $orderBy: CampaignInteractionOrder, $first: Int, $after: String) {
    campaignInteractions(campaignId: "${CAMPAIGN_ID}", filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { cursor node { id } }
      nodes { id }
    }
  }
`;

/** Organisation with `rows` as the interactions of every campaign, all of them pending. */
function organisationWith(rows: object[]) {
  return { ...supervisorsOrganisation(), interactions: () => ({ pendingInteractions: rows }) };
}

// oxlint-disable-next-line typescript/no-explicit-any -- an answer's data
function idsOn({ campaignInteractions }: any): string[] {
  return campaignInteractions.nodes.map(({ id }: { id: string }) => id);
}

describe('a filter', () => {
  test.each([
    ['states', { states: ['PREVIEWING', 'PENDING'] }, 40],
    ['an empty list of states', { states: [] }, 0],
    ['dispositions', { dispositions: ['LIVE_VOICE'] }, 100],
    ['dispositions that no interaction has', { dispositions: ['FAX', 'OUTDATEDSDKVERSION'] }, 0],
    ['agents', { agentIds: ['user-3', 'user-4', 'nobody'] }, 10],
    ['queues', { queueIds: ['queue-0'] }, 20],
    ['skills', { skillIds: ['skill-0', 'skill-1'] }, 26],
    ['an active preview call', { activePreviewCall: true }, 50],
    ['no active preview call', { activePreviewCall: false }, 50],
    ['an earliest creation time', { createdAfter: '2026-01-01T00:01:29Z' }, 10],
    ['a latest creation time with another UTC offset', { createdBefore: '2026-01-01T01:00:10+01:00' }, 10],
    ['several criteria at once', { states: ['PENDING'], agentIds: ['user-3'], activePreviewCall: false }, 1],
    ['nulls, which exclude nothing', { states: null, agentIds: null, createdAfter: null }, 100],
  ])('by %s keeps exactly the matching interactions', async (_by, filter, count) => {
    const { query } = await forgetfulGatewayForTest();
    const { data, errors } = await query(page, { filter });
    expect(errors).toBeUndefined();
    expect(data.campaignInteractions.totalCount).toBe(count);
    expect(idsOn(data)).toHaveLength(count);
  });

  test('by skills keeps an interaction that has any of these, not only all of these', async () => {
    const rows = [
      { ...interaction(0), skills: [{ id: 'skill-0' }, { id: 'skill-1' }] },
      { ...interaction(1), skills: [{ id: 'skill-2' }] },
    ];
    const { query } = await forgetfulGatewayForTest({ organisation: organisationWith(rows) });
    const { data } = await query(page, { filter: { skillIds: ['skill-1', 'skill-3'] } });
    expect(idsOn(data)).toEqual(['interaction-000']);
  });

  test.each([
    { states: [] },
    { dispositions: [] },
    { agentIds: [] },
    { queueIds: [] },
    { skillIds: [] },
    { createdAfter: '2026-01-02T00:00:00Z', createdBefore: '2026-01-01T00:00:00Z' },
  ])('that can match nothing makes no call: %j', async (filter) => {
    const { query, calls } = await forgetfulGatewayForTest();
    const { data, errors } = await query(
      `query ($filter: CampaignInteractionFilter) {
          campaignInteractions(campaignId: "${CAMPAIGN_ID}", filter: $filter) { totalCount observedAt nodes { id } }
        }`,
      { filter },
    );
    expect(errors).toBeUndefined();
    expect(data.campaignInteractions).toMatchObject({ totalCount: 0, nodes: [] });
    expect(calls()).toEqual({});
  });

  test('excludes interactions that lack the filtered property or have it in unreadable form', async () => {
    const rows = [
      interaction(0),
      { id: 'bare' },
      { ...interaction(2), agent: null, disposition: undefined, creationTime: null, skills: null },
      {
        ...interaction(3),
        agent: { id: '../users' },
        creationTime: 'broken',
        disposition: 7,
        skills: 'none',
      },
    ];
    const { query } = await forgetfulGatewayForTest({ organisation: organisationWith(rows) });
    for (const filter of [
      { agentIds: ['user-0'] },
      { dispositions: ['LIVE_VOICE'] },
      { createdAfter: '2020-01-01T00:00:00Z' },
      { skillIds: ['skill-0'] },
    ]) {
      const { data, errors } = await query(page, { filter });
      expect(errors).toBeUndefined();
      expect(idsOn(data)).toEqual(['interaction-000']);
    }
  });
});

describe('the order of interactions', () => {
  const at = (id: string, creationTime: string | null) => ({ id, creationTime });
  const rows = [
    at('no-time-b', null),
    at('d', '2026-01-01T00:00:02Z'),
    at('c', '2026-01-01T01:00:01.500+01:00'),
    at('b', '2026-01-01T00:00:01Z'),
    at('a', '2026-01-01T00:00:01.000Z'),
    at('no-time-a', 'not a time'),
  ];

  test('is by creation time, with ties by id and missing times last', async () => {
    const { query } = await forgetfulGatewayForTest({ organisation: organisationWith(rows) });
    const oldestFirst = ['a', 'b', 'c', 'd', 'no-time-a', 'no-time-b'];
    expect(idsOn((await query(page)).data)).toEqual(oldestFirst);
    expect(idsOn((await query(page, { orderBy: null })).data)).toEqual(oldestFirst);
    expect(idsOn((await query(page, { orderBy: 'CREATION_TIME_ASC' })).data)).toEqual(oldestFirst);
    expect(idsOn((await query(page, { orderBy: 'CREATION_TIME_DESC' })).data)).toEqual([
      'd',
      'c',
      'a',
      'b',
      'no-time-a',
      'no-time-b',
    ]);
  });

  test.each(['CREATION_TIME_ASC', 'CREATION_TIME_DESC'])('is kept across pages: %s', async (orderBy) => {
    const { query } = await forgetfulGatewayForTest({ organisation: organisationWith(rows) });
    const whole = idsOn((await query(page, { orderBy })).data);
    for (const first of [1, 2, 3, 4, 6, 7]) {
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const { data } = await query(page, { orderBy, first, after });
        const { pageInfo, edges, totalCount } = data.campaignInteractions;
        expect(totalCount).toBe(rows.length);
        expect(pageInfo.hasPreviousPage).toBe(seen.length > 0);
        expect(pageInfo.startCursor).toBe(edges[0].cursor);
        expect(pageInfo.endCursor).toBe(edges.at(-1).cursor);
        seen.push(...idsOn(data));
        expect(pageInfo.hasNextPage).toBe(seen.length < rows.length);
        after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      } while (after !== null);
      expect(seen).toEqual(whole);
    }
  });
});

describe('a page of interactions', () => {
  test('continues after a cursor whose row is gone, and includes rows added since then', async () => {
    let rows = [0, 10, 20, 30].map((n) => interaction(n));
    const { query } = await forgetfulGatewayForTest({
      organisation: { ...supervisorsOrganisation(), interactions: () => ({ pendingInteractions: rows }) },
    });
    const { data } = await query(page, { first: 2 });
    expect(idsOn(data)).toEqual(['interaction-000', 'interaction-010']);
    rows = [5, 15, 20, 30].map((n) => interaction(n));
    const { data: next } = await query(page, {
      first: 2,
      after: data.campaignInteractions.pageInfo.endCursor,
    });
    expect(idsOn(next)).toEqual(['interaction-015', 'interaction-020']);
    expect(next.campaignInteractions.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
  });

  test('holds 100 interactions if first is absent or null, and more with a larger first', async () => {
    const rows = Array.from({ length: 150 }, (_, n) => interaction(n));
    const { query } = await forgetfulGatewayForTest({ organisation: organisationWith(rows) });
    for (const variables of [{}, { first: null }]) {
      const { data } = await query(page, variables);
      expect(idsOn(data)).toHaveLength(100);
      expect(data.campaignInteractions).toMatchObject({ totalCount: 150, pageInfo: { hasNextPage: true } });
    }
    expect(idsOn((await query(page, { first: 1000 })).data)).toHaveLength(150);
  });

  test('with first 0 still has totalCount and hasNextPage', async () => {
    const { query } = await forgetfulGatewayForTest();
    const { data } = await query(page, { first: 0 });
    expect(data.campaignInteractions).toEqual({
      totalCount: 100,
      pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null },
      edges: [],
      nodes: [],
    });
  });

  test('shows in observedAt when the upstream gave the list', async () => {
    const { query } = await forgetfulGatewayForTest();
    const before = Date.now();
    const { data } = await query(
      `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", maxAgeMs: 0) { observedAt } }`,
    );
    const observedAt = Date.parse(data.campaignInteractions.observedAt);
    expect(observedAt).toBeGreaterThanOrEqual(before);
    expect(observedAt).toBeLessThanOrEqual(Date.now());
  });
});

describe('a single interaction', () => {
  const one =
    'query ($id: ID!, $campaignId: ID!) { campaignInteraction(campaignId: $campaignId, id: $id) { id state campaignId } }';

  test('is found in its campaign by one call', async () => {
    const { query, calls } = await forgetfulGatewayForTest();
    const { data } = await query(one, { campaignId: CAMPAIGN_ID, id: 'interaction-065' });
    expect(data).toEqual({
      campaignInteraction: { id: 'interaction-065', state: 'INTERACTING', campaignId: CAMPAIGN_ID },
    });
    expect(calls()).toEqual({ campaignInteractions: 1 });
  });

  test('is null without an error if its campaign does not have it or is unknown', async () => {
    const { query } = await forgetfulGatewayForTest();
    expect(await query(one, { campaignId: CAMPAIGN_ID, id: 'interaction-999' })).toEqual({
      data: { campaignInteraction: null },
    });
    expect(await query(one, { campaignId: 'nowhere', id: 'interaction-065' })).toEqual({
      data: { campaignInteraction: null },
    });
  });
});
