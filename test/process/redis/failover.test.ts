import { describe, expect, onTestFinished, test } from 'vitest';
import { startSandbox } from '../../../src/sandbox/start-sandbox.ts';
import { KEYS } from '../../../src/redis/keys.ts';
import { capturedLog } from '../../support/captured-log.ts';
import { TOKEN } from '../../support/gateway.ts';
import { supervisorsOrganisation } from '../../support/organisation.ts';
import { RedisProxy } from '../../support/redis-proxy.ts';
import { redisForTest, type TestRedis, whySkippedWithoutRedis } from '../../support/redis.ts';
import { replicaForTest, untilItSharesWithRedis } from '../../support/replicas.ts';

const whySkipped = whySkippedWithoutRedis('that the gateway finds the new primary');

/** Time after which Redis is used again, with a margin for a busy machine. */
const SOON = { timeout: 4_000, interval: 20 };

/** A replica of the gateway over a proxy, which leads to `first`. */
async function replicaOverProxy(first: TestRedis, redisTimeoutMs = 50) {
  const sandbox = await startSandbox({ organisation: supervisorsOrganisation(), tokens: [TOKEN] });
  onTestFinished(() => sandbox.close());
  const proxy = await RedisProxy.to(first.port);
  const { log, others } = capturedLog();
  const replica = replicaForTest(proxy, sandbox, { log, redisTimeoutMs });
  await untilItSharesWithRedis(replica);
  let asked = 0;
  return {
    proxy,
    replica,
    others,
    problem: async () => (await replica.ready()).checks['redis'],
    /** Asks for something that nobody has read yet. */
    ask: async () => {
      asked += 1;
      expect((await replica.query(`{ queue(id: "queue-${asked}") { id } }`)).errors).toBeUndefined();
    },
  };
}

/** Rows in Redis. On a busy machine a write can be left out, because answers seem to be late. */
function rowsIn(redis: TestRedis): Promise<number> {
  return redis.ask(async (client) => (await client.keys(`${KEYS}{*}:??????????????????????`)).length);
}

describe.skipIf(whySkipped !== null)('the new primary at the same URL is used', () => {
  test('after a failover that leaves connections to the old primary open', async () => {
    const [first, second] = [await redisForTest(), await redisForTest()];
    const { proxy, problem, ask, others } = await replicaOverProxy(first);
    await expect.poll(() => ask().then(() => rowsIn(first)), SOON).toBeGreaterThan(0);
    await first.ask((client) => client.sendCommand(['REPLICAOF', '127.0.0.1', String(second.port)]));
    await expect.poll(problem, SOON).toBe('not used: refusing');
    await ask();
    proxy.leadTo(second.port);
    await expect.poll(problem, SOON).toBe('ok');
    await expect.poll(() => ask().then(() => rowsIn(second)), SOON).toBeGreaterThan(0);
    expect(proxy.open).toBe(1);
    expect(others().filter(({ code }) => code === 'READONLY')).toHaveLength(1);
  });

  test.each([
    ['LOADING', '-LOADING Redis is loading the dataset in memory\r\n', 'refusing'],
    ['MOVED', '-MOVED 3999 127.0.0.1:6381\r\n', 'refusing'],
    [
      'MASTERDOWN',
      "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.\r\n",
      'refusing',
    ],
    ['garbage', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'unreachable'],
    ['replies to nothing', '+OK\r\n+OK\r\n+OK\r\n+OK\r\n+OK\r\n+OK\r\n+OK\r\n+OK\r\n', 'unreachable'],
  ])('after answers of %s on the old connection', async (_, bytes, word) => {
    const redis = await redisForTest();
    const { proxy, problem, ask } = await replicaOverProxy(redis);
    proxy.behave({ kind: 'answer', bytes });
    await expect.poll(problem, SOON).toBe(`not used: ${word}`);
    await ask();
    const { opened } = proxy;
    await expect.poll(() => proxy.opened, SOON).toBeGreaterThan(opened + 1);
    proxy.behave({ kind: 'through' });
    await expect.poll(problem, SOON).toBe('ok');
    await expect.poll(() => ask().then(() => rowsIn(redis)), SOON).toBeGreaterThan(0);
    expect(proxy.open).toBe(1);
  });

  test('after garbage between replies, with no exception that nobody catches', async () => {
    const redis = await redisForTest();
    const { proxy, problem, ask } = await replicaOverProxy(redis);
    const { opened } = proxy;
    proxy.write('\u0000\u0001garbage');
    await expect.poll(() => proxy.opened, SOON).toBe(opened + 1);
    await expect.poll(problem, SOON).toBe('ok');
    await expect.poll(() => ask().then(() => rowsIn(redis)), SOON).toBeGreaterThan(0);
  });

  test('after silence: the silent connection is closed, and a new one is open', async () => {
    const [first, second] = [await redisForTest(), await redisForTest()];
    const { proxy, problem, ask } = await replicaOverProxy(first);
    proxy.behave({ kind: 'silent' });
    await expect.poll(problem, SOON).toBe('not used: unreachable');
    await ask();
    proxy.leadTo(second.port);
    await first.kill();
    proxy.behave({ kind: 'through' });
    await expect.poll(problem, SOON).toBe('ok');
    await expect.poll(() => ask().then(() => rowsIn(second)), SOON).toBeGreaterThan(0);
    expect(proxy.open).toBe(1);
  });

  test('and nothing is left open or running once the gateway has ended, also while Redis is silent', async () => {
    const { proxy, problem, replica } = await replicaOverProxy(await redisForTest());
    proxy.behave({ kind: 'silent' });
    await expect.poll(problem, SOON).toBe('not used: unreachable');
    await replica.gateway.dispose();
    await expect.poll(() => proxy.open).toBe(0);
    const { opened } = proxy;
    // A probe or an attempt to connect would come within this time.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(proxy.opened).toBe(opened);
  });
});

describe.skipIf(whySkipped !== null)('a Redis that answers at random after 20 to 80 ms', () => {
  test('is left after a few late answers, is not taken back by luck, and keeps its connection', async () => {
    const { proxy, problem, ask, others } = await replicaOverProxy(await redisForTest());
    const { opened } = proxy;
    proxy.behave({ kind: 'delay', fromMs: 20, toMs: 80 });
    const over = new AbortController();
    const asking = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (!over.signal.aborted) await ask();
      }),
    );
    await expect.poll(problem, SOON).toBe('not used: slow');
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    over.abort();
    await asking;
    const left = others().filter(({ redis }) => redis === 'slow').length;
    const takenBack = others().filter(({ msg }) => msg === 'Redis is used').length - 1;
    expect(left).toBeLessThanOrEqual(2);
    expect(takenBack).toBeLessThanOrEqual(1);
    expect(proxy.opened).toBe(opened);
    proxy.behave({ kind: 'through' });
    await expect.poll(problem, { timeout: 8_000 }).toBe('ok');
  });

  test('is used all the same when it always answers in time, if only just', async () => {
    const { proxy, problem, ask } = await replicaOverProxy(await redisForTest(), 1_000);
    proxy.behave({ kind: 'delay', fromMs: 20, toMs: 80 });
    for (let n = 0; n < 10; n += 1) await ask();
    expect(await problem()).toBe('ok');
  });
});
