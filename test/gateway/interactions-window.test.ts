import { describe, expect, test } from 'vitest';
import { clockForTest } from '../property/identities-clock.ts';
import { altered, onlyError } from '../support/answers.ts';
import { keepingGatewayForTest, type TestGateway } from '../support/gateway.ts';
import { CAMPAIGN_ID } from '../support/organisation.ts';

/** Window of 30 s, however short the quota is. */
const halfMinute = { INTERACTIONS_WINDOW_MS: '30000', INTERACTIONS_MAX_AGE_MS: '30000' };
/** 20 calls a minute; the gateway reserves 4 of them for everything but lists. */
const rateLimit = { allowed: 20, windowSeconds: 60 };

function list(args = '', fields = 'totalCount observedAt'): string {
  return `campaignInteractions(campaignId: "${CAMPAIGN_ID}" ${args}) { ${fields} }`;
}

/** Queries the list alone; resolves to its `observedAt` in epoch milliseconds. */
async function observedAt({ query }: TestGateway, args = ''): Promise<number> {
  const { data, errors } = await query(`{ ${list(args)} }`);
  expect(errors).toBeUndefined();
  expect(data.campaignInteractions.totalCount).toBe(100);
  return Date.parse(data.campaignInteractions.observedAt);
}

describe('a list of interactions', () => {
  test('is reused while its window is open, and shows in observedAt how old it is', async () => {
    const clock = clockForTest();
    const gateway = await keepingGatewayForTest({ env: halfMinute });
    const first = await observedAt(gateway);
    clock.skip(25_000);
    expect(await observedAt(gateway)).toBe(first);
    expect(gateway.calls()).toEqual({ campaignInteractions: 1 });
    clock.skip(5_000);
    expect(await observedAt(gateway)).toBeGreaterThanOrEqual(first + 30_000);
    expect(gateway.calls()).toEqual({ campaignInteractions: 1 });
  });

  test('is read once, whichever orders, filters, pages and fields queries ask for', async () => {
    const { query, calls } = await keepingGatewayForTest({ env: halfMinute });
    const ids = '{ nodes { id } totalCount }';
    const asked = [
      `{ ${list('first: 2', 'nodes { id }')} }`,
      `{ ${list('first: 1, orderBy: CREATION_TIME_DESC', 'nodes { id }')} }`,
      `{ ${list('first: 1, filter: { states: [INTERACTING] }', 'nodes { id } totalCount')} }`,
      `{ campaignInteraction(campaignId: "${CAMPAIGN_ID}", id: "interaction-042") { id state } }`,
      `{ campaign(id: "${CAMPAIGN_ID}") { interactions(first: 1) ${ids} } }`,
    ];
    const expected = [
      { campaignInteractions: { nodes: [{ id: 'interaction-000' }, { id: 'interaction-001' }] } },
      { campaignInteractions: { nodes: [{ id: 'interaction-099' }] } },
      { campaignInteractions: { nodes: [{ id: 'interaction-060' }], totalCount: 20 } },
      { campaignInteraction: { id: 'interaction-042', state: 'PREVIEWING' } },
      { campaign: { interactions: { nodes: [{ id: 'interaction-000' }], totalCount: 100 } } },
    ];
    // All queries at once, then again one after the other.
    const together = await Promise.all(asked.map((text) => query(text)));
    expect(together.map(({ data }) => data)).toEqual(expected);
    for (const [n, text] of asked.entries()) {
      // oxlint-disable-next-line eslint/no-await-in-loop
      expect(await query(text)).toEqual({ data: expected[n] });
    }
    expect(calls()).toEqual({ campaignInteractions: 1, campaigns: 1 });
  });

  test('is paged through without another call', async () => {
    const { query, calls } = await keepingGatewayForTest({ env: halfMinute });
    const seen: string[] = [];
    let after = '';
    do {
      // oxlint-disable-next-line eslint/no-await-in-loop -- each page holds the cursor of the next
      const { data } = await query(
        `{ ${list(`first: 30 ${after}`, 'nodes { id } pageInfo { hasNextPage endCursor }')} }`,
      );
      const { nodes, pageInfo } = data.campaignInteractions;
      seen.push(...nodes.map(({ id }: { id: string }) => id));
      after = pageInfo.hasNextPage ? `after: ${JSON.stringify(pageInfo.endCursor)}` : '';
    } while (after !== '');
    expect(new Set(seen).size).toBe(100);
    expect(calls()).toEqual({ campaignInteractions: 1 });
  });

  test('is no older than maxAgeMs allows, and is read again with maxAgeMs 0', async () => {
    const clock = clockForTest();
    const gateway = await keepingGatewayForTest({ env: halfMinute });
    const first = await observedAt(gateway);
    clock.skip(10_000);
    expect(await observedAt(gateway, 'maxAgeMs: 20000')).toBe(first);
    expect(gateway.calls()).toEqual({ campaignInteractions: 1 });
    const second = await observedAt(gateway, 'maxAgeMs: 10000');
    expect(second).toBeGreaterThan(first);
    expect(await observedAt(gateway)).toBe(second);
    expect(gateway.calls()).toEqual({ campaignInteractions: 1 });
    clock.skip(1);
    const third = await observedAt(gateway, 'maxAgeMs: 0');
    expect(third).toBeGreaterThan(second);
    expect(await observedAt(gateway)).toBe(third);
    expect(gateway.calls()).toEqual({ campaignInteractions: 1 });
  });

  test('is not reused beyond its window, even if maxAgeMs allows an older one', async () => {
    const clock = clockForTest();
    const gateway = await keepingGatewayForTest({ env: halfMinute });
    const first = await observedAt(gateway);
    clock.skip(30_000);
    expect(await observedAt(gateway, 'maxAgeMs: 600000')).toBeGreaterThan(first);
  });

  test('is read once for concurrent requests, whatever their maxAgeMs', async () => {
    const gateway = await keepingGatewayForTest({ env: halfMinute, latencyMs: 50 });
    const args = ['', 'maxAgeMs: 0', 'maxAgeMs: 5', '', 'maxAgeMs: 0'];
    const seen = await Promise.all(args.map((each) => observedAt(gateway, each)));
    expect(new Set(seen).size).toBe(1);
    expect(gateway.calls()).toEqual({ campaignInteractions: 1 });
  });

  test('is read once for all fields of a request, some of which want it fresh', async () => {
    const gateway = await keepingGatewayForTest({ env: halfMinute });
    const first = await observedAt(gateway);
    gateway.calls();
    const { data } = await gateway.query(
      `{ a: ${list()} b: ${list('maxAgeMs: 0')} c: ${list('maxAgeMs: 0')} }`,
    );
    expect(gateway.calls()).toEqual({ campaignInteractions: 1 });
    expect(data.b).toEqual(data.c);
    expect(Date.parse(data.b.observedAt)).toBeGreaterThanOrEqual(first);
  });

  test('reports an unreadable row to every request that uses it', async () => {
    const faults = [
      altered('campaignInteractions', (body) => ({
        ...body,
        pendingInteractions: [{ id: null }, { id: 'row' }],
      })),
    ];
    const { query, calls } = await keepingGatewayForTest({ env: halfMinute, faults });
    for (let n = 0; n < 2; n += 1) {
      // oxlint-disable-next-line eslint/no-await-in-loop
      const answer = await query(`{ ${list('filter: { states: [PENDING] }', 'nodes { id }')} }`);
      expect(answer.data.campaignInteractions.nodes).toEqual([{ id: 'row' }]);
      expect(onlyError(answer).extensions.code).toBe('UPSTREAM_BAD_RESPONSE');
    }
    expect(calls()).toEqual({ campaignInteractions: 1 });
  });

  test('is read again by the next request after a failed read', async () => {
    const { query, calls } = await keepingGatewayForTest({
      env: halfMinute,
      faults: [{ kind: 'status', status: 500, resource: 'campaignInteractions', times: 1 }],
    });
    expect((await query(`{ ${list()} }`)).errors).toHaveLength(1);
    expect((await query(`{ ${list()} }`)).errors).toBeUndefined();
    expect(calls()).toEqual({ campaignInteractions: 2 });
  });

  test('of an unknown campaign is read again only after the negative TTL', async () => {
    const clock = clockForTest();
    const { query, calls } = await keepingGatewayForTest({ env: halfMinute });
    const nobody = '{ campaignInteractions(campaignId: "nobody") { totalCount } }';
    const unknown = { data: { campaignInteractions: null } };
    // A 404 does not confirm the credential, so another call has to do it first.
    await query(`{ ${list()} }`);
    calls();
    expect(await query(nobody)).toEqual(unknown);
    expect(await query(nobody)).toEqual(unknown);
    expect(calls()).toEqual({ campaignInteractions: 1 });
    clock.skip(10_000);
    expect(await query(nobody)).toEqual(unknown);
    expect(calls()).toEqual({ campaignInteractions: 1 });
  });

  test.each([{ INTERACTIONS_WINDOW_MS: '0', INTERACTIONS_MAX_AGE_MS: '0' }, { INTERACTIONS_WINDOW_MS: '0' }])(
    'is not reused with %o while the quota is not short, but concurrent requests share one read',
    async (env) => {
      const gateway = await keepingGatewayForTest({ env, latencyMs: 50 });
      await observedAt(gateway);
      await observedAt(gateway);
      expect(gateway.calls()).toEqual({ campaignInteractions: 2 });
      await Promise.all([observedAt(gateway), observedAt(gateway)]);
      expect(gateway.calls()).toEqual({ campaignInteractions: 1 });
    },
  );
});

