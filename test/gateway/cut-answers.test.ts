import { describe, expect, test } from 'vitest';
import type { AlterFault, RecordedRequest } from '../../src/sandbox/fault.ts';
import { gatewayWithRows, isEnvelope, nodesIn, onlyError, type Row } from '../support/answers.ts';
import { capturedLog } from '../support/captured-log.ts';
import { forgetfulGatewayForTest, gatewayForTest, NOTHING_KEPT } from '../support/gateway.ts';
import { campaign, interaction, supervisorsOrganisation } from '../support/organisation.ts';
import { range } from '../support/range.ts';
import { TestClock } from '../support/test-clock.ts';

/** Makes pages of at most `size` rows of what is asked for; `envelope` is what such an answer says of itself. */
function cutAt(
  size: number,
  envelope: (rows: readonly Row[], request: RecordedRequest) => Row,
  resource: AlterFault['resource'] = 'users',
): AlterFault {
  return {
    kind: 'alter',
    resource,
    alter(body, request) {
      if (!isEnvelope(body)) return body;
      const entities = body.entities.slice(0, size);
      return { entities, ...envelope(body.entities, request) };
    },
  };
}

const ways: readonly [string, (rows: readonly Row[]) => Row][] = [
  ['a smaller pageSize', () => ({ pageSize: 3 })],
  ['a smaller pageSize and a total', (rows) => ({ pageSize: 3, total: rows.length })],
  ['a pageCount', (rows) => ({ pageNumber: 1, pageCount: Math.ceil(rows.length / 3) })],
  ['a pageCount without a pageNumber', (rows) => ({ pageCount: Math.ceil(rows.length / 3) })],
  ['a nextUri', (rows) => (rows.length > 3 ? { nextUri: '/api/v2/users?pageNumber=2' } : {})],
  ['a total', (rows) => ({ total: rows.length })],
];

const rows = range(8).map((n) => interaction(n));

describe('an answer that says that it lacks rows', () => {
  test.each(ways)('by %s is completed by smaller calls', async (_what, envelope) => {
    const { ask, calls } = await gatewayWithRows(rows, { faults: [cutAt(3, envelope)] });
    const answer = await ask('agent { id email }');
    expect(answer.errors).toBeUndefined();
    expect(nodesIn(answer).map(({ agent }) => agent.email)).toEqual(
      range(8).map((n) => `user-${n}@example.com`),
    );
    // Three of eight, three of five, and two.
    expect(calls()).toEqual({ campaignInteractions: 1, users: 3 });
  });

  test.each(ways)('by %s still tells unknown ids from those that are lacking', async (_what, envelope) => {
    const some = [
      ...rows,
      ...range(3).map((n) => ({ ...interaction(20 + n), agent: { id: `nobody-${n}` } })),
    ];
    const { ask } = await gatewayWithRows(some, { faults: [cutAt(3, envelope)] });
    const answer = await ask('agent { id email }');
    expect(answer.errors).toBeUndefined();
    expect(nodesIn(answer).map(({ agent }) => agent.email)).toEqual([
      ...range(8).map((n) => `user-${n}@example.com`),
      null,
      null,
      null,
    ]);
  });

  test.each(ways)(
    'by %s is an error for the rest when the calls are spent, and nothing is unknown',
    async (_what, envelope) => {
      const { ask, calls } = await gatewayWithRows(rows, {
        faults: [cutAt(3, envelope)],
        env: { ...NOTHING_KEPT, MAX_UPSTREAM_CALLS: '3' },
      });
      const answer = await ask('agent { id email }');
      const known = nodesIn(answer).filter(({ agent }) => agent.email !== null);
      expect(known).toHaveLength(6);
      expect(onlyError(answer).extensions).toMatchObject({
        code: 'QUERY_TOO_EXPENSIVE',
        affected: { type: 'User', ids: expect.arrayContaining(['user-6', 'user-7']) },
      });
      expect(onlyError(answer).extensions.affected?.ids).toHaveLength(2);
      expect(calls()).toEqual({ campaignInteractions: 1, users: 2 });
    },
  );

  test('but shows none is an error, and not asked for again', async () => {
    const { ask, calls } = await gatewayWithRows(rows, {
      faults: [cutAt(0, () => ({ nextUri: '/api/v2/users?pageNumber=2' }))],
    });
    const answer = await ask('agent { id email }');
    expect(onlyError(answer).extensions).toMatchObject({
      code: 'UPSTREAM_BAD_RESPONSE',
      upstreamStatus: 200,
    });
    expect(onlyError(answer).extensions.affected?.ids).toHaveLength(8);
    expect(calls()).toEqual({ campaignInteractions: 1, users: 1 });
  });

  test('whose rows are all there is whole, whatever it says', async () => {
    const { ask, calls } = await gatewayWithRows(rows, {
      faults: [cutAt(8, () => ({ pageSize: 1, pageCount: 9, nextUri: '/more', total: 8 }))],
    });
    expect((await ask('agent { id email }')).errors).toBeUndefined();
    expect(calls()).toEqual({ campaignInteractions: 1, users: 1 });
  });

  test('of figures by a POST is completed too', async () => {
    const ids = ['campaign-1', 'campaign-2', 'campaign-3'];
    const { query, calls } = await gatewayForTest({
      organisation: { ...supervisorsOrganisation(), campaigns: ids.map((id) => campaign(id)) },
      faults: [cutAt(1, () => ({ pageSize: 1 }), 'campaignStats')],
    });
    const answer = await query('{ campaigns { nodes { id stats { idleAgents } } } }');
    expect(answer.errors).toBeUndefined();
    expect(answer.data.campaigns.nodes).toEqual(ids.map((id) => ({ id, stats: { idleAgents: 1.5 } })));
    expect(calls()).toEqual({ campaigns: 1, campaignStats: 3 });
  });
});

