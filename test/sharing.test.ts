import { describe, expect, test } from 'vitest';
import { gatewayForTest, graphqlRequest, TOKEN } from './support/gateway.ts';
import { CAMPAIGN_ID } from './support/organisation.ts';

const USER = '{ user(id: "user-1") { name } }';
const userAnswer = { data: { user: { name: 'Name of user-1' } } };
/** No time limit of the gateway's own ends anything in a test that shows what else does. */
const patient = { REQUEST_TIMEOUT_MS: '600000', UPSTREAM_TIMEOUT_MS: '600000' };
const hang = { kind: 'hang', resource: 'users', times: 1 } as const;

describe('reads that are the same, of one identity and at the same time', () => {
  test('are one call', async () => {
    const { query, calls } = await gatewayForTest({ latencyMs: 50 });
    const list = `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}") { totalCount } }`;
    const answers = await Promise.all(Array.from({ length: 10 }, () => query(list)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(calls()).toEqual({ campaignInteractions: 1 });
  });

  test('are one call for each identity', async () => {
    const { query, sandbox } = await gatewayForTest({ latencyMs: 50, tokens: ['one', 'two'] });
    await Promise.all(['one', 'two', 'one', 'two'].map((token) => query(USER, {}, token)));
    expect(sandbox.requests).toHaveLength(2);
    expect(new Set(sandbox.requests.map(({ token }) => token))).toEqual(new Set(['one', 'two']));
  });

  test('are asked anew once the call is over: nothing is kept', async () => {
    const { query, calls } = await gatewayForTest();
    for (let n = 0; n < 3; n += 1) {
      // oxlint-disable-next-line eslint/no-await-in-loop
      expect(await query(USER)).toEqual(userAnswer);
    }
    expect(calls()).toEqual({ users: 3 });
  });

  test('are calls of their own when they differ in as little as a part of an entity', async () => {
    const { query, calls } = await gatewayForTest({ latencyMs: 50 });
    await Promise.all([
      query(USER),
      query('{ user(id: "user-1") { routingStatus { status } } }'),
      query('{ user(id: "user-2") { name } }'),
    ]);
    expect(calls()).toEqual({ users: 3 });
  });

  test('are not shared where what was read must have been proven at that very moment', async () => {
    const { query, calls } = await gatewayForTest({
      latencyMs: 50,
      env: { IDENTITY_PROOF_SECONDS: '0' },
    });
    const first = query(USER);
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
    await Promise.all([first, query(USER)]);
    expect(calls()).toEqual({ users: 2 });
  });

  test('fail together, each with an error of its own request', async () => {
    const { query, calls } = await gatewayForTest({
      latencyMs: 50,
      faults: [{ kind: 'status', status: 500, resource: 'users' }],
    });
    const answers = await Promise.all([query(USER), query(`{ a: user(id: "user-1") { name } }`)]);
    expect(answers.map(({ errors }) => errors?.map(({ path }) => path))).toEqual([[['user']], [['a']]]);
    expect(calls()).toEqual({ users: 1 });
  });
});

test('what a denied permission covers is not joined any more, and anything else still is', async () => {
  const { query, calls, sandbox } = await gatewayForTest({
    faults: [
      { kind: 'delay', ms: 400, resource: 'campaignInteractions' },
      { kind: 'delay', ms: 400, resource: 'users' },
      { kind: 'missingPermissions', resource: 'campaigns', permissions: ['outbound:campaign:view'] },
    ],
    env: patient,
  });
  const both = `{
    campaignInteractions(campaignId: "${CAMPAIGN_ID}") { totalCount }
    user(id: "user-1") { name }
  }`;
  const first = query(both);
  await expect.poll(() => sandbox.requests.length).toBe(2);
  expect((await query(`{ campaign(id: "${CAMPAIGN_ID}") { name } }`)).errors).toHaveLength(1);
  await Promise.all([first, query(both)]);
  expect(calls()).toEqual({ campaigns: 1, campaignInteractions: 2, users: 1 });
});

describe('one who goes away', () => {
  test('takes nothing from the others who wait for the same call', async () => {
    const { gateway, query, sandbox } = await gatewayForTest({
      faults: [{ kind: 'delay', ms: 200, resource: 'users' }],
      env: patient,
    });
    const client = new AbortController();
    const request = new Request(graphqlRequest(USER, {}, TOKEN), { signal: client.signal });
    const first = Promise.resolve(gateway.fetch(request)).catch(() => undefined);
    await expect.poll(() => sandbox.requests.length).toBe(1);
    // Both of its fields are asked for at once, so that with the call for one it has joined that for the other.
    const second = query('{ user(id: "user-1") { name } queue(id: "queue-1") { name } }');
    await expect.poll(() => sandbox.requests.length).toBe(2);
    client.abort();
    expect(await second).toEqual({ data: { ...userAnswer.data, queue: { name: 'Name of queue-1' } } });
    await first;
    expect(sandbox.requests.map(({ resource }) => resource)).toEqual(['users', 'queues']);
  });

  test('leaves nothing behind that somebody could join', async () => {
    const { gateway, query, sandbox } = await gatewayForTest({ faults: [hang], env: patient });
    const client = new AbortController();
    const request = new Request(graphqlRequest(USER, {}, TOKEN), { signal: client.signal });
    const first = Promise.resolve(gateway.fetch(request)).catch(() => undefined);
    await expect.poll(() => sandbox.requests.length).toBe(1);
    client.abort();
    await first;
    expect(await query(USER)).toEqual(userAnswer);
    expect(sandbox.requests).toHaveLength(2);
  });

  test('is not waited for by the one who joined, whose own time counts', async () => {
    const { query, calls } = await gatewayForTest({
      faults: [hang],
      env: { REQUEST_TIMEOUT_MS: '300', UPSTREAM_TIMEOUT_MS: '600000' },
    });
    const answers = await Promise.all([query(USER), query(USER)]);
    expect(answers.map(({ errors }) => errors?.[0]?.extensions.code)).toEqual([
      'UPSTREAM_TIMEOUT',
      'UPSTREAM_TIMEOUT',
    ]);
    expect(calls()).toEqual({ users: 1 });
    expect(await query(USER)).toEqual(userAnswer);
  });
});
