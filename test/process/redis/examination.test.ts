import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../../scripts/free-port.ts';
import { startSandbox } from '../../../src/sandbox/start-sandbox.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { problemsAtStart } from '../../../src/redis/examination.ts';
import { capturedLog } from '../../support/captured-log.ts';
import { Page } from '../../support/documentation.ts';
import { TOKEN } from '../../support/gateway.ts';
import { supervisorsOrganisation } from '../../support/organisation.ts';
import { RedisProxy } from '../../support/redis-proxy.ts';
import { redisForTest, type TestRedis, whySkippedWithoutRedis } from '../../support/redis.ts';
import { replicaForTest, untilItSharesWithRedis } from '../../support/replicas.ts';
import { run, runningGateway } from '../../support/running-gateway.ts';

const whySkipped = whySkippedWithoutRedis('that a Redis that can never be used is refused');

/** Rules of a user who may do what the gateway needs, and no more; docs/replicas.md has them. */
const ENOUGH = '~cig2:* &cig2:* -@all +@connection +@read +@write +@pubsub +@scripting +time';

async function withUser(redis: TestRedis, ...rules: readonly string[]): Promise<string> {
  await redis.ask((client) =>
    client.sendCommand([
      'ACL',
      'SETUSER',
      'gateway',
      'on',
      '>a-password',
      'resetkeys',
      'resetchannels',
      ...ENOUGH.split(' '),
      ...rules,
    ]),
  );
  return redis.url.replace('//', '//gateway:a-password@');
}

