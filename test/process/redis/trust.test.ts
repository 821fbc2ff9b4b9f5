import { RESP_TYPES } from '@redis/client';
import { describe, expect, test } from 'vitest';
import { tokenIdentity } from '../../../src/identity/upstream-identity.ts';
import { KEYS } from '../../../src/redis/keys.ts';
import { decodeRow, encodeRow } from '../../../src/redis/row-codec.ts';
import { RowEncryption } from '../../../src/redis/row-encryption.ts';
import { TOKEN } from '../../support/gateway.ts';
import { redisForTest, type TestRedis, whySkippedWithoutRedis } from '../../support/redis.ts';
import { PEPPER, replicasForTest, untilItSharesWithRedis } from '../../support/replicas.ts';

const whySkipped = whySkippedWithoutRedis('that a Redis in other hands shows nobody anything');

const LONG = { CACHE_TTL_QUEUE_SECONDS: '600', IDENTITY_PROOF_SECONDS: '600' };
const OTHER = 'token-of-another';
const QUEUE = '{ queue(id: "queue-1") { description } }';
const SKILL = '{ skill(id: "skill-1") { state } }';
const HOUR_MS = 3_600_000;

/** Two replicas; the first has read a queue, which is in Redis. */
async function queueInRedis(env: Readonly<Record<string, string>> = LONG) {
  const redis = await redisForTest();
  const { replicas, sandbox, calls } = await replicasForTest(redis, { env, tokens: [OTHER] });
  const [first, second] = replicas;
  if (first === undefined || second === undefined) throw new TypeError('There are two replicas.');
  await first.query(QUEUE);
  const encryption = new RowEncryption(tokenIdentity(TOKEN), { pepper: PEPPER, apiUrl: sandbox.url });
  const standing = `${KEYS}{${encryption.name}}:standing`;
  await expect.poll(() => redis.ask((client) => client.hExists(standing, 'accepted'))).toBe(1);
  await expect.poll(() => rowKeysIn(redis)).toHaveLength(1);
  calls();
  return { redis, first, second, sandbox, calls, encryption, standing };
}

function rowKeysIn(redis: TestRedis): Promise<string[]> {
  return redis.ask(async (client) => client.keys(`${KEYS}{*}:??????????????????????`));
}

describe.skipIf(whySkipped !== null)('an acceptance in Redis', () => {
  test('that the gateway wrote shows rows to another replica, without a call', async () => {
    const { second, calls } = await queueInRedis();
    expect((await second.query(QUEUE)).errors).toBeUndefined();
    expect(calls()).toEqual({});
  });

  test.each([
    ['as a plain number', () => String(Date.now())],
    ['in the far future', () => '9999999999999'],
    ['with a proof that somebody made up', () => `${Date.now()} ${'A'.repeat(43)}`],
    [
      'with the proof of another time',
      (encryption: RowEncryption) => `${Date.now()} ${encryption.proofOf('accepted', '1700000000000')}`,
    ],
    [
      'with the proof of another credential',
      () => {
        const time = String(Date.now());
        const other = new RowEncryption(tokenIdentity(OTHER), { pepper: PEPPER, apiUrl: 'http://localhost' });
        return `${time} ${other.proofOf('accepted', time)}`;
      },
    ],
    [
      'in the future, with its proof, as a clock that was wrong leaves it',
      (encryption: RowEncryption) => {
        const time = String(Date.now() + HOUR_MS);
        return `${time} ${encryption.proofOf('accepted', time)}`;
      },
    ],
  ])('%s shows nothing: the upstream is asked, and its acceptance replaces that one', async (_, forged) => {
    const { redis, second, calls, encryption, standing } = await queueInRedis();
    await redis.ask((client) => client.hSet(standing, 'accepted', forged(encryption)));
    expect((await second.query(QUEUE)).errors).toBeUndefined();
    expect(calls()).toEqual({ queues: 1 });
    const accepted = () => redis.ask((client) => client.hGet(standing, 'accepted'));
    await expect
      .poll(async () => provenTimeIn(await accepted(), encryption))
      .toBeLessThan(Date.now() + 1_000);
  });
});

/** Time of an acceptance with the right proof; otherwise infinity. */
function provenTimeIn(accepted: string | null, encryption: RowEncryption): number {
  const [time = '', proof] = accepted?.split(' ') ?? [];
  return encryption.proofOf('accepted', time) === proof ? Number(time) : Infinity;
}

describe.skipIf(whySkipped !== null)('a row in Redis', () => {
  test.each([
    ['is shown when it is encrypted once more as it was', 0, {}],
    ['from the future is not shown', HOUR_MS, { queues: 1 }],
  ])('%s', async (_, laterMs, made) => {
    const { redis, second, calls, encryption } = await queueInRedis();
    await moveRow(redis, encryption, (readAtMs) => readAtMs + laterMs);
    expect((await second.query(QUEUE)).errors).toBeUndefined();
    expect(calls()).toEqual(made);
  });
});

