import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CredentialEvents, type CredentialSubscriber } from '../../../src/identity/credential-events.ts';
import { tokenIdentity } from '../../../src/identity/upstream-identity.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { Replicas } from '../../../src/redis/replicas.ts';
import { redisForTest, type TestRedis, whySkippedWithoutRedis } from '../../support/redis.ts';

const whySkipped = whySkippedWithoutRedis('that replicas learn what the upstream says of credentials');

const identity = tokenIdentity('mine');
const denial = { resource: 'users', permissions: ['directory:user:view'] };

/** Emitter of one replica, and the names, details and origins of its events. */
async function replicaForTest({ url }: TestRedis) {
  const events = new CredentialEvents();
  const replicas = new Replicas(
    {
      url,
      pepper: 'a pepper of these tests',
      apiUrl: 'https://upstream.test',
      upstreamTimeoutMs: 5_000,
      proofMs: 60_000,
      longestTtlMs: 60_000,
      clock: systemClock,
      log: pino({ level: 'silent' }),
      timeoutMs: 5_000,
    },
    events,
  );
  onTestFinished(() => replicas.dispose());
  events.subscribe(replicas.credentialStatus);
  const seen: unknown[] = [];
  const recorder: CredentialSubscriber = {
    revoked: (_identity, origin) => seen.push(['revoked', origin]),
    denied: (_identity, { resource, permissions }, origin) =>
      seen.push(['denied', resource, permissions, origin]),
  };
  events.subscribe(recorder);
  // A replica hears of identities that it has used itself.
  replicas.stores.of(identity, { name: 'users', permissions: denial.permissions }, '');
  await expect.poll(() => replicas.problem).toBeNull();
  await replicas.ledger.look(identity);
  return { events, seen };
}

describe.skipIf(whySkipped !== null)('an event that an answer causes', () => {
  test('reaches Redis and other replicas, which do not publish it once more', async () => {
    const redis = await redisForTest();
    const [first, second] = [await replicaForTest(redis), await replicaForTest(redis)];
    first.events.denied(identity, denial);
    await expect.poll(() => second.seen).toEqual([['denied', 'users', denial.permissions, 'replica']]);
    const status = await redis.ask(async (client) => {
      const [key = ''] = await client.keys('*:standing');
      return client.hGetAll(key);
    });
    expect(Object.keys(status).toSorted()).toEqual(['permission directory:user:view', 'resource users']);
    second.events.revoked(identity);
    await expect.poll(() => first.seen.length).toBe(2);
    // Events of one channel come in order: a repetition by the second replica would have come before its own event.
    expect(first.seen).toEqual([
      ['denied', 'users', denial.permissions, 'answer'],
      ['revoked', 'replica'],
    ]);
  });

  test('of acceptance is written to Redis unless another replica was the source', async () => {
    const redis = await redisForTest();
    const { events } = await replicaForTest(redis);
    events.accepted(tokenIdentity('other'), performance.now(), 'replica');
    events.revoked(identity, 'replica');
    events.accepted(identity, performance.now());
    // Commands of one connection are carried out in order: earlier ones would have left something by then.
    const statuses = () =>
      redis.ask(async (client) =>
        Promise.all(
          (await client.keys('*:standing')).map(async (key) => Object.keys(await client.hGetAll(key))),
        ),
      );
    await expect.poll(statuses).toEqual([['accepted']]);
  });

  test('keep no made-up token in Redis for longer than it could be shown, and no mark for less', async () => {
    const redis = await redisForTest();
    const { events } = await replicaForTest(redis);
    const lifeMs = async () => {
      const [key = ''] = await redis.ask((client) => client.keys('*:standing'));
      return redis.ask((client) => client.pTTL(key));
    };
    events.revoked(identity);
    await expect.poll(lifeMs).toBeGreaterThan(0);
    expect(await lifeMs()).toBeLessThanOrEqual(60_000);
    events.denied(identity, denial);
    await expect.poll(lifeMs).toBeGreaterThan(60_000);
    const markedAt = async () => {
      const [key = ''] = await redis.ask((client) => client.keys('*:standing'));
      return redis.ask((client) => client.hGet(key, 'refused'));
    };
    const first = await markedAt();
    events.revoked(identity);
    await expect.poll(markedAt).not.toBe(first);
    expect(await lifeMs()).toBeGreaterThan(60_000);
  });
});
