import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Sandbox } from '../../src/sandbox/start-sandbox.ts';
import { onlyError, screen, usedUp } from '../support/answers.ts';
import { ANY_SIZE, forgetfulGatewayForTest, type GraphQLAnswer } from '../support/gateway.ts';
import { CAMPAIGN_ID } from '../support/organisation.ts';
import { clockWithoutPacing } from '../support/test-clock.ts';
import { serviceGatewayForTest } from '../support/service-gateway.ts';

/** Time limits that never apply, for tests of the quota alone. */
const patient = { REQUEST_TIMEOUT_MS: '600000', UPSTREAM_TIMEOUT_MS: '600000' };

/** Queries that never share a call, because scripts and conversations have no bulk call. */
function scriptQueries(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `{ script(id: "script-of-${n}") { name } }`);
}
function conversationQueries(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `{ conversation(id: "conversation-of-${n}") { id } }`);
}

function timesRateLimited({ answered }: Sandbox): number {
  return answered.get(429) ?? 0;
}

function isRefused({ errors = [] }: GraphQLAnswer): boolean {
  return errors.some(({ extensions }) => extensions.code === 'UPSTREAM_RATE_LIMITED');
}

describe('a quota', () => {
  test('that is used up is waited for if the deadline allows it, without a single 429', async () => {
    const { query, sandbox } = await forgetfulGatewayForTest({
      rateLimit: { allowed: 20, windowSeconds: 1 },
      env: patient,
      clock: clockWithoutPacing(),
    });
    const answers = await Promise.all(scriptQueries(50).map((text) => query(text)));
    expect(answers.filter(({ errors }) => errors !== undefined)).toEqual([]);
    expect(sandbox.requests).toHaveLength(50);
    expect(timesRateLimited(sandbox)).toBe(0);
  });

  test('is used up before any request is refused, and a refused request costs no call', async () => {
    const { query, sandbox } = await forgetfulGatewayForTest({
      rateLimit: { allowed: 12, windowSeconds: 60 },
      clock: clockWithoutPacing(),
    });
    const answers = await Promise.all(scriptQueries(30).map((text) => query(text)));
    expect(answers.filter(isRefused)).toHaveLength(18);
    expect(sandbox.requests).toHaveLength(12);
    expect(timesRateLimited(sandbox)).toBe(0);
    const late = await query('{ queue(id: "queue-1") { name } }');
    expect(late.data).toEqual({ queue: null });
    const { retryAfterSeconds, ...extensions } = onlyError(late).extensions;
    expect(retryAfterSeconds).toBeGreaterThan(0);
    expect(retryAfterSeconds).toBeLessThanOrEqual(60);
    expect(extensions).toEqual({
      code: 'UPSTREAM_RATE_LIMITED',
      affected: { type: 'Queue', ids: ['queue-1'], paths: ['queue'] },
    });
    expect(sandbox.requests).toHaveLength(12);
  });

  test('is separate for each identity', async () => {
    const { query, sandbox } = await forgetfulGatewayForTest({
      rateLimit: { allowed: 2, windowSeconds: 60 },
      tokens: ['another'],
      clock: clockWithoutPacing(),
    });
    const answers = [];
    // Sequential, because each answer reports what is left.
    // oxlint-disable-next-line eslint/no-await-in-loop
    for (const text of scriptQueries(3)) answers.push(await query(text));
    expect(answers.map(isRefused)).toEqual([false, false, true]);
    expect(isRefused(await query('{ user(id: "user-1") { name } }', {}, 'another'))).toBe(false);
    expect(timesRateLimited(sandbox)).toBe(0);
  });

  test('that others spend as well is taken from the upstream’s answers, not from the number of the gateway’s calls', async () => {
    const { query, sandbox } = await forgetfulGatewayForTest({
      faults: [
        {
          kind: 'status',
          resource: 'users',
          status: 200,
          body: { entities: [] },
          headers: {
            'inin-ratelimit-count': '300',
            'inin-ratelimit-allowed': '300',
            'inin-ratelimit-reset': '42',
          },
        },
      ],
    });
    expect(isRefused(await query('{ user(id: "user-1") { name } }'))).toBe(false);
    const answer = await query('{ queue(id: "queue-1") { name } }');
    expect(onlyError(answer).extensions).toMatchObject({
      code: 'UPSTREAM_RATE_LIMITED',
      retryAfterSeconds: 42,
    });
    expect(sandbox.requests).toHaveLength(1);
  });

  test('that a 429 shows to be used up blocks all calls of its identity until the named time, and no other identity’s', async () => {
    const { query, calls } = await forgetfulGatewayForTest({
      faults: [usedUp('users', 42, 1)],
      tokens: ['another'],
    });
    expect(onlyError(await query('{ user(id: "user-1") { name } }')).extensions).toMatchObject({
      code: 'UPSTREAM_RATE_LIMITED',
      upstreamStatus: 429,
      retryAfterSeconds: 42,
    });
    expect(calls()).toEqual({ users: 1 });
    for (const text of [screen('id'), '{ queue(id: "queue-1") { name } }']) {
      // oxlint-disable-next-line eslint/no-await-in-loop
      const { extensions } = onlyError(await query(text));
      expect(extensions.code).toBe('UPSTREAM_RATE_LIMITED');
      expect(extensions).not.toHaveProperty('upstreamStatus');
      expect(extensions.retryAfterSeconds).toBeGreaterThan(40);
    }
    expect(calls()).toEqual({});
    expect((await query('{ queue(id: "queue-1") { name } }', {}, 'another')).errors).toBeUndefined();
  });

  test('with a single permit is spent on lists before details', async () => {
    const { query, sandbox } = await forgetfulGatewayForTest({
      faults: [{ kind: 'delay', ms: 200, resource: 'users', times: 1 }],
      env: { ...patient, UPSTREAM_CONCURRENCY: '1' },
    });
    const first = query('{ user(id: "user-1") { name } }');
    await expect.poll(() => sandbox.requests.length).toBe(1);
    const rest = [
      query('{ a: queue(id: "queue-1") { name } b: script(id: "script-1") { name } }'),
      query(`{ campaignInteractions(campaignId: "${CAMPAIGN_ID}") { totalCount } }`),
      query('{ campaigns { totalCount } }'),
    ];
    await Promise.all([first, ...rest]);
    const order = sandbox.requests.map(({ resource }) => resource);
    expect(order.slice(0, 1)).toEqual(['users']);
    expect(order.slice(1, 3).toSorted()).toEqual(['campaignInteractions', 'campaigns']);
    expect(order.slice(3).toSorted()).toEqual(['queues', 'scripts']);
  });

  test('that callers share is spent in turns, however many calls one of them needs', async () => {
    const hash = (key: string) => createHash('sha256').update(key).digest('hex');
    const { ask, sandbox } = await serviceGatewayForTest(
      { ...patient, UPSTREAM_CONCURRENCY: '1', AUTH_API_KEY_HASHES: `${hash('greedy')},${hash('modest')}` },
      [{ kind: 'delay', ms: 200, resource: 'users' }],
    );
    const greedy = { 'x-api-key': 'greedy' };
    const scripts = Array.from({ length: 10 }, (_, n) => `s${n}: script(id: "greedy-${n}") { id }`);
    // All other calls wait for a permit while the first is under way.
    const first = ask('{ user(id: "user-1") { name } }', greedy);
    await expect.poll(() => sandbox.requests.some(({ resource }) => resource === 'users')).toBe(true);
    const rest = [
      ask(`{ ${scripts.join(' ')} }`, greedy),
      ask('{ script(id: "modest") { id } }', { 'x-api-key': 'modest' }),
    ];
    await Promise.all([first, ...rest]);
    const order = sandbox.requests
      .filter(({ resource }) => resource === 'scripts')
      .map(({ ids: [id] }) => id);
    expect(order).toHaveLength(11);
    expect(order.indexOf('modest')).toBeLessThan(2);
  });

  test('that is not short refuses no call because one answer was slow', async () => {
    const { query, calls } = await forgetfulGatewayForTest({
      faults: [{ kind: 'delay', ms: 1_000, resource: 'scripts', times: 1 }],
      env: {
        ...ANY_SIZE,
        REQUEST_TIMEOUT_MS: '2500',
        UPSTREAM_TIMEOUT_MS: '2000',
        MAX_UPSTREAM_CALLS: '1000',
      },
    });
    expect((await query('{ script(id: "slow") { id } }')).errors).toBeUndefined();
    const scripts = Array.from({ length: 40 }, (_, n) => `s${n}: script(id: "script-of-${n}") { id }`);
    expect((await query(`{ ${scripts.join(' ')} }`)).errors).toBeUndefined();
    expect(calls()).toEqual({ scripts: 41 });
  });

  test('counts calls that were sent and never answered', async () => {
    const { query, sandbox } = await forgetfulGatewayForTest({
      rateLimit: { allowed: 8, windowSeconds: 60 },
      faults: [{ kind: 'reset', resource: 'scripts' }],
      env: { MAX_UPSTREAM_CALLS: '1' },
      clock: clockWithoutPacing(),
    });
    await query('{ queue(id: "queue-1") { name } }');
    for (const text of scriptQueries(4)) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- each must end before the next begins
      await query(text);
    }
    const rest = conversationQueries(8).map((text) => query(text));
    expect((await Promise.all(rest)).filter(isRefused)).toHaveLength(5);
    expect(timesRateLimited(sandbox)).toBe(0);
  });
});
