import { describe, expect, test } from 'vitest';
import { answering, onlyError } from '../support/answers.ts';
import { gatewayForTest } from '../support/gateway.ts';
import { CAMPAIGN_ID, campaign, supervisorsOrganisation } from '../support/organisation.ts';
import { range } from '../support/range.ts';

const ids = range(3).map((n) => `campaign-${n}`);

function organisationOf(campaigns: readonly string[]) {
  return { ...supervisorsOrganisation(), campaigns: campaigns.map((id) => campaign(id)) };
}

const BY_ID = `attempts connects validAttempts timeZoneRescheduledCalls filteredOutContactsCount
  linesUtilization { assignedOutboundLines totalAvailableOutboundLines } successCount neutralCount failureCount`;

const figuresById = {
  attempts: 40,
  connects: 20,
  validAttempts: 40,
  timeZoneRescheduledCalls: 0,
  filteredOutContactsCount: 0,
  linesUtilization: { assignedOutboundLines: 20, totalAvailableOutboundLines: 50 },
  successCount: 11,
  neutralCount: 9,
  failureCount: 20,
};

describe('statistics of campaigns', () => {
  test('that the bulk call has cost one call for all campaigns', async () => {
    const { query, calls } = await gatewayForTest({ organisation: organisationOf(ids) });
    const answer = await query('{ campaigns { nodes { stats { idleAgents connectRatio } } } }');
    expect(answer).toEqual({
      data: { campaigns: { nodes: ids.map(() => ({ stats: { idleAgents: 1.5, connectRatio: 0.5 } })) } },
    });
    expect(calls()).toEqual({ campaigns: 1, campaignStats: 1 });
  });

  test('that only a campaign’s own call has cost one call for each, and no bulk call', async () => {
    const { query, calls } = await gatewayForTest({ organisation: organisationOf(ids) });
    const answer = await query(`{ campaigns { nodes { stats { ${BY_ID} } } } }`);
    expect(answer).toEqual({ data: { campaigns: { nodes: ids.map(() => ({ stats: figuresById })) } } });
    expect(calls()).toEqual({ campaigns: 1, campaignStatsById: 3 });
  });

  test('of both kinds cost both, under whatever aliases and conditions', async () => {
    const { query, calls } = await gatewayForTest({ organisation: organisationOf(ids) });
    const document = `query ($own: Boolean!) {
      campaigns { nodes { one: stats { outstandingCalls } two: stats { ...Own @include(if: $own) __typename } } }
    }
    fragment Own on CampaignStats { attempts }`;
    expect((await query(document, { own: true })).data.campaigns.nodes).toEqual(
      ids.map(() => ({
        one: { outstandingCalls: 7 },
        two: { attempts: 40, __typename: 'CampaignStats' },
      })),
    );
    expect(calls()).toEqual({ campaigns: 1, campaignStats: 1, campaignStatsById: 3 });
    const { query: ask, calls: asked } = await gatewayForTest({ organisation: organisationOf(ids) });
    expect((await ask(document, { own: false })).errors).toBeUndefined();
    expect(asked()).toEqual({ campaigns: 1, campaignStats: 1 });
  });

  test('fail each by themselves', async () => {
    const { query } = await gatewayForTest({
      faults: [{ kind: 'status', resource: 'campaignStatsById', status: 500 }],
    });
    const answer = await query(
      `{ campaign(id: "${CAMPAIGN_ID}") { stats { idleAgents attempts connects } } }`,
    );
    expect(answer.data).toEqual({
      campaign: { stats: { idleAgents: 1.5, attempts: null, connects: null } },
    });
    expect(onlyError(answer)).toMatchObject({
      path: ['campaign', 'stats', 'attempts'],
      extensions: {
        code: 'UPSTREAM_UNAVAILABLE',
        affected: {
          type: 'Campaign',
          ids: [CAMPAIGN_ID],
          paths: ['campaign.stats.attempts', 'campaign.stats.connects'],
        },
      },
    });
  });

  test('that the bulk call lacks take nothing away from those of the campaign’s own call', async () => {
    const { query } = await gatewayForTest({ faults: [answering('campaignStats', { entities: [] })] });
    const stats = async (fields: string) =>
      (await query(`{ campaign(id: "${CAMPAIGN_ID}") { stats { ${fields} } } }`)).data.campaign.stats;
    expect(await stats('attempts')).toEqual({ attempts: 40 });
    expect(await stats('attempts idleAgents')).toEqual({ attempts: 40, idleAgents: null });
    expect(await stats('idleAgents')).toBeNull();
  });

  test('of a campaign that the upstream does not know are null without an error', async () => {
    const { query } = await gatewayForTest({
      faults: [{ kind: 'status', resource: 'campaignStatsById', status: 404 }],
    });
    expect(await query(`{ campaign(id: "${CAMPAIGN_ID}") { stats { attempts } } }`)).toEqual({
      data: { campaign: { stats: { attempts: null } } },
    });
  });

  test('of more campaigns than calls are refused with a hint at the fields to leave out, without a call', async () => {
    const { query, calls } = await gatewayForTest();
    const answer = await query(
      '{ campaigns(first: 50) { nodes { stats { idleAgents attempts connects } } } }',
    );
    const { message, extensions } = onlyError(answer);
    expect(extensions).toMatchObject({
      code: 'QUERY_TOO_EXPENSIVE',
      limit: 'upstreamCalls',
      asked: 52,
      allowed: 40,
    });
    expect(message).toContain(
      'Ask for fewer rows, or leave out fields that cost one call for each row: CampaignStats.attempts, CampaignStats.connects (50 calls).',
    );
    expect(calls()).toEqual({});
    expect(
      (await query('{ campaigns(first: 50) { nodes { stats { idleAgents } } } }')).errors,
    ).toBeUndefined();
  });

  test('of two campaigns that are asked for by id are planned as two', async () => {
    const { query, calls } = await gatewayForTest({
      organisation: organisationOf(ids),
      env: { MAX_UPSTREAM_CALLS: '3' },
    });
    const document =
      'query ($ids: [ID!]) { campaigns(filter: { ids: $ids }) { nodes { stats { attempts } } } }';
    expect((await query(document, { ids: ids.slice(0, 2) })).errors).toBeUndefined();
    expect(calls()).toEqual({ campaigns: 1, campaignStatsById: 2 });
    expect(onlyError(await query(document, { ids })).extensions.code).toBe('QUERY_TOO_EXPENSIVE');
  });
});