describe('an upstream that takes few ids at a time', () => {
  const query = `{ ${range(8)
    .map((n) => `u${n}: user(id: "user-${n}") { email }`)
    .join(' ')} }`;
  const found = Object.fromEntries(range(8).map((n) => [`u${n}`, { email: `user-${n}@example.com` }]));

  test.each([
    ['refuses more', { kind: 'tooManyIds', resource: 'users', maxIds: 2 } as const, 7],
    ['cuts its answers', cutAt(2, () => ({ pageSize: 2 })), 4],
  ])('and %s is learned, named in the log, and asked for no more afterwards', async (_what, fault, first) => {
    const { log, others } = capturedLog();
    const clock = new TestClock();
    const gateway = await forgetfulGatewayForTest({ faults: [fault], log, clock, tokens: ['another-token'] });
    expect((await gateway.query(query)).data).toEqual(found);
    expect(gateway.calls()).toEqual({ users: first });
    expect((await gateway.query(query)).data).toEqual(found);
    expect(gateway.sandbox.requests.every(({ ids }) => ids.length === 2)).toBe(true);
    expect(gateway.calls()).toEqual({ users: 4 });

    const warnings = others().filter(({ msg }) => msg.includes('UPSTREAM_BATCH_SIZE'));
    expect(warnings).toMatchObject([{ resource: 'users', ids: 2 }]);

    // Another identity, and another resource, may be better off.
    expect((await gateway.query(query, {}, 'another-token')).data).toEqual(found);
    expect(gateway.calls()).toEqual({ users: first });
    await gateway.query(
      '{ a: queue(id: "queue-0") { id } b: queue(id: "queue-1") { id } c: queue(id: "queue-2") { id } }',
    );
    expect(gateway.calls()).toEqual({ queues: 1 });

    // After an hour the upstream may have changed its mind.
    await clock.skip(3_600_000);
    expect((await gateway.query(query)).data).toEqual(found);
    expect(gateway.calls()).toEqual({ users: first });
  });

  test('is not learned from an id that is refused', async () => {
    const gateway = await forgetfulGatewayForTest({
      faults: [{ kind: 'refuseIds', resource: 'users', ids: ['user-0'] }],
    });
    await gateway.query(query);
    gateway.calls();
    await gateway.query(query.replace('u0: user(id: "user-0") { email }', ''));
    expect(gateway.calls()).toEqual({ users: 1 });
  });

  test('is not learned from rows that are counted and never shown', async () => {
    const fault = cutAt(3, (all) => ({ total: all.length }));
    const hidden: AlterFault = {
      ...fault,
      alter: (body, request) =>
        isEnvelope(body)
          ? { entities: body.entities.filter(({ id }) => id !== 'user-7'), total: request.ids.length }
          : body,
    };
    const gateway = await forgetfulGatewayForTest({ faults: [hidden] });
    expect(onlyError(await gateway.query(query)).extensions).toMatchObject({
      code: 'UPSTREAM_BAD_RESPONSE',
      affected: { type: 'User', ids: ['user-7'] },
    });
    gateway.calls();
    await gateway.query(query.replace('u7: user(id: "user-7") { email }', ''));
    expect(gateway.calls()).toEqual({ users: 1 });
  });
});

