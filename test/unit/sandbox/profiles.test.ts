import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { EXAMPLE_CAMPAIGN_ID, generateOrganisation } from '../../../src/sandbox/generate-organisation.ts';
import { PROFILES, type ProfileName } from '../../../src/sandbox/profiles.ts';
import type { Sandbox } from '../../../src/sandbox/start-sandbox.ts';
import { ask, entitiesOf, logIn, post, type Reply, sandboxForTest, TOKEN } from './helpers.ts';

const organisation = generateOrganisation(1);
const QUEUES = '/api/v2/routing/queues';
const USERS = '/api/v2/users?state=any&pageSize=100';
const INTERACTIONS = `/api/v2/outbound/campaigns/${EXAMPLE_CAMPAIGN_ID}/interactions`;
const STATS = '/api/v2/outbound/campaigns/performance/query';

/** Sandbox with this profile; its own rate limit is too high to matter. */
function troubled(profile: ProfileName): Promise<Sandbox> {
  const rateLimit = { allowed: 100_000, windowSeconds: 60 };
  return sandboxForTest({ organisation, profile, rateLimit });
}

/** Replies to `count` calls, made one after the other. */
async function repliesOf(sandbox: Sandbox, count: number, path = QUEUES): Promise<Reply[]> {
  const replies: Reply[] = [];
  while (replies.length < count) replies.push(await ask(sandbox, path));
  return replies;
}

/** Number of occurrences of each item. */
function tally(items: readonly (string | number)[]): Partial<Record<string | number, number>> {
  const counts: Partial<Record<string | number, number>> = {};
  for (const item of items) counts[item] = (counts[item] ?? 0) + 1;
  return counts;
}

function statusesOf(replies: readonly Reply[]): number[] {
  return replies.map(({ status }) => status);
}

async function refusalsByCode(profile: ProfileName): Promise<unknown> {
  const replies = await repliesOf(await troubled(profile), 100);
  const codes = replies.map(({ status, body }) =>
    body instanceof Object && 'code' in body ? `${status} ${String(body.code)}` : status,
  );
  return tally(codes);
}

async function burstOf(profile: ProfileName): Promise<Reply[]> {
  const sandbox = await troubled(profile);
  expect((await logIn(sandbox)).status).toBe(200);
  const replies = await repliesOf(sandbox, 61);
  const burst = Array.from({ length: 10 }, () => 429);
  expect(statusesOf(replies)).toEqual([...burst, ...Array.from({ length: 50 }, () => 200), 429]);
  return replies;
}