async function clusterForTest(): Promise<TestRedis> {
  const dir = mkdtempSync(join(tmpdir(), 'redis-cluster-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return redisForTest('--cluster-enabled', 'yes', '--dir', dir);
}

const PEPPER = { REDIS_PEPPER: 'a pepper of these tests, long enough' };

/** What a gateway with this Redis writes before it exits with code 1. */
async function refusal(url: string): Promise<string> {
  const { output, closed } = run({ REDIS_URL: url, ...PEPPER });
  expect(await closed).toEqual([1, null]);
  expect(output.stderr).not.toContain('a-password');
  expect(output.stderr).not.toContain('127.0.0.1');
  return output.stderr;
}

describe.skipIf(whySkipped !== null)('a gateway does not start', () => {
  test('with a node of a cluster', async () => {
    const { url } = await clusterForTest();
    expect(await refusal(url)).toContain(
      'REDIS_URL leads to a node of a Redis Cluster, which is not supported',
    );
  });

  test('with a user without scripting', async () => {
    expect(await refusal(await withUser(await redisForTest(), '-@scripting'))).toContain(
      'REDIS_URL has a user who lacks: EVALSHA, EVAL.',
    );
  });

  test('with a user without the channel', async () => {
    expect(await refusal(await withUser(await redisForTest(), 'resetchannels'))).toContain(
      'REDIS_URL has a user who lacks: the channel cig2:news.',
    );
  });
});

describe.skipIf(whySkipped !== null)('a problem at start', () => {
  test.each([
    ['no keys', ['resetkeys', '~other:*'], ['REDIS_URL has a user who lacks: the keys cig2:*.']],
    ['keys only to read', ['resetkeys', '%R~cig2:*'], ['REDIS_URL has a user who lacks: the keys cig2:*.']],
    ['no sorted sets', ['-zadd', '-zcard'], ['REDIS_URL has a user who lacks: ZADD, ZCARD.']],
    ['no time', ['-time'], ['REDIS_URL has a user who lacks: TIME.']],
    ['no subscription', ['-subscribe'], ['REDIS_URL has a user who lacks: SUBSCRIBE.']],
    ['no publishing', ['-publish'], ['REDIS_URL has a user who lacks: PUBLISH.']],
    ['all that is needed', [], []],
  ])('is told of a user with %s', async (_, rules, problems) => {
    const redis = await redisForTest();
    expect(await problemsAtStart(await withUser(redis, ...rules), systemClock)).toEqual(problems);
    expect(await redis.ask((client) => client.dbSize())).toBe(0);
  });

  test('is a wrong password, and a password that is missing', async () => {
    const redis = await redisForTest();
    await redis.ask((client) => client.configSet('requirepass', 'a-password'));
    expect(await problemsAtStart(redis.url, systemClock)).toEqual([
      'REDIS_URL has no password, but Redis asks for one.',
    ]);
    expect(await problemsAtStart(redis.url.replace('//', '//:another@'), systemClock)).toEqual([
      'REDIS_URL has a user name or password that Redis does not accept.',
    ]);
    expect(await problemsAtStart(redis.url.replace('//', '//:a-password@'), systemClock)).toEqual([]);
  });

  test('is a URL that cannot be taken apart', async () => {
    expect(await problemsAtStart('redis://a%zz:b@127.0.0.1', systemClock)).toEqual([
      'REDIS_URL has a user name or password that is not percent-encoded.',
    ]);
  });

  test('is a command that the server has renamed, too', async () => {
    const redis = await redisForTest('--rename-command', 'EVALSHA', 'secret');
    expect(await problemsAtStart(redis.url, systemClock)).toEqual([
      'REDIS_URL has a user who lacks: EVALSHA.',
    ]);
  });

  test('is none when Redis cannot be reached, is silent, loads or is full', async () => {
    expect(await problemsAtStart(`redis://127.0.0.1:${await freePort()}`, systemClock)).toEqual([]);
    const redis = await redisForTest();
    const proxy = await RedisProxy.to(redis.port);
    proxy.behave({ kind: 'silent' });
    expect(await problemsAtStart(proxy.url, systemClock)).toEqual([]);
    proxy.behave({ kind: 'answer', bytes: '-LOADING Redis is loading the dataset in memory\r\n' });
    expect(await problemsAtStart(proxy.url, systemClock)).toEqual([]);
    await redis.ask((client) => client.configSet({ maxmemory: '1', 'maxmemory-policy': 'noeviction' }));
    expect(await problemsAtStart(redis.url, systemClock)).toEqual([]);
    await expect.poll(() => proxy.open).toBe(0);
  });
});

describe.skipIf(whySkipped !== null)('a gateway starts', () => {
  test('with a user who may do what is needed, and no more', async () => {
    expect(new Page('docs/replicas.md').text).toContain(`\`${ENOUGH}\``);
    const url = await withUser(await redisForTest());
    const { address } = await runningGateway({ REDIS_URL: url, ...PEPPER });
    const ready = async () => (await fetch(new URL('/ready', address))).text();
    await expect.poll(ready).toContain('"redis":"ok"');
  });

  test('without Redis when that is unusable later: the log says once what is missing, and requests are answered', async () => {
    const redis = await redisForTest();
    const proxy = await RedisProxy.to(redis.port);
    const sandbox = await startSandbox({ organisation: supervisorsOrganisation(), tokens: [TOKEN] });
    onTestFinished(() => sandbox.close());
    const { log, others } = capturedLog();
    const replica = replicaForTest(proxy, sandbox, { log });
    await untilItSharesWithRedis(replica);
    const cluster = await clusterForTest();
    proxy.leadTo(cluster.port);
    await redis.kill();
    const problem = async () => (await replica.ready()).checks['redis'];
    await expect.poll(problem, { timeout: 4_000 }).toBe('not used: unusable');
    expect((await replica.query('{ queue(id: "queue-1") { id } }')).errors).toBeUndefined();
    const { opened } = proxy;
    await expect.poll(() => proxy.opened, { timeout: 8_000 }).toBeGreaterThan(opened);
    expect(await problem()).toBe('not used: unusable');
    const told = others().filter(({ msg }) => msg === 'Redis cannot be used as it is');
    expect(told.map(({ lacking }) => lacking)).toEqual([
      [expect.stringContaining('leads to a node of a Redis Cluster')],
    ]);
    expect(await cluster.ask((client) => client.sendCommand(['DBSIZE']))).toBe(0);
  });
});