describe('a list of interactions under a rate limit', () => {
  /** Spends 8 calls; with the list's own, 9 of the 20 of `rateLimit`. */
  async function spendHalf({ query }: TestGateway): Promise<void> {
    await query(
      `{ ${Array.from({ length: 8 }, (_, n) => `s${n}: script(id: "script-of-${n}") { id }`).join(' ')} }`,
    );
  }

  test('is reused for longer while the quota is short, until calls are back at an even pace', async () => {
    const clock = clockForTest();
    const gateway = await keepingGatewayForTest({ env: { INTERACTIONS_MAX_AGE_MS: '60000' }, rateLimit });
    const first = await observedAt(gateway);
    await spendHalf(gateway);
    clock.skip(15_000);
    expect(await observedAt(gateway)).toBe(first);
    expect(gateway.calls()).toEqual({ campaignInteractions: 1, scripts: 8 });
    // Half of the quota's window is over, and about half of its calls are spent.
    clock.skip(15_000);
    expect(await observedAt(gateway)).toBeGreaterThan(first);
    expect(gateway.calls()).toEqual({ campaignInteractions: 1 });
  });

  test('is reused for the usual time only, while little of the quota is spent', async () => {
    const clock = clockForTest();
    const env = { INTERACTIONS_MAX_AGE_MS: '60000' };
    const gateway = await keepingGatewayForTest({ env, rateLimit: { allowed: 1_000, windowSeconds: 60 } });
    const first = await observedAt(gateway);
    await spendHalf(gateway);
    clock.skip(15_000);
    expect(await observedAt(gateway)).toBeGreaterThan(first);
  });

  test('is never reused beyond INTERACTIONS_MAX_AGE_MS, even while the quota is short', async () => {
    const clock = clockForTest();
    const gateway = await keepingGatewayForTest({ rateLimit });
    const first = await observedAt(gateway);
    await spendHalf(gateway);
    clock.skip(5_000);
    expect(await observedAt(gateway)).toBeGreaterThan(first);
    expect(gateway.calls()).toEqual({ campaignInteractions: 2, scripts: 8 });
  });

  test('is read again as maxAgeMs demands, even while the quota is short', async () => {
    const clock = clockForTest();
    const gateway = await keepingGatewayForTest({ env: { INTERACTIONS_MAX_AGE_MS: '60000' }, rateLimit });
    const first = await observedAt(gateway);
    await spendHalf(gateway);
    clock.skip(1_000);
    expect(await observedAt(gateway, 'maxAgeMs: 1000')).toBeGreaterThan(first);
  });
});
