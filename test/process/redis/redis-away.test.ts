import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../../scripts/free-port.ts';
import { startSandbox } from '../../../src/sandbox/start-sandbox.ts';
import { capturedLog } from '../../support/captured-log.ts';
import { Page } from '../../support/documentation.ts';
import { CAMPAIGN_ID, supervisorsOrganisation } from '../../support/organisation.ts';
import { redisForTest, whySkippedWithoutRedis } from '../../support/redis.ts';
import { replicaForTest, replicasForTest, untilItSharesWithRedis } from '../../support/replicas.ts';
import { TOKEN } from '../../support/gateway.ts';

const whySkipped = whySkippedWithoutRedis('a Redis that fails');

const SCREEN = `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", maxAgeMs: 0) { nodes { agent { email } contact { data } queue { description } } } }`;

describe.skipIf(whySkipped !== null)('replicas', () => {
  test('answer requests, stay ready and log an unreachable Redis once when Redis is down at the start', async () => {
    const sandbox = await startSandbox({ organisation: supervisorsOrganisation(), tokens: [TOKEN] });
    onTestFinished(() => sandbox.close());
    const url = `redis://127.0.0.1:${await freePort()}`;
    const { log, others } = capturedLog();
    const replica = replicaForTest({ url }, sandbox, { log });
    expect((await replica.query(SCREEN)).errors).toBeUndefined();
    await expect
      .poll(() => replica.ready())
      .toMatchObject(JSON.parse(new Page('docs/replicas.md').block('json')));
    await expect.poll(() => others().filter(({ redis }) => redis === 'unreachable').length).toBe(1);
  });

  test('fail no request when Redis is killed twice and comes back empty, and use Redis whenever available', async () => {
    const redis = await redisForTest();
    const { replicas } = await replicasForTest(redis);
    for (let n = 0; n < 2; n += 1) {
      await redis.kill();
      const answers = await Promise.all(replicas.flatMap(({ query }) => [query(SCREEN), query(SCREEN)]));
      expect(answers.filter(({ errors }) => errors !== undefined)).toEqual([]);
      for (const { ready } of replicas)
        await expect.poll(async () => (await ready()).checks['redis']).toMatch(/^not used/);
      await redis.start();
      await Promise.all(replicas.map(untilItSharesWithRedis));
      const others = await Promise.all(replicas.map(({ query }) => query(SCREEN)));
      expect(others.filter(({ errors }) => errors !== undefined)).toEqual([]);
    }
  });

  test('answer requests while Redis does not answer, and use Redis again once it does', async () => {
    const redis = await redisForTest();
    const { replicas } = await replicasForTest(redis, { redisTimeoutMs: 50 });
    redis.freeze();
    for (let n = 0; n < 3; n += 1) {
      const answers = await Promise.all(replicas.map(({ query }) => query(SCREEN)));
      expect(answers.filter(({ errors }) => errors !== undefined)).toEqual([]);
    }
    for (const { ready } of replicas)
      await expect
        .poll(async () => (await ready()).checks['redis'])
        .toMatch(/^not used: (slow|unreachable)$/);
    redis.thaw();
    await Promise.all(replicas.map(untilItSharesWithRedis));
  });

  test('each spend no more than their share of the quota once Redis stops answering, from the first call on', async () => {
    const redis = await redisForTest();
    const { replicas, sandbox } = await replicasForTest(redis, {
      redisTimeoutMs: 50,
      env: { REPLICAS: '4', CACHE_MAX_BYTES: '0', REQUEST_TIMEOUT_MS: '1000' },
      rateLimit: { allowed: 20, windowSeconds: 600 },
    });
    // A replica keeps to a limit only once an answer has told it.
    await Promise.all(replicas.map(({ query }) => query('{ queue(id: "queue-1") { id } }')));
    redis.freeze();
    await Promise.all(
      Array.from({ length: 30 }, (_, n) => n).flatMap((n) =>
        replicas.map(({ query }) => query(`{ script(id: "script-${n}") { id } }`)),
      ),
    );
    redis.thaw();
    expect(sandbox.answered.get(429)).toBeUndefined();
    expect(sandbox.requests.length).toBe(10);
  });

  test('learn that a credential was rejected while Redis was unavailable, once Redis is available again', async () => {
    const redis = await redisForTest();
    const { replicas, sandbox } = await replicasForTest(redis, {
      env: { CACHE_TTL_QUEUE_SECONDS: '600', IDENTITY_PROOF_SECONDS: '600' },
    });
    const [first, second] = replicas;
    const queue = '{ queue(id: "queue-1") { description } }';
    await first?.query(queue);
    await second?.query(queue);
    await redis.kill();
    sandbox.revoke(TOKEN);
    const refused = await first?.query('{ skill(id: "skill-1") { state } }');
    expect(refused?.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect((await second?.query(queue))?.errors).toBeUndefined();
    await redis.start();
    await Promise.all(replicas.map(untilItSharesWithRedis));
    await expect
      .poll(async () => (await second?.query(queue))?.errors?.[0]?.extensions.code)
      .toBe('UNAUTHENTICATED');
  });

  test('answer requests while Redis is full, and use Redis again once it has room', async () => {
    const redis = await redisForTest();
    const { replicas } = await replicasForTest(redis);
    await redis.ask((client) => client.configSet({ maxmemory: '1', 'maxmemory-policy': 'noeviction' }));
    const answers = await Promise.all(replicas.map(({ query }) => query(SCREEN)));
    expect(answers.filter(({ errors }) => errors !== undefined)).toEqual([]);
    for (const { ready } of replicas) expect((await ready()).checks['redis']).toBe('not used: full');
    await redis.ask((client) => client.configSet({ maxmemory: '0' }));
    await Promise.all(replicas.map(untilItSharesWithRedis));
  });

  test('use a Redis with a password when theirs is right, and answer without Redis when theirs is wrong', async () => {
    const redis = await redisForTest();
    await redis.ask((client) => client.configSet('requirepass', 'a-password'));
    const sandbox = await startSandbox({ organisation: supervisorsOrganisation(), tokens: [TOKEN] });
    onTestFinished(() => sandbox.close());
    const { log, text } = capturedLog();
    const urlWith = (password: string) => redis.url.replace('//', `//:${password}@`);
    const replica = replicaForTest({ url: urlWith('another') }, sandbox, { log });
    await expect.poll(async () => (await replica.ready()).checks['redis']).toBe('not used: refusing');
    expect((await replica.query(SCREEN)).errors).toBeUndefined();
    expect(text()).toContain('"code":"WRONGPASS"');
    expect(text()).not.toContain('another');
    await untilItSharesWithRedis(replicaForTest({ url: urlWith('a-password') }, sandbox));
  });

  test('answer all requests while Redis is emptied again and again', async () => {
    const redis = await redisForTest();
    const { replicas } = await replicasForTest(redis, { count: 3, latencyMs: 20 });
    const asking = Promise.all(
      [...replicas, ...replicas, ...replicas, ...replicas].map(({ query }) => query(SCREEN)),
    );
    for (let n = 0; n < 30; n += 1) await redis.ask((client) => client.flushAll());
    expect((await asking).filter(({ errors }) => errors !== undefined)).toEqual([]);
  });

  test('each spend exactly their share of the quota while Redis is unavailable', async () => {
    const redis = await redisForTest();
    const { replicas, sandbox } = await replicasForTest(redis, {
      env: { REPLICAS: '2', CACHE_MAX_BYTES: '0', REQUEST_TIMEOUT_MS: '1000', UPSTREAM_CONCURRENCY: '2' },
      rateLimit: { allowed: 20, windowSeconds: 600 },
    });
    await redis.kill();
    for (const { ready } of replicas)
      await expect.poll(async () => (await ready()).checks['redis']).toMatch(/^not used/);
    const [first, second] = replicas;
    for (let n = 0; n < 20; n += 1) await first?.query(`{ queue(id: "queue-${n}") { id } }`);
    expect(sandbox.answered.get(200)).toBe(10);
    for (let n = 0; n < 20; n += 1) await second?.query(`{ queue(id: "queue-${n}") { id } }`);
    expect(sandbox.answered.get(200)).toBe(20);
    expect(sandbox.answered.get(429)).toBeUndefined();
  });
});