/** Assertions that each profile does what its description says. */
const effects: Readonly<Record<ProfileName, () => Promise<void>>> = {
  async rateLimitBursts() {
    const [first] = await burstOf('rateLimitBursts');
    expect(first?.headers.get('retry-after')).toBe('1');
  },

  async rateLimitBurstsUnannounced() {
    const [first, ...others] = await burstOf('rateLimitBurstsUnannounced');
    expect(first?.text).not.toMatch(/seconds/);
    expect([...(first?.headers.keys() ?? [])].filter((name) => /retry|limit/.test(name))).toEqual([]);
    expect(others[20]?.headers.get('inin-ratelimit-count')).toBe('22');
  },

  async hiddenLimit() {
    const replies = await repliesOf(await troubled('hiddenLimit'), 62);
    expect(statusesOf(replies).indexOf(429)).toBe(60);
    expect(replies[60]?.headers.get('inin-ratelimit-allowed')).toBe('300');
    expect(replies[60]?.headers.get('inin-ratelimit-count')).toBe('61');
  },

  async serverErrors() {
    const counts = tally(statusesOf(await repliesOf(await troubled('serverErrors'), 200)));
    expect(Object.keys(counts)).toEqual(['200', '500', '502', '503', '504']);
    expect(counts[200]).toBeGreaterThan(120);
  },

  async slowAnswers() {
    const sandbox = await troubled('slowAnswers');
    const arrivals: number[] = [];
    const replies = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const reply = await ask(sandbox, QUEUES);
        arrivals.push(index);
        return reply;
      }),
    );
    expect(new Set(statusesOf(replies))).toEqual(new Set([200]));
    const overtaken = arrivals.filter((index, place) => arrivals.slice(0, place).some((one) => one > index));
    expect(overtaken.length).toBeGreaterThan(5);
  },

  async hangingAnswers() {
    const sandbox = await troubled('hangingAnswers');
    const asked = Array.from({ length: 40 }, () => ask(sandbox, QUEUES));
    const settled = Promise.allSettled(asked);
    await expect.poll(() => sandbox.answered.get(200), { timeout: 30_000 }).toBe(38);
    expect(sandbox.requests.filter(({ status }) => status === null)).toHaveLength(2);
    await sandbox.close();
    expect((await settled).filter(({ status }) => status === 'rejected')).toHaveLength(2);
  },

  async resets() {
    const sandbox = await troubled('resets');
    const headers = { authorization: `Bearer ${TOKEN}` };
    const outcomes: string[] = [];
    while (outcomes.length < 100) {
      const response = await fetch(`${sandbox.url}${QUEUES}`, { headers }).catch(() => null);
      const text = await response?.text().catch(() => null);
      outcomes.push(response === null ? 'no answer' : text === null ? 'half an answer' : 'an answer');
    }
    const counts = tally(outcomes);
    expect(counts).toEqual({
      'no answer': expect.any(Number),
      'half an answer': expect.any(Number),
      'an answer': expect.any(Number),
    });
    expect(counts['an answer']).toBeGreaterThan(70);
  },

  async htmlErrors() {
    const replies = await repliesOf(await troubled('htmlErrors'), 100);
    const counts = tally(
      replies.map(({ status, headers }) => `${status} ${headers.get('content-type') ?? ''}`),
    );
    expect(counts).toEqual({
      '200 application/json': expect.any(Number),
      '200 text/html': expect.any(Number),
      '502 text/html': expect.any(Number),
    });
    expect(counts['200 application/json']).toBeGreaterThan(70);
  },

  async brokenJson() {
    const sandbox = await troubled('brokenJson');
    const kinds = (await repliesOf(sandbox, 200, USERS)).map((reply) => {
      if (reply.status === 204) return 'nothing';
      if (reply.body === undefined) return 'no JSON';
      if (reply.body === 7) return 'no object';
      return Array.isArray(entitiesOf(reply)) ? 'rows' : 'no rows';
    });
    expect(new Set(kinds)).toEqual(new Set(['rows', 'no rows', 'nothing', 'no JSON', 'no object']));
    expect(tally(kinds)['rows']).toBeGreaterThan(120);
    const interactions = await repliesOf(sandbox, 100, INTERACTIONS);
    expect(interactions.map(({ body }) => body)).toContainEqual({ pendingInteractions: 'none' });
  },

  async expiredTokens() {
    expect(await refusalsByCode('expiredTokens')).toEqual({
      200: expect.any(Number),
      '401 credentials.expired': expect.any(Number),
    });
  },

  async revokedTokens() {
    expect(await refusalsByCode('revokedTokens')).toEqual({
      200: expect.any(Number),
      '401 bad.credentials': expect.any(Number),
    });
  },

  async missingPermissions() {
    const sandbox = await troubled('missingPermissions');
    const [[listId] = ['']] = organisation.contacts;
    const refused = [
      await post(sandbox, `/api/v2/outbound/contactlists/${listId}/contacts/bulk`, []),
      await ask(sandbox, '/api/v2/scripts'),
      await post(sandbox, STATS, []),
    ];
    const missing = { status: 403, body: { code: 'missing.permissions' } };
    expect(refused).toMatchObject([
      missing,
      missing,
      { status: 403, body: { code: 'missing.any.permissions' } },
    ]);
    expect(statusesOf(await repliesOf(sandbox, 3, INTERACTIONS))).toEqual([200, 200, 200]);
  },

  async throttledLogin() {
    const sandbox = await troubled('throttledLogin');
    const logins: unknown[] = [];
    while (logins.length < 8) {
      const { status, headers } = await logIn(sandbox);
      logins.push([status, headers.get('retry-after')]);
    }
    const round = [
      [400, '1'],
      [400, null],
      [200, null],
      [200, null],
    ];
    expect(logins).toEqual([...round, ...round]);
    expect(sandbox.requests.every(({ resource }) => resource === 'login')).toBe(true);
    expect((await ask(sandbox, QUEUES)).status).toBe(200);
  },

  async refusedBatches() {
    const sandbox = await troubled('refusedBatches');
    const ids = organisation.users.map(({ id }) => id ?? '');
    const queueIds = organisation.queues.map(({ id }) => id ?? '');
    const [[listId, contacts] = ['', new Map<string, unknown>()]] = organisation.contacts;
    const bulk = (of: readonly string[]) =>
      post(sandbox, `/api/v2/outbound/contactlists/${listId}/contacts/bulk`, of);
    expect((await ask(sandbox, `${USERS}&id=${ids.slice(0, 21).join()}`)).status).toBe(414);
    expect((await ask(sandbox, `${QUEUES}?id=${queueIds.slice(0, 4).join()}`)).status).toBe(414);
    expect((await ask(sandbox, `${QUEUES}?id=${queueIds.slice(0, 3).join()}`)).status).toBe(200);
    expect((await bulk([...contacts.keys()].slice(0, 31))).status).toBe(413);

    const single = await Promise.all(ids.map((id) => ask(sandbox, `${USERS}&id=${id}`)));
    const bad = ids.filter((_, index) => single[index]?.status === 404);
    expect(bad.length).toBeGreaterThan(0);
    expect(bad.length).toBeLessThan(10);
    const good = ids.filter((id) => !bad.includes(id)).slice(0, 19);
    expect((await ask(sandbox, `${USERS}&id=${[...good, ...bad.slice(0, 1)].join()}`)).status).toBe(404);
    expect(entitiesOf(await ask(sandbox, `${USERS}&id=${good.join()}`))).toHaveLength(19);

    const each = await Promise.all([...contacts.keys()].map((id) => bulk([id])));
    const refused = each.filter(({ status }) => status !== 200);
    expect(new Set(statusesOf(refused))).toEqual(new Set([400]));
    expect(refused[0]?.body).toMatchObject({ code: 'invalid.value' });
    expect(refused.length).toBeLessThan(each.length / 20);
  },
};

