import { describe, expect, test } from 'vitest';
import { CAMPAIGN_ID } from '../../support/organisation.ts';
import { redisForTest, whySkippedWithoutRedis } from '../../support/redis.ts';
import { replicasForTest } from '../../support/replicas.ts';

const whySkipped = whySkippedWithoutRedis('lists of interactions that replicas share');

const LIST = `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 1) { totalCount observedAt } }`;
const ANEW = `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 1, maxAgeMs: 0) { totalCount } }`;
const A_MINUTE = { INTERACTIONS_WINDOW_MS: '60000', INTERACTIONS_MAX_AGE_MS: '60000' };

describe.skipIf(whySkipped !== null)('a list of interactions', () => {
  test('that all replicas want at the same moment is asked for by one', async () => {
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

  test('that is wanted anew is asked for again, together with whoever else wants it so', async () => {
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

  test('that takes longer than a lease is waited for all the same', async () => {
    const { replicas, calls } = await replicasForTest(await redisForTest(), {
      env: A_MINUTE,
      latencyMs: 3_000,
    });
    const answers = await Promise.all(replicas.map(({ query }) => query(LIST)));
    expect(answers.filter(({ errors }) => errors !== undefined)).toEqual([]);
    expect(calls()).toEqual({ campaignInteractions: 1 });
  });

  test('that one replica cannot get is asked for by the next, which has callers of its own', async () => {
    const { replicas, calls } = await replicasForTest(await redisForTest(), {
      env: A_MINUTE,
      latencyMs: 100,
      faults: [{ kind: 'status', status: 500, resource: 'campaignInteractions', times: 1 }],
    });
    const answers = await Promise.all(replicas.map(({ query }) => query(LIST)));
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
    expect(calls()).toEqual({ campaignInteractions: 2 });
  });

  test('of one identity is not shown to another', async () => {
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
