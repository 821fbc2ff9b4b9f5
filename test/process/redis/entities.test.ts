import { describe, expect, test } from 'vitest';
import { CAMPAIGN_ID } from '../../support/organisation.ts';
import { redisForTest, whySkippedWithoutRedis } from '../../support/redis.ts';
import { replicasForTest } from '../../support/replicas.ts';

const whySkipped = whySkippedWithoutRedis('what replicas share over Redis');

const SCREEN = `{
  campaignInteractions(campaignId: "${CAMPAIGN_ID}") {
    totalCount
    nodes {
      id
      agent { name email manager { email } presence { systemPresence } }
      contact { data } queue { description } skills { state } script { versionId }
    }
  }
}`;
/** Longer than any test. */
const LONG = { CACHE_TTL_USER_SECONDS: '600', CACHE_TTL_QUEUE_SECONDS: '600', IDENTITY_PROOF_SECONDS: '600' };
const QUEUE = '{ queue(id: "queue-1") { description } }';

describe.skipIf(whySkipped !== null)('entities that one replica has read', () => {
  test('are shown by another that has the same credential, for no call at all', async () => {
    const { replicas, calls } = await replicasForTest(await redisForTest());
    const [first, second] = replicas;
    const answer = await first?.query(SCREEN);
    expect(answer?.errors).toBeUndefined();
    expect(Object.keys(calls()).length).toBeGreaterThan(4);
    const other = await second?.query(SCREEN);
    expect(other?.data).toEqual(answer?.data);
    expect(calls()).toEqual({});
    expect(other?.extensions?.upstream?.fromCache.length).toBeGreaterThan(4);
  });

  test('that all want at the same moment are asked for once', async () => {
    const { replicas, calls } = await replicasForTest(await redisForTest(), { count: 3, latencyMs: 100 });
    const answers = await Promise.all(replicas.map(({ query }) => query(SCREEN)));
    for (const { data, errors } of answers) {
      expect(errors).toBeUndefined();
      expect(data).toEqual(answers[0]?.data);
    }
    expect(calls()).toEqual({
      campaignInteractions: 1,
      users: 2,
      contacts: 1,
      queues: 1,
      skills: 1,
      scripts: 3,
    });
  });

  test('are asked for as far as they are missing elsewhere', async () => {
    const { replicas, sandbox, calls } = await replicasForTest(await redisForTest());
    const [first, second] = replicas;
    await first?.query('{ a: user(id: "user-1") { email } b: user(id: "user-2") { email } }');
    calls();
    const answer = await second?.query(
      '{ a: user(id: "user-1") { email } b: user(id: "user-2") { email } c: user(id: "user-3") { email } none: user(id: "nobody") { email } }',
    );
    expect(answer?.data).toMatchObject({
      a: { email: expect.any(String) },
      c: { email: expect.any(String) },
      none: null,
    });
    expect(sandbox.requests.map(({ ids }) => ids)).toEqual([['user-3', 'nobody']]);
    calls();
    expect((await first?.query('{ none: user(id: "nobody") { email } }'))?.data).toEqual({ none: null });
    expect(calls()).toEqual({});
  });

  test('with parts serve those who want none, and not the other way round', async () => {
    const { replicas, calls } = await replicasForTest(await redisForTest());
    const [first, second] = replicas;
    await first?.query('{ user(id: "user-1") { email presence { systemPresence } } }');
    await first?.query('{ user(id: "user-2") { email } }');
    calls();
    await second?.query('{ user(id: "user-1") { email } }');
    expect(calls()).toEqual({});
    await second?.query('{ user(id: "user-2") { email presence { systemPresence } } }');
    expect(calls()).toEqual({ users: 1 });
  });

  test('are not shown with another credential, nor once the upstream has refused this one', async () => {
    const { replicas, sandbox, calls } = await replicasForTest(await redisForTest(), {
      env: LONG,
      tokens: ['token-of-another'],
    });
    const [first, second] = replicas;
    await first?.query(QUEUE);
    await second?.query(QUEUE);
    expect(calls()).toEqual({ queues: 1 });
    await second?.query(QUEUE, {}, 'token-of-another');
    expect(calls()).toEqual({ queues: 1 });
    sandbox.revoke('token-of-a-caller');
    // Something that has not been read yet.
    expect((await first?.query('{ skill(id: "skill-1") { state } }'))?.errors?.[0]?.extensions.code).toBe(
      'UNAUTHENTICATED',
    );
    // News take a moment to travel.
    await expect
      .poll(async () => (await second?.query(QUEUE))?.errors?.[0]?.extensions.code)
      .toBe('UNAUTHENTICATED');
    expect((await first?.query(QUEUE))?.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  test('are forgotten everywhere when the upstream denies a permission for them, the others not', async () => {
    const { replicas, sandbox, calls } = await replicasForTest(await redisForTest(), { env: LONG });
    const [first, second] = replicas;
    await first?.query(`{ queue(id: "queue-1") { description } user(id: "user-1") { email } }`);
    await second?.query(`{ queue(id: "queue-1") { description } user(id: "user-1") { email } }`);
    sandbox.faults.push({
      kind: 'missingPermissions',
      permissions: ['routing:queue:view'],
      resource: 'queues',
    });
    expect(
      (await first?.query('{ queue(id: "queue-2") { description } }'))?.errors?.[0]?.extensions.code,
    ).toBe('FORBIDDEN');
    await expect
      .poll(async () => (await second?.query(QUEUE))?.errors?.[0]?.extensions.code)
      .toBe('FORBIDDEN');
    calls();
    expect((await second?.query('{ user(id: "user-1") { email } }'))?.errors).toBeUndefined();
    expect(calls()).toEqual({});
  });

  test('that grow old are asked for anew by one replica, while all show them', async () => {
    const { replicas, calls } = await replicasForTest(await redisForTest(), {
      count: 3,
      env: { CACHE_TTL_QUEUE_SECONDS: '1' },
      latencyMs: 100,
    });
    await Promise.all(replicas.map(({ query }) => query(QUEUE)));
    expect(calls()).toEqual({ queues: 1 });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    // Nobody waits, and one asks.
    const answers = await Promise.all(replicas.map(({ query }) => query(QUEUE)));
    for (const { data } of answers) expect(data.queue.description).toBe('Description of queue-1');
    await expect.poll(() => calls()).toEqual({ queues: 1 });
  });
});
