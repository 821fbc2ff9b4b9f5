import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { RedisConnection } from '../../../src/redis/connection.ts';
import { RedisUnavailable } from '../../../src/redis/failure.ts';
import { RedisProxy } from '../../support/redis-proxy.ts';
import { redisForTest, whySkippedWithoutRedis } from '../../support/redis.ts';

const whySkipped = whySkippedWithoutRedis('a connection to Redis');

/** A connection over a proxy, in use, with what its observer has seen since. */
async function connectionForTest(timeoutMs = 50) {
  const redis = await redisForTest();
  const proxy = await RedisProxy.to(redis.port);
  const seen: string[] = [];
  const connection = new RedisConnection({
    url: proxy.url,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    timeoutMs,
    observer: {
      asked: (purpose, outcome) => void seen.push(`${purpose} ${outcome}`),
      turned: (isUp) => void seen.push(isUp ? 'up' : 'down'),
      turnedAway: (problem) => void seen.push(problem),
    },
  });
  onTestFinished(() => connection.dispose());
  await expect.poll(() => connection.isUp).toBe(true);
  seen.length = 0;
  return { redis, proxy, connection, seen };
}

/** Questions of requests, without probes. */
function askedIn(seen: readonly string[]): string[] {
  return seen.filter((each) => each.startsWith('cache '));
}

describe.skipIf(whySkipped !== null)('after one late answer', () => {
  test('further questions fail at once, until probes are answered well', async () => {
    const { proxy, connection, seen } = await connectionForTest();
    const ask = () => connection.ask('cache', (client) => client.get('any'));
    proxy.behave({ kind: 'silent' });
    for (let n = 0; n < 5; n += 1) await expect(ask()).rejects.toThrow(RedisUnavailable);
    expect(askedIn(seen)).toEqual(['cache timeout']);
    proxy.behave({ kind: 'through' });
    await expect.poll(() => connection.isUp, { timeout: 4_000 }).toBe(true);
    await expect.poll(() => ask().catch(() => 'late')).toBeNull();
  });

  test('what nobody waits for is still told, even once Redis is left for its slowness', async () => {
    const { redis, proxy, connection } = await connectionForTest();
    const tell = (n: number) => connection.tell('cache', (client) => client.rPush('told', String(n)));
    proxy.behave({ kind: 'delay', fromMs: 100, toMs: 100 });
    await tell(1);
    expect(connection.isUp).toBe(false);
    await tell(2);
    await expect.poll(() => connection.problem).toBe('slow');
    await tell(3);
    expect(await redis.ask((client) => client.lRange('told', 0, -1))).toEqual(['1', '2', '3']);
  });
});

describe.skipIf(whySkipped !== null)('a new connection', () => {
  test('is used at its first good probe, though Redis was slow before it was silent', async () => {
    const { proxy, connection, seen } = await connectionForTest();
    proxy.behave({ kind: 'silent' });
    await expect.poll(() => connection.problem, { timeout: 4_000 }).toBe('unreachable');
    expect(seen).toContain('slow');
    proxy.behave({ kind: 'through' });
    seen.length = 0;
    await expect.poll(() => connection.isUp, { timeout: 4_000 }).toBe(true);
    expect(seen.slice(0, 2)).toEqual(['probe ok', 'up']);
  });

  test('hears events that are published from then on', async () => {
    const { redis, proxy, connection } = await connectionForTest();
    const heard: string[] = [];
    connection.onEvent((event) => heard.push(event));
    proxy.write('garbage');
    await expect.poll(() => proxy.opened).toBe(2);
    await expect.poll(() => connection.isUp, { timeout: 4_000 }).toBe(true);
    await expect
      .poll(async () => {
        await redis.ask((client) => client.publish('cig2:news', 'an event'));
        return heard;
      })
      .toContain('an event');
  });
});

describe.skipIf(whySkipped !== null)('a refusal', () => {
  test('that concerns one key fails the question alone', async () => {
    const { redis, connection, seen } = await connectionForTest(5_000);
    await redis.ask((client) => client.set('a string', '1'));
    const asked = connection.ask('cache', (client) => client.hGetAll('a string'));
    await expect(asked).rejects.toThrow(RedisUnavailable);
    expect(askedIn(seen)).toEqual(['cache failed']);
    expect(connection.isUp).toBe(true);
    expect(seen).not.toContain('down');
  });
});

test('a connection that is disposed before it is open stays closed', async () => {
  if (whySkipped !== null) return;
  const proxy = await RedisProxy.to((await redisForTest()).port);
  for (let n = 0; n < 20; n += 1) {
    const connection = new RedisConnection({
      url: proxy.url,
      clock: systemClock,
      log: pino({ level: 'silent' }),
    });
    await new Promise((resolve) => setTimeout(resolve, n));
    connection.dispose();
    expect(connection.isUp).toBe(false);
  }
  await expect.poll(() => proxy.open).toBe(0);
});
