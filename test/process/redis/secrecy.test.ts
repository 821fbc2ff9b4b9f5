import { describe, expect, test } from 'vitest';
import { KEYS } from '../../../src/redis/keys.ts';
import { TOKEN } from '../../support/gateway.ts';
import { CAMPAIGN_ID } from '../../support/organisation.ts';
import { redisForTest, whySkippedWithoutRedis } from '../../support/redis.ts';
import { replicasForTest } from '../../support/replicas.ts';

const whySkipped = whySkippedWithoutRedis('that Redis tells nothing without the credential');

const EVERYTHING = `{
  campaignInteractions(campaignId: "${CAMPAIGN_ID}") {
    nodes {
      id destinationAddress callerAddress callerName
      agent { name email } contact { name data } queue { name } skills { name }
      conversation { participants { name address attributes } }
    }
  }
}`;

/** Texts of an answer with more than 5 characters: shorter ones could occur by chance. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.length > 5 ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

describe.skipIf(whySkipped !== null)('the content of Redis', () => {
  test('has no text of an answer, and no token', async () => {
    const redis = await redisForTest();
    const { replicas } = await replicasForTest(redis);
    const { data, errors } = (await replicas[0]?.query(EVERYTHING)) ?? {};
    expect(errors).toBeUndefined();
    const secrets = [...new Set(textsIn(data)), TOKEN];
    expect(secrets.length).toBeGreaterThan(300);
    // The list and the entities of its rows reach Redis after the answer.
    await expect.poll(() => redis.ask((client) => client.dbSize())).toBeGreaterThan(100);
    const dump = await redis.dump();
    expect(dump.length).toBeGreaterThan(20_000);
    expect(secrets.filter((secret) => dump.includes(secret))).toEqual([]);
  });

  test('is not used where rows have been moved to other keys: their entities are read again', async () => {
    const redis = await redisForTest();
    const { replicas, calls } = await replicasForTest(redis);
    const [first, second] = replicas;
    const both = '{ a: queue(id: "queue-1") { description } b: queue(id: "queue-2") { description } }';
    const { data } = (await first?.query(both)) ?? {};
    await expect.poll(() => redis.ask(async (client) => (await entriesIn(client)).length)).toBe(2);
    await redis.ask(async (client) => {
      const [a = '', b = ''] = await entriesIn(client);
      await client.rename(a, 'aside');
      await client.rename(b, a);
      await client.rename('aside', b);
    });
    calls();
    expect((await second?.query(both))?.data).toEqual(data);
    expect(calls()).toEqual({ queues: 1 });
  });
});

/** Keys of stored rows. */
async function entriesIn(client: { keys(pattern: string): Promise<string[]> }): Promise<string[]> {
  const keys = await client.keys(`${KEYS}{*}:*`);
  return keys.filter((key) => /\}:[\w-]{22}$/.test(key));
}
