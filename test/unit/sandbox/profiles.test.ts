import { describe, expect, test } from 'vitest';

import { EXAMPLE_CAMPAIGN_ID, generateOrganisation } from '../../../src/sandbox/generate-organisation.ts';
import { type ProfileName } from '../../../src/sandbox/profile-names.ts';
import { PROFILES } from '../../../src/sandbox/profiles.ts';
import type { Sandbox } from '../../../src/sandbox/start-sandbox.ts';
import { Page } from '../../support/documentation.ts';
import { ask, entitiesOf, idsOf, logIn, post, type Reply, sandboxForTest, TOKEN } from './helpers.ts';

const organisation = generateOrganisation(1);
const AT_MS = Date.UTC(2026, 5, 1, 9);
const SKILLS = '/api/v2/routing/skills';
const CAMPAIGNS = '/api/v2/outbound/campaigns';
const CONTACT_LISTS = '/api/v2/outbound/contactlists';
const QUEUES = '/api/v2/routing/queues';
const USERS = '/api/v2/users?state=any&pageSize=100';
const INTERACTIONS = `/api/v2/outbound/campaigns/${EXAMPLE_CAMPAIGN_ID}/interactions`;
const STATS = `${CAMPAIGNS}/performance/query`;

/** Sandbox with this profile; its own rate limit is too high to matter. */
function troubled(profile: ProfileName, now = () => AT_MS): Promise<Sandbox> {
  const rateLimit = { allowed: 100_000, windowSeconds: 60 };
  return sandboxForTest({ organisation, profile, rateLimit, now });
}

/** Values of a property with this name, anywhere in the answer. */
function valuesOf(reply: Reply, name: string): unknown[] {
  const found: unknown[] = [];
  JSON.parse(reply.text, (key, value: unknown) => {
    if (key === name) found.push(value);
    return value;
  });
  return found;
}

