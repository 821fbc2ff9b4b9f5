import { describe, expect, test } from 'vitest';
import { clockForTest } from '../property/identities-clock.ts';
import { callsOfEveryDetail, everyDetail, screen } from '../support/answers.ts';
import {
  type GraphQLAnswer,
  graphqlRequest,
  keepingGatewayForTest,
  type TestGateway,
  TOKEN,
} from '../support/gateway.ts';
import { CAMPAIGN_ID } from '../support/organisation.ts';
import type { UsageReport } from '../../src/upstream/usage.ts';

type Report = ReturnType<UsageReport['toJSON']>;
type Answer = GraphQLAnswer & { readonly extensions?: { readonly upstream?: Report } };

const USER = '{ user(id: "user-1") { email } }';
const reporting = { UPSTREAM_REPORT: 'on' };

async function ask(
  { gateway }: TestGateway,
  query: string,
  { wanted = '1', token = TOKEN }: { wanted?: string | null; token?: string | null } = {},
): Promise<Answer> {
  const request = graphqlRequest(query, {}, token);
  if (wanted !== null) request.headers.set('x-upstream-report', wanted);
  return JSON.parse(await (await gateway.fetch(request)).text());
}

/** Report in the answer to `query`. Throws if there is none. */
async function reportOf(gateway: TestGateway, query: string): Promise<Report> {
  const { extensions } = await ask(gateway, query);
  if (extensions?.upstream === undefined) throw new TypeError('There is no report.');
  return extensions.upstream;
}

/** Call as the report has it, of any duration. */
function called(resource: string, keys: number, more: { status?: number | null; retries?: number } = {}) {
  return { resource, keys, status: 200, retries: 0, ms: expect.any(Number), ...more };
}

function byResource(calls: Report['calls']): Report['calls'] {
  return calls.toSorted((a, b) => a.resource.localeCompare(b.resource));
}

/** Number of entities of each type in the answer to `everyDetail`, the list excluded. */
const ofEveryDetail = [
  { type: 'Campaign', count: 1 },
  { type: 'Contact', count: 100 },
  { type: 'Queue', count: 5 },
  { type: 'Script', count: 3 },
  { type: 'Skill', count: 8 },
  { type: 'User', count: 20 },
];

