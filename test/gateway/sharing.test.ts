import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { onlyError, screen } from '../support/answers.ts';
import { forgetfulGatewayForTest, graphqlRequest, TOKEN } from '../support/gateway.ts';
import { CAMPAIGN_ID } from '../support/organisation.ts';
import { range } from '../support/range.ts';

const USER = '{ user(id: "user-1") { name } }';
const userAnswer = { data: { user: { name: 'Name of user-1' } } };
/** Time limits that never apply, for tests in which something else ends a call. */
const patient = { REQUEST_TIMEOUT_MS: '600000', UPSTREAM_TIMEOUT_MS: '600000' };
const hang = { kind: 'hang', resource: 'users', times: 1 } as const;

/** Waits for `count` turns of the event loop. */
async function turns(count: number): Promise<void> {
  // oxlint-disable-next-line eslint/no-await-in-loop
  for (let n = 0; n < count; n += 1) await turn();
}

describe('reads of the same ids', () => {
  test('by one identity at the same time are one call', async () => {
    const { query, calls } = await forgetfulGatewayForTest({ latencyMs: 50 });
    const list = `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}") { totalCount } }`;
    const answers = await Promise.all(Array.from({ length: 10 }, () => query(list)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(calls()).toEqual({ campaignInteractions: 1 });
  });

  test('by several identities at the same time are one call for each identity', async () => {
    const { query, sandbox } = await forgetfulGatewayForTest({ latencyMs: 50, tokens: ['one', 'two'] });
    await Promise.all(['one', 'two', 'one', 'two'].map((token) => query(USER, {}, token)));
    expect(sandbox.requests).toHaveLength(2);
    expect(new Set(sandbox.requests.map(({ token }) => token))).toEqual(new Set(['one', 'two']));
  });

  test('one after the other are separate calls if nothing is cached', async () => {
    const { query, calls } = await forgetfulGatewayForTest();
    for (let n = 0; n < 3; n += 1) {
      // oxlint-disable-next-line eslint/no-await-in-loop
      expect(await query(USER)).toEqual(userAnswer);
    }
    expect(calls()).toEqual({ users: 3 });
  });

  test('are separate calls if they differ in an expanded part of the entity', async () => {
    const { query, calls } = await forgetfulGatewayForTest({ latencyMs: 50 });
    await Promise.all([
      query(USER),
      query('{ user(id: "user-1") { routingStatus { status } } }'),
      query('{ user(id: "user-1") { presence { systemPresenceCode } } }'),
    ]);
    expect(calls()).toEqual({ users: 3 });
  });

  test('by a later request are not shared if IDENTITY_PROOF_SECONDS is 0', async () => {
    const { query, calls, sandbox } = await forgetfulGatewayForTest({
      latencyMs: 100,
      env: { IDENTITY_PROOF_SECONDS: '0' },
    });
    const first = query(USER);
    await vi.waitFor(() => expect(sandbox.requests).toHaveLength(1), { interval: 1 });
    await Promise.all([first, query(USER)]);
    expect(calls()).toEqual({ users: 2 });
  });

  test('by one request are shared however old they are, even if IDENTITY_PROOF_SECONDS is 0', async () => {
    const { query, calls } = await forgetfulGatewayForTest({
      env: { IDENTITY_PROOF_SECONDS: '0' },
      faults: [
        { kind: 'delay', ms: 60, resource: 'campaigns' },
        { kind: 'delay', ms: 300, resource: 'users' },
      ],
    });
    const rows = 'nodes { agent { email } }';
    const { errors } = await query(`{
      campaignInteractions(campaignId: "${CAMPAIGN_ID}") { ${rows} }
      campaign(id: "${CAMPAIGN_ID}") { interactions { ${rows} } }
    }`);
    expect(errors).toBeUndefined();
    expect(calls()).toEqual({ campaignInteractions: 1, campaigns: 1, users: 1 });
  });

  test('fail together, each with an error for its own request', async () => {
    const { query, calls } = await forgetfulGatewayForTest({
      latencyMs: 50,
      faults: [{ kind: 'status', status: 500, resource: 'users' }],
    });
    const answers = await Promise.all([query(USER), query(`{ a: user(id: "user-1") { name } }`)]);
    expect(answers.map(({ errors }) => errors?.map(({ path }) => path))).toEqual([[['user']], [['a']]]);
    expect(calls()).toEqual({ users: 1 });
  });
});

test('a read under way that a denied permission covers is not joined any more, and any other still is', async () => {
  const { query, calls, sandbox } = await forgetfulGatewayForTest({
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

/** Options under which a first read of the list holds the only permit of the identity for 300 ms. */
const blocking = {
  env: { ...patient, UPSTREAM_CONCURRENCY: '1' },
  faults: [{ kind: 'delay', ms: 300, resource: 'campaignInteractions', times: 1 }],
} as const;
const LIST = `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}") { totalCount } }`;

function userQuery(n: number, fields = 'id email'): string {
  return `{ user(id: "user-${n}") { ${fields} } }`;
}

function userFound(n: number) {
  return { data: { user: { id: `user-${n}`, email: `user-${n}@example.com` } } };
}

describe('ids that different requests need at the same time', () => {
  test('go into one batch, of which each request gets its own entity', async () => {
    const { query, sandbox } = await forgetfulGatewayForTest();
    const answers = await Promise.all(range(20).map((n) => query(userQuery(n))));
    expect(answers).toEqual(range(20).map(userFound));
    expect(sandbox.requests.map(({ ids }) => ids.toSorted())).toEqual([
      range(20)
        .map((n) => `user-${n}`)
        .toSorted(),
    ]);
  });

  test('are in the batch once, however many requests need the same id', async () => {
    const { query, sandbox } = await forgetfulGatewayForTest();
    const wanted = [1, 2, 1, 3, 2, 1];
    expect(await Promise.all(wanted.map((n) => query(userQuery(n))))).toEqual(wanted.map(userFound));
    expect(sandbox.requests.map(({ ids }) => ids)).toEqual([['user-1', 'user-2', 'user-3']]);
  });

  test('are never more in one batch than UPSTREAM_BATCH_SIZE', async () => {
    const { query, sandbox } = await forgetfulGatewayForTest({ env: { UPSTREAM_BATCH_SIZE: '7' } });
    const answers = await Promise.all(range(20).map((n) => query(userQuery(n))));
    expect(answers).toEqual(range(20).map(userFound));
    expect(sandbox.requests.map(({ ids }) => ids.length).toSorted((a, b) => a - b)).toEqual([6, 7, 7]);
  });

  test('join an open batch that waits for its permit, until it is sent', async () => {
    const { query, sandbox } = await forgetfulGatewayForTest(blocking);
    const list = query(LIST);
    await expect.poll(() => sandbox.requests.length).toBe(1);
    const asked: Promise<unknown>[] = [];
    for (const n of range(5)) {
      asked.push(query(userQuery(n)));
      // oxlint-disable-next-line eslint/no-await-in-loop -- each in a tick of its own
      await turns(5);
    }
    expect(sandbox.requests).toHaveLength(1);
    expect(await Promise.all(asked)).toEqual(range(5).map(userFound));
    await list;
    expect(sandbox.requests.map(({ ids }) => ids)).toEqual([[CAMPAIGN_ID], range(5).map((n) => `user-${n}`)]);
  });

  test('that are being read already are not requested again together with new ids', async () => {
    const { query, sandbox } = await forgetfulGatewayForTest({
      faults: [{ kind: 'delay', ms: 300, resource: 'users', times: 1 }],
      env: patient,
    });
    const first = query('{ a: user(id: "user-1") { id } b: user(id: "user-2") { id } }');
    await expect.poll(() => sandbox.requests.length).toBe(1);
    const { data } = await query('{ b: user(id: "user-2") { id email } c: user(id: "user-3") { id email } }');
    expect(data).toEqual({ b: userFound(2).data.user, c: userFound(3).data.user });
    await first;
    expect(sandbox.requests.map(({ ids }) => ids)).toEqual([['user-1', 'user-2'], ['user-3']]);
  });

  test('are taken from a batch with more expanded parts, and never from one with fewer', async () => {
    const { query, calls, sandbox } = await forgetfulGatewayForTest({
      faults: [{ kind: 'delay', ms: 300, resource: 'users', times: 2 }],
      env: patient,
    });
    const more = query(userQuery(1, 'presence { systemPresenceCode }'));
    await expect.poll(() => sandbox.requests.length).toBe(1);
    expect(await query(userQuery(1))).toEqual(userFound(1));
    await more;
    expect(calls()).toEqual({ users: 1 });
    const fewer = query(userQuery(2));
    await expect.poll(() => sandbox.requests.length).toBe(1);
    const { data } = await query(userQuery(2, 'presence { systemPresenceCode }'));
    expect(data.user.presence).toEqual({ systemPresenceCode: 'Presence of user-2' });
    await fewer;
    expect(calls()).toEqual({ users: 2 });
  });

  test('never go into one batch for two identities', async () => {
    const tokens = ['one', 'two', 'three'];
    const { query, sandbox } = await forgetfulGatewayForTest({ tokens, latencyMs: 20 });
    const asked = tokens.flatMap((token, t) => range(4).map((n) => query(userQuery(4 * t + n), {}, token)));
    expect(await Promise.all(asked)).toEqual(range(12).map(userFound));
    expect(sandbox.requests).toHaveLength(3);
    expect(new Map(sandbox.requests.map(({ token, ids }) => [token, ids]))).toEqual(
      new Map([
        ['one', ['user-0', 'user-1', 'user-2', 'user-3']],
        ['two', ['user-4', 'user-5', 'user-6', 'user-7']],
        ['three', ['user-8', 'user-9', 'user-10', 'user-11']],
      ]),
    );
  });

  test('are null only for the request whose id the upstream does not know', async () => {
    const { query, calls } = await forgetfulGatewayForTest();
    const answers = await Promise.all([query(userQuery(1)), query('{ user(id: "nobody") { email } }')]);
    expect(answers).toEqual([userFound(1), { data: { user: null } }]);
    expect(calls()).toEqual({ users: 1 });
  });

  test('do not fail if the upstream refuses another id of their batch', async () => {
    const { query, calls } = await forgetfulGatewayForTest({
      faults: [{ kind: 'refuseIds', resource: 'users', ids: ['user-2'] }],
    });
    const [good, bad, better] = await Promise.all([1, 2, 3].map((n) => query(userQuery(n))));
    expect([good, better]).toEqual([userFound(1), userFound(3)]);
    expect(bad?.data).toEqual({ user: null });
    expect(bad?.errors?.map(({ extensions }) => extensions)).toMatchObject([
      { upstreamStatus: 400, affected: { type: 'User', ids: ['user-2'], paths: ['user'] } },
    ]);
    // One call for all three, two for the halves, two for the single ids of the refused half.
    expect(calls()).toEqual({ users: 5 });
  });

  test('are named in the errors of the requests that need them, and of no other, if their call fails', async () => {
    const { query, calls } = await forgetfulGatewayForTest({
      faults: [{ kind: 'missingPermissions', resource: 'users', permissions: ['directory:user:view'] }],
    });
    const answers = await Promise.all([
      query('{ a: user(id: "user-1") { email } b: user(id: "user-2") { email } }'),
      query('{ user(id: "user-2") { email } }'),
      query(screen('agent { email }')),
    ]);
    expect(calls()).toMatchObject({ campaignInteractions: 1 });
    expect(answers.map((answer) => onlyError(answer).extensions.affected)).toEqual([
      { type: 'User', ids: ['user-1', 'user-2'], paths: ['a', 'b'] },
      { type: 'User', ids: ['user-2'], paths: ['user'] },
      {
        type: 'User',
        ids: range(20).map((n) => `user-${n}`),
        paths: ['campaignInteractions.nodes.*.agent.email'],
      },
    ]);
  });
});

describe('a request that ends before its call', () => {
  test('removes only its own ids from an open batch', async () => {
    const { gateway, query, sandbox } = await forgetfulGatewayForTest(blocking);
    const list = query(LIST);
    await expect.poll(() => sandbox.requests.length).toBe(1);
    const client = new AbortController();
    const leaving = new Request(graphqlRequest(userQuery(1), {}, TOKEN), { signal: client.signal });
    const first = Promise.resolve(gateway.fetch(leaving)).catch(() => undefined);
    await turns(5);
    const second = query(userQuery(2));
    await turns(5);
    client.abort();
    expect(await second).toEqual(userFound(2));
    await Promise.all([first, list]);
    expect(sandbox.requests.map(({ resource }) => resource)).toEqual(['campaignInteractions', 'users']);
    expect(sandbox.requests[1]?.query.getAll('id')).toEqual(['user-2']);
  });

  test('cancels a batch that no other request waits for, before it is sent', async () => {
    const { gateway, query, calls, sandbox } = await forgetfulGatewayForTest(blocking);
    const list = query(LIST);
    await expect.poll(() => sandbox.requests.length).toBe(1);
    const client = new AbortController();
    const leaving = new Request(graphqlRequest(userQuery(1), {}, TOKEN), { signal: client.signal });
    const first = Promise.resolve(gateway.fetch(leaving)).catch(() => undefined);
    await turns(5);
    client.abort();
    await Promise.all([first, list]);
    expect(await query(userQuery(2))).toEqual(userFound(2));
    expect(calls()).toEqual({ campaignInteractions: 1, users: 1 });
  });

  test('does not end a call that other requests wait for', async () => {
    const { gateway, query, sandbox } = await forgetfulGatewayForTest({
      faults: [{ kind: 'delay', ms: 200, resource: 'users' }],
      env: patient,
    });
    const client = new AbortController();
    const request = new Request(graphqlRequest(USER, {}, TOKEN), { signal: client.signal });
    const first = Promise.resolve(gateway.fetch(request)).catch(() => undefined);
    await expect.poll(() => sandbox.requests.length).toBe(1);
    // The second request loads both fields in one tick: with its call for the queue, it has joined that for the user.
    const second = query('{ user(id: "user-1") { name } queue(id: "queue-1") { name } }');
    await expect.poll(() => sandbox.requests.length).toBe(2);
    client.abort();
    expect(await second).toEqual({ data: { ...userAnswer.data, queue: { name: 'Name of queue-1' } } });
    await first;
    expect(sandbox.requests.map(({ resource }) => resource)).toEqual(['users', 'queues']);
  });

  test('leaves no call behind that a later request could join', async () => {
    const { gateway, query, sandbox } = await forgetfulGatewayForTest({ faults: [hang], env: patient });
    const client = new AbortController();
    const request = new Request(graphqlRequest(USER, {}, TOKEN), { signal: client.signal });
    const first = Promise.resolve(gateway.fetch(request)).catch(() => undefined);
    await expect.poll(() => sandbox.requests.length).toBe(1);
    client.abort();
    await first;
    expect(await query(USER)).toEqual(userAnswer);
    expect(sandbox.requests).toHaveLength(2);
  });

  test('gets UPSTREAM_TIMEOUT at its own deadline, whether it made the call or joined it', async () => {
    const { query, calls } = await forgetfulGatewayForTest({
      faults: [hang],
      env: { REQUEST_TIMEOUT_MS: '300' },
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