function rowsOf(rows: unknown): Record<string, unknown>[] {
  return idsOf(rows).length > 0 && Array.isArray(rows) ? rows.map((row) => ({ ...row })) : [];
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
    expect(bad.length).toBeLessThan(ids.length / 10);
    const good = ids.filter((id) => !bad.includes(id)).slice(0, 19);
    expect((await ask(sandbox, `${USERS}&id=${[...good, ...bad.slice(0, 1)].join()}`)).status).toBe(404);
    expect(entitiesOf(await ask(sandbox, `${USERS}&id=${good.join()}`))).toHaveLength(19);

    const each = await Promise.all([...contacts.keys()].map((id) => bulk([id])));
    const refused = each.filter(({ status }) => status !== 200);
    expect(new Set(statusesOf(refused))).toEqual(new Set([400]));
    expect(refused[0]?.body).toMatchObject({ code: 'invalid.value' });
    expect(refused.length).toBeLessThan(each.length / 20);
  },

  async refusedLogins() {
    const sandbox = await troubled('refusedLogins');
    const logins: unknown[] = [];
    while (logins.length < 8) {
      const { status, text } = await logIn(sandbox);
      logins.push(status === 200 ? 200 : [status, JSON.parse(text)]);
    }
    const refusal = (description: string) => [
      400,
      { error: 'invalid_client', description, error_description: description },
    ];
    const round = [refusal('client not found'), refusal('authentication failed'), 200, 200];
    expect(logins).toEqual([...round, ...round]);
    expect((await ask(sandbox, QUEUES)).status).toBe(200);
  },

  async resourceLimit() {
    const sandbox = await troubled('resourceLimit');
    const replies = await repliesOf(sandbox, 40, USERS);
    const round = [...Array.from({ length: 5 }, () => 429), ...Array.from({ length: 15 }, () => 200)];
    expect(statusesOf(replies)).toEqual([...round, ...round]);
    expect(replies[0]?.headers.get('retry-after')).toBe('1');
    expect(replies[0]?.headers.get('inin-ratelimit-count')).toBe('1');
    expect(replies[0]?.headers.get('inin-ratelimit-allowed')).toBe('100000');
    const [[listId] = ['']] = organisation.contacts;
    expect((await post(sandbox, `${CONTACT_LISTS}/${listId}/contacts/bulk`, [])).status).toBe(429);
    expect(new Set(statusesOf(await repliesOf(sandbox, 20)))).toEqual(new Set([200]));
  },

  async packedAnswers() {
    const sandbox = await troubled('packedAnswers');
    for (const { status, headers, text } of await repliesOf(sandbox, 2)) {
      expect([status, headers.get('content-encoding')]).toEqual([200, 'gzip']);
      expect(JSON.parse(text)).toHaveProperty('entities');
    }
  },

  async foreignNotFound() {
    const replies = await repliesOf(await troubled('foreignNotFound'), 200);
    const foreign = replies.filter(({ status }) => status === 404);
    expect(foreign.length).toBeLessThan(40);
    expect(new Set(foreign.map(({ headers }) => headers.get('content-type')))).toEqual(
      new Set(['text/html', 'application/json']),
    );
    for (const { headers, text } of foreign) {
      expect([...headers.keys()].filter((name) => name.startsWith('inin-'))).toEqual([]);
      expect(text).not.toMatch(/contextId|"code"/);
    }
    expect(tally(statusesOf(replies))).toEqual({ 200: expect.any(Number), 404: expect.any(Number) });
  },

  async fewIds() {
    const sandbox = await troubled('fewIds');
    const [[listId, contacts] = ['', new Map<string, unknown>()]] = organisation.contacts;
    const ofUsers = (count: number) => `${USERS}&id=${idsOf(organisation.users.slice(0, count)).join()}`;
    const ofSkills = `${SKILLS}?pageSize=100&id=${idsOf(organisation.skills.slice(0, 11)).join()}`;
    const bulk = (count: number) =>
      post(sandbox, `${CONTACT_LISTS}/${listId}/contacts/bulk`, [...contacts.keys()].slice(0, count));
    expect((await ask(sandbox, ofUsers(11))).status).toBe(400);
    expect(entitiesOf(await ask(sandbox, ofUsers(10)))).toHaveLength(10);
    expect((await bulk(11)).status).toBe(400);
    expect(idsOf((await bulk(10)).body)).toHaveLength(10);
    const { body } = await ask(sandbox, ofSkills);
    expect(body).toMatchObject({ pageSize: 10, pageCount: 2, total: 11 });
    expect(rowsOf(body instanceof Object && 'entities' in body ? body.entities : [])).toHaveLength(10);
  },

  async cutAnswers() {
    const sandbox = await troubled('cutAnswers');
    const first = await ask(sandbox, `${SKILLS}?pageSize=100`);
    expect(first.body).toMatchObject({ pageSize: 5, pageNumber: 1, pageCount: 3, total: 12 });
    const [next] = valuesOf(first, 'nextUri');
    const second = await ask(sandbox, String(next));
    const third = await ask(sandbox, `${SKILLS}?pageSize=100&pageNumber=3`);
    const all = [first, second, third].flatMap((reply) => idsOf(entitiesOf(reply)));
    expect(new Set(all)).toEqual(new Set(idsOf(organisation.skills)));
    expect(all).toHaveLength(12);
  },

  async cutAnswersWithoutTotal() {
    const sandbox = await troubled('cutAnswersWithoutTotal');
    const told = async (path: string) => {
      const reply = await ask(sandbox, `${path}?pageSize=100`);
      expect(entitiesOf(reply)).toHaveLength(5);
      const { entities: _entities, ...rest } = { entities: [], ...Object(reply.body) };
      return rest;
    };
    expect(await told('/api/v2/users')).toEqual({ pageNumber: 1, pageSize: 5 });
    expect(await told(QUEUES)).toEqual({ pageNumber: 1, pageCount: 2 });
    expect(await told(SKILLS)).toEqual({ pageNumber: 1, nextUri: expect.stringContaining('pageNumber=2') });
    expect(await told(CAMPAIGNS)).toEqual({ pageNumber: 1, nextUri: expect.any(String) });
    const last = await ask(sandbox, `${SKILLS}?pageSize=100&pageNumber=3`);
    expect(last.body).toEqual({ entities: [expect.anything(), expect.anything()], pageNumber: 3 });
  },

  async emptyNames() {
    const sandbox = await troubled('emptyNames');
    const names = valuesOf(await ask(sandbox, INTERACTIONS), 'name');
    expect(new Set(names)).toEqual(new Set(['', '  ']));
    const users = rowsOf(entitiesOf(await ask(sandbox, USERS)));
    expect(users.map(({ name }) => name)).not.toContain('');
    const divisions = users.map(({ division }) => Object(division).name);
    expect(new Set(divisions)).toEqual(new Set(['', '  ']));
    const [[listId, contacts] = ['', new Map<string, unknown>()]] = organisation.contacts;
    const ids = [...contacts.keys()].slice(0, 20);
    const ofList = await post(sandbox, `${CONTACT_LISTS}/${listId}/contacts/bulk`, ids);
    expect(new Set(valuesOf(ofList, 'name'))).toEqual(new Set(['', '  ']));
    expect(rowsOf(ofList.body).every(({ data }) => JSON.stringify(data).includes('"FirstName":"'))).toBe(
      true,
    );
  },

  async emptyTexts() {
    const sandbox = await troubled('emptyTexts');
    const interactions = await ask(sandbox, INTERACTIONS);
    for (const name of ['disposition', 'dialingMode', 'callerName', 'destinationAddress']) {
      expect({ name, values: new Set(valuesOf(interactions, name)) }).toEqual({
        name,
        values: new Set(['']),
      });
    }
    expect(new Set(valuesOf(await ask(sandbox, CAMPAIGNS), 'campaignStatus'))).toEqual(new Set(['']));
    expect(new Set(valuesOf(await ask(sandbox, SKILLS), 'state'))).toEqual(new Set(['']));
    expect((await ask(sandbox, `${QUEUES}/nobody`)).body).toMatchObject({ code: 'not.found', status: 404 });
  },

  async ownContactIds() {
    const sandbox = await troubled('ownContactIds');
    const seen: string[] = [];
    for (const { id: campaignId = '' } of organisation.campaigns) {
      const { body } = await ask(sandbox, `${CAMPAIGNS}/${campaignId}/interactions`);
      for (const row of Object.values(Object(body)).filter(Array.isArray).flatMap(rowsOf)) {
        const contact = { id: '', selfUri: '', ...Object(row['contact']) };
        const listId = /contactlists\/([^/]+)\//.exec(contact.selfUri)?.[1] ?? '';
        expect(contact.selfUri).toBe(`${CONTACT_LISTS}/${listId}/contacts/${encodeURIComponent(contact.id)}`);
        const found = await post(sandbox, `${CONTACT_LISTS}/${listId}/contacts/bulk`, [contact.id]);
        expect(idsOf(found.body)).toEqual([contact.id]);
        if (!/^\.\.?$/.test(contact.id)) expect((await ask(sandbox, contact.selfUri)).status).toBe(200);
        expect(JSON.stringify(row)).not.toMatch(/"dialerContactId":"[\da-f]{8}-/);
        seen.push(contact.id);
      }
    }
    for (const form of [
      /^\+1\d+$/,
      /@/,
      /^\d+$/,
      /^\w+ \w+ \d+$/,
      /\//,
      /é|ü/,
      /^[\da-f]{32}$/,
      /^ /,
      /["\\]/,
    ]) {
      expect({ form, count: seen.filter((id) => form.test(id)).length }).toEqual({
        form,
        count: expect.toSatisfy((count) => count > 0),
      });
    }
    const [[listId] = ['']] = organisation.contacts;
    const odd = ['.', '..', 'x'.repeat(512), '__proto__'];
    const bulk = await post(sandbox, `${CONTACT_LISTS}/${listId}/contacts/bulk`, odd);
    expect(new Set(idsOf(bulk.body))).toEqual(new Set(odd));
  },

  async idsInUpperCase() {
    const sandbox = await troubled('idsInUpperCase');
    const interactions = await ask(sandbox, INTERACTIONS);
    const campaign = EXAMPLE_CAMPAIGN_ID.toUpperCase();
    expect(interactions.body).toMatchObject({ campaign: { id: campaign } });
    const agents = valuesOf(interactions, 'agent').map((agent) => String(Object(agent).id));
    expect(agents.length).toBeGreaterThan(0);
    expect(agents.filter((id) => id !== id.toUpperCase())).toEqual([]);
    const found = idsOf(entitiesOf(await ask(sandbox, `${USERS}&id=${agents.join()}`)));
    expect(new Set(found)).toEqual(new Set(agents.map((id) => id.toLowerCase())));
    const contacts = valuesOf(interactions, 'contact').map((contact) => String(Object(contact).id));
    expect(contacts.filter((id) => id !== id.toLowerCase())).toEqual([]);
    const { body } = await post(sandbox, `${CAMPAIGNS}/progress`, [campaign]);
    expect(body).toMatchObject([{ campaign: { id: campaign } }]);
    expect((await ask(sandbox, `${CAMPAIGNS}/${campaign}`)).body).toMatchObject({ id: EXAMPLE_CAMPAIGN_ID });
    expect((await ask(sandbox, `${CAMPAIGNS}/${campaign}/interactions`)).text).toBe(interactions.text);
    expect((await ask(sandbox, `${CAMPAIGNS}/nobody`)).body).toMatchObject({ code: 'not.found' });
  },

  async systemWrapUps() {
    let nowMs = AT_MS;
    const sandbox = await troubled('systemWrapUps', () => nowMs);
    const wrapUps: { code?: string; name?: string }[] = [];
    for (; nowMs < AT_MS + 120_000; nowMs += 15_000) {
      const interactions = await ask(sandbox, INTERACTIONS);
      wrapUps.push(...valuesOf(interactions, 'wrapup').map((wrapUp) => ({ ...Object(wrapUp) })));
    }
    const codes = new Set(wrapUps.map(({ code = '' }) => code));
    expect(codes).toEqual(new Set(['ININ-WRAP-UP-TIMEOUT', 'ININ-WRAP-UP-SKIPPED']));
    expect(new Set(wrapUps.map(({ code, name }) => (name === code ? 'the code' : name)))).toEqual(
      new Set(['the code', '', undefined]),
    );
    const found = await ask(sandbox, `/api/v2/routing/wrapupcodes?id=${[...codes].join()}`);
    expect(entitiesOf(found)).toEqual([]);
  },

  async allDivisions() {
    const sandbox = await troubled('allDivisions');
    const ids = new Set<unknown>();
    for (const path of [USERS, QUEUES, CAMPAIGNS, CONTACT_LISTS, '/api/v2/scripts']) {
      const divisions = valuesOf(await ask(sandbox, path), 'division').map((one) => Object(one).id);
      expect(divisions).toContain('*');
      for (const id of divisions) ids.add(id);
    }
    expect(ids.size).toBe(1 + organisation.divisions.length);
    expect(entitiesOf(await ask(sandbox, '/api/v2/authorization/divisions?id=*'))).toEqual([]);
    expect((await ask(sandbox, '/api/v2/authorization/divisions/*')).status).toBe(404);
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

test('docs/sandbox.md lists every profile with its description', () => {
  expect(new Page('docs/sandbox.md').table('profile', 'what goes wrong')).toEqual(
    Object.entries(PROFILES).map(([name, { description }]) => [`\`${name}\``, description]),
  );
});
