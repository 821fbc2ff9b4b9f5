import { describe, expect, test } from 'vitest';
import { CAMPAIGN_ID } from '../../support/organisation.ts';
import { redisForTest, whySkippedWithoutRedis } from '../../support/redis.ts';
import { replicasForTest } from '../../support/replicas.ts';

const whySkipped = whySkippedWithoutRedis('lists of interactions that replicas share');

const LIST = `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 1) { totalCount observedAt } }`;
const ANEW = `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 1, maxAgeMs: 0) { totalCount } }`;
const A_MINUTE = { INTERACTIONS_WINDOW_MS: '60000', INTERACTIONS_MAX_AGE_MS: '60000' };

describe.skipIf(whySkipped !== null)('a list of interactions', () => {
  test('is read by one replica when all replicas need it at the same moment', async () => {
    const { replicas, calls } = await replicasForTest(await redisForTest(), {
      count: 3,
      env: A_MINUTE,
      latencyMs: 300,
    });
    const answers = await Promise.all(
      [...replicas, ...replicas, ...replicas].map(({ query }) => query(LIST)),
    );
    for (const { data, errors } of answers) {
      expect(errors).toBeUndefined();
      expect(data.campaignInteractions.totalCount).toBe(100);
    }
    expect(calls()).toEqual({ campaignInteractions: 1 });
  });

  test('is read again for maxAgeMs: 0, once for all replicas that need it fresh at the same moment', async () => {
    const { replicas, calls } = await replicasForTest(await redisForTest(), {
      env: A_MINUTE,
      latencyMs: 300,
    });
    const [first] = replicas;
    await first?.query(LIST);
    expect(calls()).toEqual({ campaignInteractions: 1 });
    await Promise.all(replicas.map(({ query }) => query(ANEW)));
    expect(calls()).toEqual({ campaignInteractions: 1 });
  });

  test('is still read once when its call takes longer than a lease lasts', async () => {
    const { replicas, calls } = await replicasForTest(await redisForTest(), {
      env: A_MINUTE,
      latencyMs: 3_000,
    });
    const answers = await Promise.all(replicas.map(({ query }) => query(LIST)));
    expect(answers.filter(({ errors }) => errors !== undefined)).toEqual([]);
    expect(calls()).toEqual({ campaignInteractions: 1 });
  });

  test('is read by the next replica, for its own callers, when the call of the first one fails', async () => {
    const { replicas, calls } = await replicasForTest(await redisForTest(), {
      env: A_MINUTE,
      latencyMs: 100,
      faults: [{ kind: 'status', status: 500, resource: 'campaignInteractions', times: 1 }],
    });
    const answers = await Promise.all(replicas.map(({ query }) => query(LIST)));
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
    expect(calls()).toEqual({ campaignInteractions: 2 });
  });

  test('of one identity is not given to another identity', async () => {
    const { replicas, calls } = await replicasForTest(await redisForTest(), {
      env: A_MINUTE,
      tokens: ['token-of-another'],
    });
    const [first, second] = replicas;
    await first?.query(LIST);
    await second?.query(LIST, {}, 'token-of-another');
    expect(calls()).toEqual({ campaignInteractions: 2 });
  });
});
