import { describe, expect, test } from 'vitest';
import { CAMPAIGN_ID, CONTACT_LIST_ID } from '../../support/organisation.ts';
import { redisForTest, whySkippedWithoutRedis } from '../../support/redis.ts';
import { replicasForTest } from '../../support/replicas.ts';

const whySkipped = whySkippedWithoutRedis('what replicas share over Redis');

const SCREEN = `{
  campaignInteractions(campaignId: "${CAMPAIGN_ID}") {
    totalCount
    nodes {
      id
      agent { name email manager { email } presence { systemPresence } }
      contact { data } queue { description } skills { state } script { versionId }
    }
  }
}`;
/** Times longer than any test. */
const LONG = { CACHE_TTL_USER_SECONDS: '600', CACHE_TTL_QUEUE_SECONDS: '600', IDENTITY_PROOF_SECONDS: '600' };
const QUEUE = '{ queue(id: "queue-1") { description } }';

describe.skipIf(whySkipped !== null)('entities that replicas share', () => {
  test('are read by one replica and given by another to the same credential without a call', async () => {
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

  test('are contacts with any text for an id, each under its own', async () => {
    const ids = ['+13175550101', 'a b', 'a/b', 'Zoë', '..', '{slot}', ':asked'];
    const { replicas, calls } = await replicasForTest(await redisForTest(), {
      faults: [
        {
          kind: 'alter',
          resource: 'contacts',
          alter: (_body, request) => request.ids.map((id) => ({ id, data: { Id: id } })),
        },
      ],
    });
    const [first, second] = replicas;
    const query = `query (${ids.map((_, n) => `$id${n}: ID!`).join(' ')}) {
      ${ids.map((_, n) => `c${n}: contact(contactListId: "list-1", id: $id${n}) { data }`).join(' ')}
    }`;
    const variables = Object.fromEntries(ids.map((id, n) => [`id${n}`, id]));
    const expected = Object.fromEntries(ids.map((id, n) => [`c${n}`, { data: { Id: id } }]));
    expect((await first?.query(query, variables))?.data).toEqual(expected);
    expect(calls()).toEqual({ contacts: 1 });
    expect((await second?.query(query, variables))?.data).toEqual(expected);
    expect(calls()).toEqual({});
  });

  test('have all digits of their large numbers also where another replica has read them', async () => {
    const body = `[{"id":"contact-1","contactListId":"${CONTACT_LIST_ID}","data":{"Account":12345678901234567890}}]`;
    const { replicas, calls } = await replicasForTest(await redisForTest(), {
      faults: [{ kind: 'status', status: 200, resource: 'contacts', body }],
    });
    const contact = `{ contact(contactListId: "${CONTACT_LIST_ID}", id: "contact-1") { data } }`;
    for (const { query } of replicas) {
      expect((await query(contact)).data).toEqual({ contact: { data: { Account: '12345678901234567890' } } });
    }
    expect(calls()).toEqual({ contacts: 1 });
  });

  test('are read once when all replicas need them at the same moment', async () => {
    const { replicas, calls } = await replicasForTest(await redisForTest(), { count: 3, latencyMs: 100 });
    const answers = await Promise.all(replicas.map(({ query }) => query(SCREEN)));
    for (const { data, errors } of answers) {
      expect(errors).toBeUndefined();
      expect(data).toEqual(answers[0]?.data);
    }
    expect(calls()).toEqual({
      campaignInteractions: 1,
      users: 2,
      contacts: 1,
      queues: 1,
      skills: 1,
      scripts: 3,
    });
  });

  test('are read only where no replica has them, and ids unknown to the upstream are shared too', async () => {
    const { replicas, sandbox, calls } = await replicasForTest(await redisForTest());
    const [first, second] = replicas;
    await first?.query('{ a: user(id: "user-1") { email } b: user(id: "user-2") { email } }');
    calls();
    const answer = await second?.query(
      '{ a: user(id: "user-1") { email } b: user(id: "user-2") { email } c: user(id: "user-3") { email } none: user(id: "nobody") { email } }',
    );
    expect(answer?.data).toMatchObject({
      a: { email: expect.any(String) },
      c: { email: expect.any(String) },
      none: null,
    });
    expect(sandbox.requests.map(({ ids }) => ids)).toEqual([['user-3', 'nobody']]);
    calls();
    expect((await first?.query('{ none: user(id: "nobody") { email } }'))?.data).toEqual({ none: null });
    expect(calls()).toEqual({});
  });

  test('that were read with an expand answer queries without one, but not the other way round', async () => {
    const { replicas, calls } = await replicasForTest(await redisForTest());
    const [first, second] = replicas;
    await first?.query('{ user(id: "user-1") { email presence { systemPresence } } }');
    await first?.query('{ user(id: "user-2") { email } }');
    calls();
    await second?.query('{ user(id: "user-1") { email } }');
    expect(calls()).toEqual({});
    await second?.query('{ user(id: "user-2") { email presence { systemPresence } } }');
    expect(calls()).toEqual({ users: 1 });
  });

  test('are given neither to another credential nor to a credential that the upstream has rejected', async () => {
    const { replicas, sandbox, calls } = await replicasForTest(await redisForTest(), {
      env: LONG,
      tokens: ['token-of-another'],
    });
    const [first, second] = replicas;
    await first?.query(QUEUE);
    await second?.query(QUEUE);
    expect(calls()).toEqual({ queues: 1 });
    await second?.query(QUEUE, {}, 'token-of-another');
    expect(calls()).toEqual({ queues: 1 });
    sandbox.revoke('token-of-a-caller');
    // No replica has read a skill yet, so this query makes a call.
    expect((await first?.query('{ skill(id: "skill-1") { state } }'))?.errors?.[0]?.extensions.code).toBe(
      'UNAUTHENTICATED',
    );
    // Credential events take a moment to reach the other replica.
    await expect
      .poll(async () => (await second?.query(QUEUE))?.errors?.[0]?.extensions.code)
      .toBe('UNAUTHENTICATED');
    expect((await first?.query(QUEUE))?.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  test('are dropped by all replicas when the upstream denies their permission; other types are kept', async () => {
    const { replicas, sandbox, calls } = await replicasForTest(await redisForTest(), { env: LONG });
    const [first, second] = replicas;
    await first?.query(`{ queue(id: "queue-1") { description } user(id: "user-1") { email } }`);
    await second?.query(`{ queue(id: "queue-1") { description } user(id: "user-1") { email } }`);
    sandbox.faults.push({
      kind: 'missingPermissions',
      permissions: ['routing:queue:view'],
      resource: 'queues',
    });
    expect(
      (await first?.query('{ queue(id: "queue-2") { description } }'))?.errors?.[0]?.extensions.code,
    ).toBe('FORBIDDEN');
    await expect
      .poll(async () => (await second?.query(QUEUE))?.errors?.[0]?.extensions.code)
      .toBe('FORBIDDEN');
    calls();
    expect((await second?.query('{ user(id: "user-1") { email } }'))?.errors).toBeUndefined();
    expect(calls()).toEqual({});
  });

  test('are revalidated by one replica when they are stale, while all replicas give the stale rows', async () => {
    const { replicas, calls } = await replicasForTest(await redisForTest(), {
      count: 3,
      env: { CACHE_TTL_QUEUE_SECONDS: '1' },
      latencyMs: 100,
    });
    await Promise.all(replicas.map(({ query }) => query(QUEUE)));
    expect(calls()).toEqual({ queues: 1 });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    // All replicas answer at once with the stale row, and one revalidates.
    const answers = await Promise.all(replicas.map(({ query }) => query(QUEUE)));
    for (const { data } of answers) expect(data.queue.description).toBe('Description of queue-1');
    await expect.poll(() => calls()).toEqual({ queues: 1 });
  });
});