/** Changes the time of the only row, as only a holder of the credential can. */
async function moveRow(redis: TestRedis, encryption: RowEncryption, timeOf: (readAtMs: number) => number) {
  const [key = ''] = await rowKeysIn(redis);
  const place = key.slice(key.indexOf('}:') + 2);
  await redis.ask(async (client) => {
    const inBytes = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
    const bytes = encryption.decrypt((await inBytes.get(key)) ?? Buffer.alloc(0), place);
    const row = bytes && (await decodeRow(bytes));
    if (row === null) throw new TypeError('The row can be read with the credential.');
    const moved = await encodeRow({ ...row, readAtMs: timeOf(row.readAtMs) });
    await client.set(key, encryption.encrypt(moved, place));
  });
}

describe.skipIf(whySkipped !== null)('what a replica knows to be revoked', () => {
  test.each(['first', 'second'] as const)(
    'stays revoked when Redis has lost the rejection and has an older acceptance (%s replica)',
    async (name) => {
      const { redis, calls, sandbox, standing, encryption, ...replicas } = await queueInRedis();
      const { first, second } = replicas;
      // A replica hears of identities that it has used.
      expect((await second.query(QUEUE)).errors).toBeUndefined();
      const accepted = (await redis.ask((client) => client.hGet(standing, 'accepted'))) ?? '';
      sandbox.faults.push({ kind: 'status', status: 401, resource: 'skills', times: 1 });
      expect((await first.query(SKILL)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
      await wiped(redis, standing, accepted);
      // Even a row that seems to be new is not shown.
      await moveRow(redis, encryption, () => Date.now());
      calls();
      await replicas[name].query(QUEUE);
      expect(calls()).toEqual({ queues: 1 });
    },
  );

  test('hides rows from before, though Redis says that the credential was accepted since', async () => {
    const { redis, first, second, calls, sandbox, standing } = await queueInRedis();
    sandbox.faults.push({ kind: 'status', status: 401, resource: 'skills', times: 1 });
    expect((await first.query(SKILL)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    await expect.poll(() => redis.ask((client) => client.hExists(standing, 'refused'))).toBe(1);
    // The second replica is accepted again.
    expect((await second.query('{ user(id: "user-1") { email } }')).errors).toBeUndefined();
    const accepted = () => redis.ask((client) => client.hGet(standing, 'accepted'));
    await expect.poll(accepted).not.toBeNull();
    await wiped(redis, standing, (await accepted()) ?? '');
    calls();
    expect((await first.query('{ user(id: "user-1") { email } }')).errors).toBeUndefined();
    expect(calls()).toEqual({});
    await first.query(QUEUE);
    expect(calls()).toEqual({ queues: 1 });
  });

  test('hides rows of a denied permission after a failover that lost the denial, and no others', async () => {
    const { redis, first, second, calls, sandbox, standing } = await queueInRedis();
    await second.query('{ user(id: "user-1") { email } }');
    await expect.poll(() => rowKeysIn(redis)).toHaveLength(2);
    sandbox.faults.push({
      kind: 'missingPermissions',
      permissions: ['routing:queue:view'],
      resource: 'queues',
      times: 1,
    });
    const denied = await first.query('{ queue(id: "queue-2") { description } }');
    expect(denied.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    const accepted = (await redis.ask((client) => client.hGet(standing, 'accepted'))) ?? '';
    await wiped(redis, standing, accepted, 'resource queues');
    calls();
    await first.query('{ user(id: "user-1") { email } }');
    expect(calls()).toEqual({});
    await first.query(QUEUE);
    expect(calls()).toEqual({ queues: 1 });
  });

  test('stays revoked over a restart of Redis with the content of before', async () => {
    const { redis, first, calls, sandbox, standing } = await queueInRedis();
    const [key = ''] = await rowKeysIn(redis);
    const dump = await redis.ask(async (client) => {
      const inBytes = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
      return { row: await inBytes.get(key), accepted: (await client.hGet(standing, 'accepted')) ?? '' };
    });
    sandbox.faults.push({ kind: 'status', status: 401, resource: 'skills', times: 1 });
    await first.query(SKILL);
    await redis.kill();
    await redis.start();
    await redis.ask((client) =>
      Promise.all([client.set(key, dump.row ?? ''), client.hSet(standing, 'accepted', dump.accepted)]),
    );
    await untilItSharesWithRedis(first);
    calls();
    await first.query(QUEUE);
    expect(calls()).toEqual({ queues: 1 });
  });
});

/** Leaves only this acceptance of the status once the rejection is there, as a failover that loses writes does. */
async function wiped(
  redis: TestRedis,
  standing: string,
  accepted: string,
  rejection = 'refused',
): Promise<void> {
  await expect.poll(() => redis.ask((client) => client.hExists(standing, rejection))).toBe(1);
  await redis.ask(async (client) => {
    await client.del(standing);
    await client.hSet(standing, 'accepted', accepted);
  });
}