function namesOf(profiles: Readonly<Record<ProfileName, unknown>>): ProfileName[] {
  return Object.keys(profiles).filter((name): name is ProfileName => name in PROFILES);
}

describe('the profile', () => {
  test.each(namesOf(effects).map((name) => ({ name, ...PROFILES[name] })))(
    '$name: $description',
    async ({ name }) => {
      expect.hasAssertions();
      await effects[name]();
    },
  );

  test.each(namesOf(effects))('%s answers more than half of 60 calls with 200', async (name) => {
    const sandbox = await troubled(name);
    void Promise.allSettled(Array.from({ length: 60 }, () => ask(sandbox, QUEUES)));
    await expect.poll(() => sandbox.answered.get(200) ?? 0, { timeout: 30_000 }).toBeGreaterThan(30);
  });

  test('can be changed and ended while the sandbox runs, and starts over each time', async () => {
    const sandbox = await sandboxForTest({ organisation });
    const status = async () => (await ask(sandbox, QUEUES)).status;
    expect(await status()).toBe(200);
    sandbox.useProfile('rateLimitBursts');
    expect(statusesOf(await repliesOf(sandbox, 11))).toEqual([...Array.from({ length: 10 }, () => 429), 200]);
    sandbox.useProfile('missingPermissions');
    expect(await status()).toBe(200);
    sandbox.useProfile('rateLimitBursts');
    expect(await status()).toBe(429);
    sandbox.useProfile(null);
    expect(await status()).toBe(200);
  });

  test('replaces the rate limit of the sandbox while it is in use, and the count of calls goes on', async () => {
    const rateLimit = { allowed: 100, windowSeconds: 60 };
    const sandbox = await sandboxForTest({ organisation, rateLimit, now: () => 0 });
    expect(new Set(statusesOf(await repliesOf(sandbox, 70)))).toEqual(new Set([200]));
    sandbox.useProfile('hiddenLimit');
    const [refused] = await repliesOf(sandbox, 1);
    expect(refused?.status).toBe(429);
    expect(refused?.headers.get('inin-ratelimit-count')).toBe('71');
    sandbox.useProfile(null);
    const [allowed] = await repliesOf(sandbox, 1);
    expect(allowed?.status).toBe(200);
    expect(allowed?.headers.get('inin-ratelimit-allowed')).toBe('100');
    expect(allowed?.headers.get('inin-ratelimit-count')).toBe('72');
  });

  test('keeps the other faults of the sandbox, which apply before those of the profile', async () => {
    const sandbox = await sandboxForTest({
      organisation,
      profile: 'missingPermissions',
      faults: [{ kind: 'status', status: 503, resource: 'scripts', times: 1 }],
    });
    expect(statusesOf(await repliesOf(sandbox, 2, '/api/v2/scripts'))).toEqual([503, 403]);
    sandbox.faults.push({ kind: 'status', status: 504, resource: 'queues' });
    sandbox.useProfile(null);
    expect((await ask(sandbox, QUEUES)).status).toBe(504);
    sandbox.useProfile('missingPermissions');
    sandbox.faults.length = 0;
    expect((await ask(sandbox, '/api/v2/scripts')).status).toBe(403);
  });
});

test('the README lists every profile with its description', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const [, , rows = ''] = /^\| profile +\| (.*)\n(.*)\n((?:\|.*\n)+)/m.exec(readme)?.slice(1) ?? [];
  const told = rows
    .trim()
    .split('\n')
    .map((row) => row.split('|').map((cell) => cell.trim()));
  expect(told.map(([, name, description]) => [name, description])).toEqual(
    Object.entries(PROFILES).map(([name, { description }]) => [`\`${name}\``, description]),
  );
});