describe('pages of campaigns', () => {
  const ids = range(10).map((n) => `campaign-${n}`);
  const organisation = { ...supervisorsOrganisation(), campaigns: ids.map((id) => campaign(id)) };

  /** Gives pages of at most `cap` rows, numbered by that size. */
  function capped(cap: number, envelope: (total: number, number: number) => Row): AlterFault {
    return {
      kind: 'alter',
      resource: 'campaigns',
      alter(body, { path, query }) {
        if (!isEnvelope(body) || !path.endsWith('/campaigns')) return body;
        const size = Math.min(cap, Number(query.get('pageSize')));
        const number = Number(query.get('pageNumber'));
        const entities = organisation.campaigns.slice((number - 1) * size, number * size);
        return { entities, ...envelope(ids.length, number) };
      },
    };
  }

  const said: readonly [string, (total: number, number: number) => Row][] = [
    ['pageSize and total', (total) => ({ pageSize: 4, total })],
    [
      'pageSize and nextUri',
      (total, number) => ({ pageSize: 4, ...(number * 4 < total && { nextUri: '/next' }) }),
    ],
    ['pageCount alone', (total, number) => ({ pageNumber: number, pageCount: Math.ceil(total / 4) })],
    ['nextUri alone', (total, number) => (number * 4 < total ? { nextUri: '/next' } : {})],
  ];

  // Without a size, the last page of a larger size looks like a full one of a smaller size.
  test('that are smaller than asked for, by their total alone, are read until the page is full', async () => {
    const { query, calls } = await gatewayForTest({
      organisation,
      faults: [capped(4, (total) => ({ total }))],
    });
    const answer = await query('{ campaigns { nodes { id } pageInfo { hasNextPage } } }');
    expect(answer.data.campaigns).toEqual({
      nodes: ids.map((id) => ({ id })),
      pageInfo: { hasNextPage: false },
    });
    expect(calls()).toEqual({ campaigns: 3 });
  });

  test.each(said)(
    'that are smaller than asked for, by %s, are read until the page is full',
    async (_what, envelope) => {
      const { query, calls } = await gatewayForTest({ organisation, faults: [capped(4, envelope)] });
      const page = (first: number, after: string | null) =>
        query(
          `query ($first: Int, $after: String) {
          campaigns(first: $first, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }
        }`,
          { first, after },
        );
      const whole = await page(100, null);
      expect(whole.errors).toBeUndefined();
      expect(whole.data.campaigns.nodes.map(({ id }: { id: string }) => id)).toEqual(ids);
      expect(whole.data.campaigns.pageInfo.hasNextPage).toBe(false);
      expect(calls()).toEqual({ campaigns: 3 });
      const begin = await page(6, null);
      expect(begin.data.campaigns.nodes.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 6));
      expect(begin.data.campaigns.pageInfo.hasNextPage).toBe(true);
      const end = await page(6, begin.data.campaigns.pageInfo.endCursor);
      expect(end.data.campaigns.nodes.map(({ id }: { id: string }) => id)).toEqual(ids.slice(6));
      expect(end.data.campaigns.pageInfo.hasNextPage).toBe(false);
    },
  );

  test('that would take more calls than are left are an error, and no end of the list', async () => {
    const { query } = await gatewayForTest({
      organisation,
      faults: [capped(1, (total) => ({ pageSize: 1, total }))],
      env: { MAX_UPSTREAM_CALLS: '5' },
    });
    const answer = await query('{ campaigns { nodes { id } pageInfo { hasNextPage } } }');
    expect(answer.data).toEqual({ campaigns: null });
    expect(onlyError(answer).extensions.code).toBe('QUERY_TOO_EXPENSIVE');
  });

  test('by more ids than the upstream takes at once are read in parts, sorted by name, and that is learned', async () => {
    const { query, calls } = await forgetfulGatewayForTest({
      organisation,
      faults: [{ kind: 'tooManyIds', resource: 'campaigns', maxIds: 3, status: 413 }],
    });
    const page = async (first: number, after: string | null) =>
      query(
        `query ($ids: [ID!], $first: Int, $after: String) {
          campaigns(filter: { ids: $ids }, first: $first, after: $after) {
            totalCount nodes { id } pageInfo { hasNextPage endCursor }
          }
        }`,
        { ids: ids.toReversed(), first, after },
      );
    const begin = await page(7, null);
    expect(begin.errors).toBeUndefined();
    expect(begin.data.campaigns.nodes.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 7));
    expect(begin.data.campaigns).toMatchObject({ totalCount: 10, pageInfo: { hasNextPage: true } });
    // All ten, five, and four of three or fewer.
    expect(calls()).toEqual({ campaigns: 6 });
    const end = await page(7, begin.data.campaigns.pageInfo.endCursor);
    expect(end.data.campaigns.nodes.map(({ id }: { id: string }) => id)).toEqual(ids.slice(7));
    expect(end.data.campaigns.pageInfo.hasNextPage).toBe(false);
    expect(calls()).toEqual({ campaigns: 4 });
  });

  test('by ids of which one is refused once, for whatever reason, are asked for together again', async () => {
    const { query, calls } = await forgetfulGatewayForTest({
      organisation,
      faults: [{ kind: 'status', resource: 'campaigns', status: 400, times: 1 }],
    });
    const two = `{ campaigns(filter: { ids: ["campaign-0", "campaign-1"] }) { nodes { id } } }`;
    const found = { data: { campaigns: { nodes: [{ id: 'campaign-0' }, { id: 'campaign-1' }] } } };
    expect(await query(two)).toEqual(found);
    expect(calls()).toEqual({ campaigns: 3 });
    expect(await query(two)).toEqual(found);
    expect(calls()).toEqual({ campaigns: 1 });
  });

  test('by a number of ids that was learned are asked for in full again after an hour', async () => {
    const clock = new TestClock();
    const { query, calls, sandbox } = await forgetfulGatewayForTest({
      organisation,
      clock,
      faults: [{ kind: 'tooManyIds', resource: 'campaigns', maxIds: 5, status: 413 }],
    });
    const all = `{ campaigns(filter: { ids: ${JSON.stringify(ids)} }) { totalCount } }`;
    await query(all);
    sandbox.faults.length = 0;
    await clock.skip(1_800_000);
    await query(all);
    calls();
    await clock.skip(1_800_000);
    expect(await query(all)).toEqual({ data: { campaigns: { totalCount: 10 } } });
    expect(calls()).toEqual({ campaigns: 1 });
  });

  test('that are empty although more follow are an error', async () => {
    const { query, calls } = await gatewayForTest({
      organisation,
      faults: [capped(0, () => ({ nextUri: '/next' }))],
    });
    const answer = await query('{ campaigns { nodes { id } } }');
    expect(onlyError(answer).extensions.code).toBe('UPSTREAM_BAD_RESPONSE');
    expect(calls()).toEqual({ campaigns: 1 });
  });
});
