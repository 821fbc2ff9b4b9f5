import { describe, expect, test } from 'vitest';
import { CAMPAIGN_ID } from '../support/organisation.ts';
import { redisForTest, whySkippedWithoutRedis } from '../support/redis.ts';
import { replicasForTest } from '../support/replicas.ts';

const whySkipped = whySkippedWithoutRedis('what replicas share over Redis');

const SCREEN = `{
  campaignInteractions(campaignId: "${CAMPAIGN_ID}") {
    totalCount
    nodes { id agent { name email presence { systemPresence } } contact { data } queue { description } skills { state } script { versionId } }
  }
}`;

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
});
