import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { usedUp } from '../../support/answers.ts';
import { CAMPAIGN_ID } from '../../support/organisation.ts';
import { redisForTest, whySkippedWithoutRedis } from '../../support/redis.ts';
import { replicasForTest } from '../../support/replicas.ts';
import { range } from '../../support/range.ts';

const whySkipped = whySkippedWithoutRedis('one quota for several replicas');

const NOTHING_SHOWN_AGAIN = {
  CACHE_MAX_BYTES: '0',
  INTERACTIONS_WINDOW_MS: '0',
  INTERACTIONS_MAX_AGE_MS: '0',
  REQUEST_TIMEOUT_MS: '1500',
};

const LIST = `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}") { totalCount } }`;

describe.skipIf(whySkipped !== null)('the quota of an identity', () => {
  test('is shared by all replicas: they make no more calls than it allows, and get no 429', async () => {
    const { replicas, sandbox } = await replicasForTest(await redisForTest(), {
      count: 3,
      env: NOTHING_SHOWN_AGAIN,
      rateLimit: { allowed: 40, windowSeconds: 600 },
    });
    const answers = await Promise.all(
      range(40).flatMap((n) =>
        replicas.map(({ query }) =>
          query(`{ user(id: "user-${n % 20}") { email } queue(id: "queue-${n}") { id } }`),
        ),
      ),
    );
    expect(sandbox.answered.get(429)).toBeUndefined();
    const calls = sandbox.answered.get(200) ?? 0;
    expect(calls).toBeGreaterThan(0);
    expect(calls).toBeLessThanOrEqual(40);
    const codes = new Set(
      answers.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions.code)),
    );
    expect([...codes].filter((code) => code !== 'UPSTREAM_RATE_LIMITED')).toEqual([]);
  });

  test('is known to all replicas once one of them has read it from the headers of answers', async () => {
    const { replicas, sandbox, calls } = await replicasForTest(await redisForTest(), {
      env: NOTHING_SHOWN_AGAIN,
      rateLimit: { allowed: 5, windowSeconds: 600 },
    });
    const [first, second] = replicas;
    for (let n = 0; n < 5; n += 1) {
      const { errors } = (await first?.query(`{ queue(id: "queue-${n}") { id } }`)) ?? {};
      expect(errors).toBeUndefined();
    }
    expect(calls()).toEqual({ queues: 5 });
    const refused = await second?.query('{ queue(id: "queue-1") { id } }');
    expect(refused?.errors?.[0]?.extensions).toMatchObject({ code: 'UPSTREAM_RATE_LIMITED' });
    expect(refused?.errors?.[0]?.extensions.retryAfterSeconds).toBeGreaterThan(400);
    expect(calls()).toEqual({});
    expect(sandbox.answered.get(429)).toBeUndefined();
  });

  test('is held for all replicas after one of them got a 429', async () => {
    const redis = await redisForTest();
    const { replicas, calls } = await replicasForTest(redis, {
      env: NOTHING_SHOWN_AGAIN,
      faults: [usedUp('*', 120, 1)],
    });
    const [first, second] = replicas;
    const refused = await first?.query('{ queue(id: "queue-1") { id } }');
    expect(refused?.errors?.[0]?.extensions.code).toBe('UPSTREAM_RATE_LIMITED');
    // The hold is written to Redis while the answer is on its way.
    const [quota = ''] = await redis.ask((client) => client.keys('*:quota'));
    await expect.poll(() => redis.ask((client) => client.hGet(quota, 'held'))).not.toBe('0');
    calls();
    const held = await second?.query(LIST);
    expect(held?.errors?.[0]?.extensions.code).toBe('UPSTREAM_RATE_LIMITED');
    expect(held?.errors?.[0]?.extensions.retryAfterSeconds).toBeGreaterThan(60);
    expect(calls()).toEqual({});
  });

  test('is not held for a 429 of a resource’s own limit, which each replica learns by itself', async () => {
    const redis = await redisForTest();
    const { replicas, calls } = await replicasForTest(redis, {
      env: NOTHING_SHOWN_AGAIN,
      faults: [{ kind: 'rateLimited', retryAfterSeconds: 120, resource: 'queues' }],
    });
    const [first, second] = replicas;
    const queue = '{ queue(id: "queue-1") { id } }';
    const user = '{ user(id: "user-1") { id } }';
    for (const text of [queue, queue, user]) await first?.query(text);
    expect(calls()).toEqual({ queues: 1, users: 1 });
    for (const text of [queue, queue, user]) await second?.query(text);
    expect(calls()).toEqual({ queues: 1, users: 1 });
    const [quota = ''] = await redis.ask((client) => client.keys('*:quota'));
    await expect.poll(() => redis.ask((client) => client.hGet(quota, 'count'))).toBe('4');
    expect(await redis.ask((client) => client.hGet(quota, 'held'))).toBe('0');
  });

  test('is also shared by replicas that log in by themselves, each with its own token', async () => {
    const { replicas, sandbox } = await replicasForTest(await redisForTest(), {
      count: 3,
      env: NOTHING_SHOWN_AGAIN,
      isService: true,
      rateLimit: { allowed: 20, windowSeconds: 600 },
    });
    for (let n = 0; n < 12; n += 1) {
      await Promise.all(replicas.map(({ query }) => query(`{ queue(id: "queue-${n}") { id } }`)));
    }
    const calls = sandbox.requests.filter(({ resource }) => resource === 'queues').length;
    expect(calls).toBeLessThanOrEqual(20);
    expect(calls).toBeGreaterThan(15);
  });

  test('is separate from the quota of another identity', async () => {
    const { replicas } = await replicasForTest(await redisForTest(), {
      env: NOTHING_SHOWN_AGAIN,
      tokens: ['token-of-another'],
      rateLimit: { allowed: 1, windowSeconds: 600 },
    });
    const [first, second] = replicas;
    expect((await first?.query('{ queue(id: "queue-1") { id } }'))?.errors).toBeUndefined();
    expect(
      (await second?.query('{ queue(id: "queue-1") { id } }', {}, 'token-of-another'))?.errors,
    ).toBeUndefined();
  });

  const WINDOW_MS = 10_000;

  test.each([
    ['one replica', [0, 0]],
    ['a replica each', [0, 1]],
  ])(
    'is shared by callers by quantity, with a reserve for one that comes, who come to %s',
    async (_where, at) => {
      const keys = ['key-a', 'key-b'];
      const { replicas, sandbox } = await replicasForTest(await redisForTest(), {
        isService: true,
        env: {
          ...NOTHING_SHOWN_AGAIN,
          REQUEST_TIMEOUT_MS: '1000',
          AUTH_API_KEY_HASHES: keys.map((key) => createHash('sha256').update(key).digest('hex')).join(','),
        },
        rateLimit: { allowed: 30, windowSeconds: WINDOW_MS / 1000 },
      });
      let asked = 0;
      const answered = async (caller: 0 | 1, count: number) => {
        asked += 1;
        const replica = replicas[at[caller] ?? 0];
        const answers = await Promise.all(
          range(count).map(async (n) =>
            replica?.query(`{ script(id: "${caller}-${asked}-${n}") { id } }`, {}, keys[caller]),
          ),
        );
        return answers.filter((answer) => answer?.errors === undefined).length;
      };
      expect(await answered(0, 40)).toBe(24);
      expect(await answered(1, 6)).toBe(6);
      // Windows of the upstream end by its clock.
      await delay(WINDOW_MS + 500);
      const [ofA, ofB] = await Promise.all([answered(0, 40), answered(1, 7)]);
      expect(ofB).toBe(7);
      expect(ofA).toBeLessThanOrEqual(30 - 7);
      expect(sandbox.answered.get(429)).toBeUndefined();
    },
  );
});