describe('the report of a request', () => {
  test('lists each call with its number of ids if nothing is cached', async () => {
    const gateway = await keepingGatewayForTest({ env: reporting });
    const report = await reportOf(gateway, everyDetail);
    expect({ ...report, calls: byResource(report.calls) }).toEqual({
      calls: [
        called('campaignInteractions', 1),
        called('campaigns', 1),
        called('contacts', 100),
        called('queues', 5),
        ...[1, 2, 3].map(() => called('scripts', 1)),
        called('skills', 8),
        called('users', 20),
      ],
      shared: 0,
      fromCache: [],
      savedByReference: 0,
      waitedMs: expect.any(Number),
      quota: { allowed: 100_000, used: 9, resetSeconds: expect.any(Number) },
    });
    expect(gateway.calls()).toEqual(callsOfEveryDetail);
    for (const { ms } of report.calls) expect(Number.isInteger(ms) && ms >= 0).toBe(true);
  });

  test('lists entities by type with their number and age, and no call, if everything is cached', async () => {
    const clock = clockForTest();
    const list = { INTERACTIONS_WINDOW_MS: '600000', INTERACTIONS_MAX_AGE_MS: '600000' };
    const gateway = await keepingGatewayForTest({ env: { ...reporting, ...list } });
    await gateway.query(everyDetail);
    clock.skip(12_000);
    const { calls, shared, fromCache } = await reportOf(gateway, everyDetail);
    expect([calls, shared]).toEqual([[], 0]);
    expect(fromCache.map(({ type, count }) => ({ type, count }))).toEqual(
      expect.arrayContaining([{ type: 'CampaignInteractionConnection', count: 1 }, ...ofEveryDetail]),
    );
    expect(fromCache).toHaveLength(1 + ofEveryDetail.length);
    for (const { oldestSeconds } of fromCache) expect(oldestSeconds).toBeGreaterThanOrEqual(12);
  });

  test('lists cached entities besides calls, with the age of the oldest of several', async () => {
    const clock = clockForTest();
    const gateway = await keepingGatewayForTest({ env: reporting });
    await gateway.query('{ user(id: "user-1") { email } }');
    clock.skip(20_000);
    await gateway.query('{ user(id: "user-2") { email } }');
    const { calls, fromCache } = await reportOf(
      gateway,
      '{ a: user(id: "user-1") { email } b: user(id: "user-2") { email } c: user(id: "user-3") { email } }',
    );
    expect(calls).toEqual([called('users', 1)]);
    expect(fromCache).toEqual([{ type: 'User', count: 2, oldestSeconds: expect.any(Number) }]);
    expect(fromCache[0]?.oldestSeconds).toBeGreaterThanOrEqual(20);
  });

  test('counts entities that a call of another request reads as shared', async () => {
    const gateway = await keepingGatewayForTest({ env: reporting });
    const users = Array.from({ length: 5 }, (_, n) => `{ user(id: "user-${n}") { email } }`);
    const reports = await Promise.all([...users, ...users].map((query) => reportOf(gateway, query)));
    expect(gateway.calls()).toEqual({ users: 1 });
    expect(reports.flatMap(({ calls }) => calls)).toEqual([called('users', 5)]);
    expect(reports.map(({ shared }) => shared).toSorted((a, b) => a - b)).toEqual([
      0,
      ...Array.from({ length: 9 }, () => 1),
    ]);
  });

  test('counts listings that another request reads as shared', async () => {
    const gateway = await keepingGatewayForTest({ env: reporting, latencyMs: 50 });
    const reports = await Promise.all(
      [1, 2].map(() => reportOf(gateway, '{ campaigns(first: 5) { totalCount } }')),
    );
    const figures = reports.map(({ calls, shared }) => ({ calls: calls.length, shared }));
    expect(figures).toHaveLength(2);
    expect(figures).toEqual(
      expect.arrayContaining([
        { calls: 1, shared: 0 },
        { calls: 0, shared: 1 },
      ]),
    );
  });

  test('states how often a call was retried', async () => {
    const gateway = await keepingGatewayForTest({
      env: reporting,
      faults: [{ kind: 'status', status: 503, resource: 'users', times: 1 }],
    });
    expect((await reportOf(gateway, USER)).calls).toEqual([called('users', 1, { retries: 1 })]);
    expect(gateway.calls()).toEqual({ users: 2 });
  });

  test('states the status of a denied call, besides the error', async () => {
    const gateway = await keepingGatewayForTest({
      env: reporting,
      faults: [{ kind: 'missingPermissions', resource: 'users', permissions: ['directory:user:view'] }],
    });
    const { data, errors, extensions } = await ask(gateway, USER);
    expect(data).toEqual({ user: null });
    expect(errors?.map((error) => error.extensions.code)).toEqual(['FORBIDDEN']);
    expect(extensions?.upstream?.calls).toEqual([called('users', 1, { status: 403 })]);
  });

  test('lists each call of a bisected batch', async () => {
    const gateway = await keepingGatewayForTest({
      env: reporting,
      faults: [{ kind: 'refuseIds', resource: 'users', ids: ['user-2'] }],
    });
    const { calls } = await reportOf(
      gateway,
      '{ a: user(id: "user-1") { email } b: user(id: "user-2") { email } }',
    );
    expect(calls.map(({ keys, status }) => [keys, status])).toEqual(
      expect.arrayContaining([
        [2, 400],
        [1, 200],
        [1, 400],
      ]),
    );
    expect(calls).toHaveLength(3);
  });

  test('states no status for a call that was not answered', async () => {
    const gateway = await keepingGatewayForTest({
      env: { ...reporting, UPSTREAM_TIMEOUT_MS: '200', MAX_UPSTREAM_CALLS: '1' },
      faults: [{ kind: 'hang', resource: 'users' }],
    });
    expect((await reportOf(gateway, USER)).calls).toEqual([called('users', 1, { status: null })]);
  });

  test('counts as saved each entity whose reference was enough, once, and none that was also loaded', async () => {
    const gateway = await keepingGatewayForTest({ env: reporting });
    const names = await reportOf(
      gateway,
      screen('agent { id name } skills { name } queue { name memberCount }'),
    );
    expect(names.savedByReference).toBe(20 + 8);
    expect(byResource(names.calls)).toEqual([called('campaignInteractions', 1), called('queues', 5)]);
    const { savedByReference } = await reportOf(
      gateway,
      `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}") {
        nodes { agent { name } contact { name contactListId } }
        edges { node { agent { email } } }
      } }`,
    );
    expect(savedByReference).toBe(100);
  });

  test('states how long calls waited for permits', async () => {
    const gateway = await keepingGatewayForTest({
      env: { ...reporting, UPSTREAM_CONCURRENCY: '1' },
      latencyMs: 100,
    });
    const { waitedMs } = await reportOf(
      gateway,
      '{ user(id: "user-1") { email } queue(id: "queue-1") { memberCount } }',
    );
    expect(waitedMs).toBeGreaterThan(0);
  });

  test('states the known quota, which is null before the first answer of the upstream', async () => {
    const gateway = await keepingGatewayForTest({
      env: reporting,
      rateLimit: { allowed: 50, windowSeconds: 60 },
    });
    expect((await reportOf(gateway, '{ __typename }')).quota).toBeNull();
    const { quota } = await reportOf(gateway, USER);
    expect(quota).toEqual({ allowed: 50, used: 1, resetSeconds: expect.any(Number) });
    expect(quota?.resetSeconds).toBeGreaterThan(0);
    expect(quota?.resetSeconds).toBeLessThanOrEqual(61);
    expect((await reportOf(gateway, USER)).quota?.used).toBe(1);
  });

  test('leaves out calls that revalidate in the background', async () => {
    const clock = clockForTest();
    const env = { ...reporting, IDENTITY_PROOF_SECONDS: '3600' };
    const gateway = await keepingGatewayForTest({ env });
    await gateway.query(USER);
    gateway.calls();
    clock.skip(61_000);
    const { calls, fromCache } = await reportOf(gateway, USER);
    expect([calls, fromCache.map(({ count }) => count)]).toEqual([[], [1]]);
    await expect.poll(() => gateway.sandbox.requests.length).toBe(1);
  });

  test('contains no address, id or credential', async () => {
    const gateway = await keepingGatewayForTest({
      env: reporting,
      faults: [{ kind: 'status', status: 404, resource: 'queues', body: 'at https://upstream.example/api' }],
    });
    const { extensions } = await ask(gateway, everyDetail);
    const text = JSON.stringify(extensions);
    for (const hidden of ['http', '/', 'api', 'localhost', '127.0.0.1', 'user-', CAMPAIGN_ID, TOKEN]) {
      expect(text).not.toContain(hidden);
    }
  });

  test('is given to a request without a credential as well', async () => {
    const gateway = await keepingGatewayForTest({ env: reporting });
    const { errors, extensions } = await ask(gateway, USER, { token: null });
    expect(errors).toHaveLength(1);
    expect(extensions?.upstream).toEqual({
      calls: [],
      shared: 0,
      fromCache: [],
      savedByReference: 0,
      waitedMs: 0,
      quota: null,
    });
  });
});

describe('an answer has no report', () => {
  test.each<[string, string | null, Record<string, string>]>([
    ['if its request does not ask for one', null, reporting],
    ['if its request asks with another value than 1', 'true', reporting],
    ['if UPSTREAM_REPORT is off', '1', { UPSTREAM_REPORT: 'off' }],
    ['by default with an upstream other than the embedded sandbox', '1', {}],
  ])('%s', async (_what, wanted, env) => {
    const gateway = await keepingGatewayForTest({ env });
    expect(await ask(gateway, USER, { wanted })).toEqual({ data: { user: { email: 'user-1@example.com' } } });
  });

  test('if nothing was executed', async () => {
    const gateway = await keepingGatewayForTest({ env: reporting });
    const { errors, extensions } = await ask(gateway, '{ nothing }');
    expect(errors).toHaveLength(1);
    expect(extensions).toBeUndefined();
  });
});
