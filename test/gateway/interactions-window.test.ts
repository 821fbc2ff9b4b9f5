import { describe, expect, test } from 'vitest';
import { clockForTest } from '../property/identities-clock.ts';
import { altered, onlyError } from '../support/answers.ts';
import { keepingGatewayForTest, type TestGateway } from '../support/gateway.ts';
import { CAMPAIGN_ID } from '../support/organisation.ts';

/** Shown for half a minute, however short the quota is. */
const halfMinute = { INTERACTIONS_WINDOW_MS: '30000', INTERACTIONS_MAX_AGE_MS: '30000' };
/** Twenty calls a minute, of which four are for everything that is no list. */
const rateLimit = { allowed: 20, windowSeconds: 60 };

function list(args = '', fields = 'totalCount observedAt'): string {
  return `campaignInteractions(campaignId: "${CAMPAIGN_ID}" ${args}) { ${fields} }`;
}

/** Asks for the list alone; gives when the upstream was asked for it, in milliseconds. */
async function observedAt({ query }: TestGateway, args = ''): Promise<number> {
  const { data, errors } = await query(`{ ${list(args)} }`);
  expect(errors).toBeUndefined();
  expect(data.campaignInteractions.totalCount).toBe(100);
  return Date.parse(data.campaignInteractions.observedAt);
}

describe('a list of interactions', () => {
  test('is shown again as long as its window is open, and says how old it is', async () => {
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

  test('is one, whatever order, filter and page of it is asked for, and by whichever field', async () => {
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
    // Together, and then again one after the other.
    const together = await Promise.all(asked.map((text) => query(text)));
    expect(together.map(({ data }) => data)).toEqual(expected);
    for (const [n, text] of asked.entries()) {
      // oxlint-disable-next-line eslint/no-await-in-loop
      expect(await query(text)).toEqual({ data: expected[n] });
    }
    expect(calls()).toEqual({ campaignInteractions: 1, campaigns: 1 });
  });

  test('is turned page by page without another call', async () => {
    const { query, calls } = await keepingGatewayForTest({ env: halfMinute });
    const seen: string[] = [];
    let after = '';
    do {
      // oxlint-disable-next-line eslint/no-await-in-loop -- each page tells where the next begins
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

  test('may be asked for no older than is said, and anew with 0', async () => {
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

  test('is shown for no longer for whoever would be content with an older one', async () => {
    const clock = clockForTest();
    const gateway = await keepingGatewayForTest({ env: halfMinute });
    const first = await observedAt(gateway);
    clock.skip(30_000);
    expect(await observedAt(gateway, 'maxAgeMs: 600000')).toBeGreaterThan(first);
  });

  test('is asked for once by all who want it at the same moment, also anew', async () => {
    const gateway = await keepingGatewayForTest({ env: halfMinute, latencyMs: 50 });
    const args = ['', 'maxAgeMs: 0', 'maxAgeMs: 5', '', 'maxAgeMs: 0'];
    const seen = await Promise.all(args.map((each) => observedAt(gateway, each)));
    expect(new Set(seen).size).toBe(1);
    expect(gateway.calls()).toEqual({ campaignInteractions: 1 });
  });

  test('is asked for once by the fields of one request, the one of which wants it fresh', async () => {
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

  test('tells each to whom it is shown what had to be left out of it', async () => {
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

  test('that could not be read is asked for again', async () => {
    const { query, calls } = await keepingGatewayForTest({
      env: halfMinute,
      faults: [{ kind: 'status', status: 500, resource: 'campaignInteractions', times: 1 }],
    });
    expect((await query(`{ ${list()} }`)).errors).toHaveLength(1);
    expect((await query(`{ ${list()} }`)).errors).toBeUndefined();
    expect(calls()).toEqual({ campaignInteractions: 2 });
  });

  test('of a campaign that the upstream does not know is not asked for at once again, but soon', async () => {
    const clock = clockForTest();
    const { query, calls } = await keepingGatewayForTest({ env: halfMinute });
    const nobody = '{ campaignInteractions(campaignId: "nobody") { totalCount } }';
    const unknown = { data: { campaignInteractions: null } };
    // A 404 proves nothing of the credential.
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
    'is never shown again with %o while the quota is not short, and is shared all the same',
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

describe('where the quota is short, a list of interactions', () => {
  /** Nine calls of twenty, the list's own among them. */
  async function spendHalf({ query }: TestGateway): Promise<void> {
    await query(
      `{ ${Array.from({ length: 8 }, (_, n) => `s${n}: script(id: "script-of-${n}") { id }`).join(' ')} }`,
    );
  }

  test('is shown for longer, until the quota has caught up', async () => {
    const clock = clockForTest();
    const gateway = await keepingGatewayForTest({ env: { INTERACTIONS_MAX_AGE_MS: '60000' }, rateLimit });
    const first = await observedAt(gateway);
    await spendHalf(gateway);
    clock.skip(15_000);
    expect(await observedAt(gateway)).toBe(first);
    expect(gateway.calls()).toEqual({ campaignInteractions: 1, scripts: 8 });
    // Half of the window, and about half of its calls.
    clock.skip(15_000);
    expect(await observedAt(gateway)).toBeGreaterThan(first);
    expect(gateway.calls()).toEqual({ campaignInteractions: 1 });
  });

  test('is shown for as long as usual where nothing is spent of it', async () => {
    const clock = clockForTest();
    const env = { INTERACTIONS_MAX_AGE_MS: '60000' };
    const gateway = await keepingGatewayForTest({ env, rateLimit: { allowed: 1_000, windowSeconds: 60 } });
    const first = await observedAt(gateway);
    await spendHalf(gateway);
    clock.skip(15_000);
    expect(await observedAt(gateway)).toBeGreaterThan(first);
  });

  test('is never shown for longer than is allowed at most', async () => {
    const clock = clockForTest();
    const gateway = await keepingGatewayForTest({ rateLimit });
    const first = await observedAt(gateway);
    await spendHalf(gateway);
    clock.skip(5_000);
    expect(await observedAt(gateway)).toBeGreaterThan(first);
    expect(gateway.calls()).toEqual({ campaignInteractions: 2, scripts: 8 });
  });

  test('is asked for anew all the same by who wants that', async () => {
    const clock = clockForTest();
    const gateway = await keepingGatewayForTest({ env: { INTERACTIONS_MAX_AGE_MS: '60000' }, rateLimit });
    const first = await observedAt(gateway);
    await spendHalf(gateway);
    clock.skip(1_000);
    expect(await observedAt(gateway, 'maxAgeMs: 1000')).toBeGreaterThan(first);
  });
});
