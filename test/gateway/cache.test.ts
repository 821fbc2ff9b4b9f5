import { describe, expect, test } from 'vitest';
import { type TtlName, ttls } from '../../src/config/ttls.ts';
import type { Fault } from '../../src/sandbox/fault.ts';
import { ttlSetting } from '../../src/config/settings.ts';
import { clockForTest } from '../property/identities-clock.ts';
import {
  altered,
  callsOfEveryDetail,
  deniedOnce,
  everyDetail,
  onlyError,
  screen,
} from '../support/answers.ts';
import { keepingGatewayForTest, type TestGateway } from '../support/gateway.ts';
import { CAMPAIGN_ID, CONTACT_LIST_ID } from '../support/organisation.ts';
import { serviceGatewayForTest } from '../support/service-gateway.ts';

const USER = '{ user(id: "user-1") { email } }';
const PRESENCE = '{ user(id: "user-1") { presence { systemPresenceCode } } }';
const QUEUE = '{ queue(id: "queue-1") { memberCount } }';
const SCRIPT = '{ script(id: "script-1") { startPageName } }';
const PROGRESS = `{ campaign(id: "${CAMPAIGN_ID}") { progress { percentage } } }`;
/** Setting that keeps a credential check valid for longer than any entry is cached. */
const proven = { IDENTITY_PROOF_SECONDS: '3600' };
/** Settings that keep a list cached throughout a test, so that only its references can cause further calls. */
const longList = { INTERACTIONS_WINDOW_MS: '600000', INTERACTIONS_MAX_AGE_MS: '600000' };
const refused: Fault = { kind: 'status', status: 401, resource: 'scripts', times: 1 };

/** Number of the call that the answered email came from; needs the fault `versions`. */
async function versionSeen({ query }: TestGateway): Promise<number> {
  const { data, errors } = await query(USER);
  expect(errors).toBeUndefined();
  return Number(data.user.email);
}

/** Fault that answers each call for users with the number of the call, from 1 on, as the email. */
function versions(): Fault {
  let version = 0;
  return {
    kind: 'alter',
    resource: 'users',
    alter() {
      version += 1;
      return { entities: [{ id: 'user-1', name: 'Name of user-1', email: String(version) }] };
    },
  };
}

describe('data read for one request', () => {
  test('costs the next request no call', async () => {
    const { query, calls } = await keepingGatewayForTest({ env: longList });
    const first = await query(everyDetail);
    expect(calls()).toEqual(callsOfEveryDetail);
    expect(await query(everyDetail)).toEqual(first);
    expect(calls()).toEqual({});
  });

  test('costs no call in a request that needs less of it, whichever field leads to it', async () => {
    const { query, calls } = await keepingGatewayForTest();
    await query(screen('agent { email } queue { memberCount }'));
    calls();
    expect((await query(USER)).data).toEqual({ user: { email: 'user-1@example.com' } });
    expect((await query(QUEUE)).data).toEqual({ queue: { memberCount: 1 } });
    expect(calls()).toEqual({});
  });

  test('makes the next request call only for new entities', async () => {
    const { query, sandbox } = await keepingGatewayForTest();
    await query('{ a: user(id: "user-1") { email } b: user(id: "user-2") { email } }');
    const { data } = await query('{ b: user(id: "user-2") { id email } c: user(id: "user-3") { id email } }');
    expect(data).toEqual({
      b: { id: 'user-2', email: 'user-2@example.com' },
      c: { id: 'user-3', email: 'user-3@example.com' },
    });
    expect(sandbox.requests.map(({ ids }) => ids)).toEqual([['user-1', 'user-2'], ['user-3']]);
  });

  test('is cached by contact list and id when it is a contact', async () => {
    const { query, calls } = await keepingGatewayForTest();
    const contact = (list: string) => `{ contact(contactListId: "${list}", id: "contact-1") { data } }`;
    expect((await query(contact(CONTACT_LIST_ID))).data.contact).not.toBeNull();
    expect((await query(contact('list-2'))).data).toEqual({ contact: null });
    expect(calls()).toEqual({ contacts: 2 });
  });

  test('is not used for another identity', async () => {
    const { query, calls } = await keepingGatewayForTest({ env: longList, tokens: ['another'] });
    await query(everyDetail);
    expect(calls()).toEqual(callsOfEveryDetail);
    await query(everyDetail, {}, 'another');
    expect(calls()).toEqual(callsOfEveryDetail);
  });

  test('is not cached when CACHE_MAX_BYTES is 0, except a list of interactions', async () => {
    const { query, calls } = await keepingGatewayForTest({ env: { ...longList, CACHE_MAX_BYTES: '0' } });
    await query(everyDetail);
    calls();
    await query(everyDetail);
    const { campaignInteractions: _list, ...others } = callsOfEveryDetail;
    expect(calls()).toEqual(others);
  });

  test('is evicted by later data when the cache is full', async () => {
    const { query, calls } = await keepingGatewayForTest({ env: { CACHE_MAX_BYTES: '30000' } });
    const users = (n: number) => `{ user(id: "user-${n}") { email } }`;
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
    for (let n = 0; n < 20; n += 1) await query(users(n));
    calls();
    await query(users(19));
    expect(calls()).toEqual({});
    await query(users(0));
    expect(calls()).toEqual({ users: 1 });
  });
});

/** Query that needs data of each TTL, and the resource that it calls. */
const kinds: Readonly<Record<TtlName, readonly [query: string, resource: string]>> = {
  CAMPAIGN: [`{ campaign(id: "${CAMPAIGN_ID}") { dialingMode } }`, 'campaigns'],
  CAMPAIGN_PROGRESS: [PROGRESS, 'campaignProgress'],
  CAMPAIGN_STATS: [`{ campaign(id: "${CAMPAIGN_ID}") { stats { idleAgents } } }`, 'campaignStats'],
  CONTACT: [`{ contact(contactListId: "${CONTACT_LIST_ID}", id: "contact-1") { data } }`, 'contacts'],
  CONTACT_LIST: [`{ contactList(id: "${CONTACT_LIST_ID}") { columnNames } }`, 'contactLists'],
  CONVERSATION: ['{ conversation(id: "conversation-0") { startTime } }', 'conversations'],
  DIVISION: [`{ campaign(id: "${CAMPAIGN_ID}") { division { name } } }`, 'divisions'],
  PRESENCE: [PRESENCE, 'users'],
  QUEUE: [QUEUE, 'queues'],
  ROUTING_STATUS: ['{ user(id: "user-1") { routingStatus { status } } }', 'users'],
  SCRIPT: [SCRIPT, 'scripts'],
  SKILL: ['{ skill(id: "skill-1") { state } }', 'skills'],
  USER: [USER, 'users'],
  USER_SKILLS: ['{ user(id: "user-1") { skills { proficiency } } }', 'users'],
  WRAP_UP_CODE: [
    '{ conversation(id: "conversation-0") { participants { wrapup { code { name } } } } }',
    'wrapUpCodes',
  ],
};
/** Faults that remove names from references: such names need no call, and would hide whether the entity is cached. */
const nameless = [
  altered('campaigns', (row) => ({ ...row, division: { id: 'division-1' } })),
  altered('conversations', (row) => ({
    ...row,
    participants: [{ id: 'participant-0', wrapup: { code: 'wrap-up-1' } }],
  })),
];

describe.each(Object.entries(kinds))('%s data', (name, [text, resource]) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.entries forgets the key type
  const ttl = name as TtlName;

  test('are cached for their TTL, and revalidated when they are stale', async () => {
    const clock = clockForTest();
    const { query, calls, sandbox } = await keepingGatewayForTest({ env: proven, faults: nameless });
    await query(text);
    expect(calls()).toHaveProperty(resource, 1);
    clock.skip(ttls[ttl] * 900);
    await query(text);
    expect(calls()).not.toHaveProperty(resource);
    clock.skip(ttls[ttl] * 200);
    await query(text);
    await expect.poll(() => sandbox.requests.map((each) => each.resource)).toContain(resource);
  });

  test('need a call each time when their TTL is 0', async () => {
    const env = { [ttlSetting(ttl)]: '0' };
    const { query, calls } = await keepingGatewayForTest({ env, faults: nameless });
    const first = await query(text);
    expect(calls()).toHaveProperty(resource, 1);
    expect(await query(text)).toEqual(first);
    expect(calls()).toEqual({ [resource]: 1 });
  });
});

describe('an entity', () => {
  test('that was read without an expand is not used for a selection that needs it, and one read with it serves both', async () => {
    const { query, calls } = await keepingGatewayForTest();
    await query(USER);
    expect(calls()).toEqual({ users: 1 });
    expect((await query(PRESENCE)).data).toEqual({
      user: { presence: { systemPresenceCode: 'Presence of user-1' } },
    });
    expect(calls()).toEqual({ users: 1 });
    await query(USER);
    await query(PRESENCE);
    expect(calls()).toEqual({});
    await query('{ user(id: "user-2") { presence { systemPresenceCode } skills { proficiency } } }');
    expect(calls()).toEqual({ users: 1 });
    await query('{ user(id: "user-2") { email skills { proficiency } } }');
    expect(calls()).toEqual({});
  });

  test('whose expanded part has expired is read again only when that part is selected', async () => {
    const clock = clockForTest();
    const { query, calls } = await keepingGatewayForTest();
    await query('{ user(id: "user-1") { email presence { systemPresenceCode } } }');
    calls();
    clock.skip(2 * ttls.PRESENCE * 1000 + 1);
    await query(USER);
    expect(calls()).toEqual({});
    await query(PRESENCE);
    expect(calls()).toEqual({ users: 1 });
  });

  test('that the upstream does not know is read again only after the negative TTL', async () => {
    const clock = clockForTest();
    const { query, calls } = await keepingGatewayForTest();
    const nobody = '{ user(id: "nobody") { email } script(id: "none") { startPageName } }';
    const unknown = { data: { user: null, script: null } };
    expect(await query(nobody)).toEqual(unknown);
    expect(await query(nobody)).toEqual(unknown);
    expect(calls()).toEqual({ users: 1, scripts: 1 });
    clock.skip(10_000);
    expect(await query(nobody)).toEqual(unknown);
    expect(calls()).toEqual({ users: 1, scripts: 1 });
  });

  test.each<[string, Fault, string]>([
    ['fails', { kind: 'status', status: 500 }, 'UPSTREAM_UNAVAILABLE'],
    ['is denied', { kind: 'missingPermissions', permissions: ['a:b:c'] }, 'FORBIDDEN'],
    ['gets an unreadable answer', { kind: 'truncate' }, 'UPSTREAM_BAD_RESPONSE'],
  ])('whose call %s is read again by the next request', async (_what, fault, code) => {
    const { query, calls } = await keepingGatewayForTest({
      faults: [{ ...fault, resource: 'users', times: 1 }],
    });
    expect(onlyError(await query(USER)).extensions.code).toBe(code);
    expect((await query(USER)).errors).toBeUndefined();
    expect(calls()).toEqual({ users: 2 });
  });
});

describe('stale data', () => {
  const lifetimeMs = ttls.USER * 1000;

  test('is shown at once while one background call revalidates it for any number of requests', async () => {
    const clock = clockForTest();
    const gateway = await keepingGatewayForTest({ env: proven, faults: [versions()] });
    expect(await versionSeen(gateway)).toBe(1);
    clock.skip(lifetimeMs + 1);
    expect(await versionSeen(gateway)).toBe(1);
    await Promise.all(Array.from({ length: 20 }, () => versionSeen(gateway)));
    await expect.poll(() => versionSeen(gateway)).toBe(2);
    expect(gateway.calls()).toEqual({ users: 2 });
  });

  test('is not shown after twice its TTL: the request waits for a call', async () => {
    const clock = clockForTest();
    const gateway = await keepingGatewayForTest({ env: proven, faults: [versions()] });
    expect(await versionSeen(gateway)).toBe(1);
    clock.skip(2 * lifetimeMs + 1);
    expect(await versionSeen(gateway)).toBe(2);
    expect(gateway.calls()).toEqual({ users: 2 });
  });

  test('is revalidated in one call for all stale entities of a request', async () => {
    const clock = clockForTest();
    const { query, calls, sandbox } = await keepingGatewayForTest({ env: { ...proven, ...longList } });
    await query(screen('agent { email }'));
    calls();
    clock.skip(lifetimeMs + 1);
    expect((await query(screen('agent { email }'))).errors).toBeUndefined();
    await expect.poll(() => sandbox.requests.length).toBe(1);
    expect(sandbox.requests.map(({ ids }) => ids.length)).toEqual([20]);
  });

  test('is still shown, without an error, when its revalidation fails', async () => {
    const clock = clockForTest();
    const gateway = await keepingGatewayForTest({
      env: proven,
      faults: [versions()],
    });
    expect(await versionSeen(gateway)).toBe(1);
    gateway.sandbox.faults.unshift({ kind: 'status', status: 500, resource: 'users' });
    clock.skip(lifetimeMs + 1);
    expect(await versionSeen(gateway)).toBe(1);
    await expect.poll(() => gateway.sandbox.answered.get(500)).toBe(1);
    expect(await versionSeen(gateway)).toBe(1);
  });
});

describe('a credential that the upstream rejects', () => {
  test('loses all its cached data', async () => {
    const { query, calls, sandbox } = await keepingGatewayForTest({ env: longList });
    await query(everyDetail);
    sandbox.faults.push(refused);
    expect(onlyError(await query('{ script(id: "another") { id } }')).extensions.code).toBe(
      'UNAUTHENTICATED',
    );
    calls();
    expect((await query(everyDetail)).errors).toBeUndefined();
    expect(calls()).toEqual(callsOfEveryDetail);
  });

  test('does not affect the cached data of another credential', async () => {
    const { query, calls, sandbox } = await keepingGatewayForTest({ env: longList, tokens: ['another'] });
    await query(everyDetail, {}, 'another');
    sandbox.faults.push(refused);
    expect((await query('{ script(id: "another") { id } }')).errors).toHaveLength(1);
    calls();
    await query(everyDetail, {}, 'another');
    expect(calls()).toEqual({});
  });

  test('is shown no data that it read before', async () => {
    const { query, sandbox } = await keepingGatewayForTest({ tokens: ['ending'] });
    expect((await query(`{ ${inner(USER)} ${inner(QUEUE)} }`, {}, 'ending')).errors).toBeUndefined();
    sandbox.expire('ending');
    await query(SCRIPT, {}, 'ending');
    const { data, errors } = await query(`{ ${inner(USER)} ${inner(QUEUE)} }`, {}, 'ending');
    expect(data).toEqual({ user: null, queue: null });
    expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['UNAUTHENTICATED']));
  });

  test('has no data cached from calls that were under way at the rejection', async () => {
    const { query, calls, sandbox } = await keepingGatewayForTest({
      faults: [{ kind: 'delay', ms: 300, resource: 'users', times: 1 }, refused],
    });
    const first = query(USER);
    await expect.poll(() => sandbox.requests.length).toBe(1);
    expect((await query(SCRIPT)).errors).toHaveLength(1);
    expect((await first).data).toEqual({ user: { email: 'user-1@example.com' } });
    calls();
    expect((await query(USER)).errors).toBeUndefined();
    expect(calls()).toEqual({ users: 1 });
  });
});

describe('a permission that the upstream denies', () => {
  test('removes the cached data of the denied resource, also when it needs no permission, and of no other resource', async () => {
    const { query, calls, sandbox } = await keepingGatewayForTest();
    await query(USER);
    await query(QUEUE);
    calls();
    sandbox.faults.push({ kind: 'status', status: 403, resource: 'users', times: 1 });
    expect(onlyError(await query('{ user(id: "user-2") { email } }')).extensions.code).toBe('FORBIDDEN');
    await query(USER);
    await query(QUEUE);
    expect(calls()).toEqual({ users: 2 });
  });

  test('removes all cached data that needs it, and no other data', async () => {
    const { query, calls, sandbox } = await keepingGatewayForTest({ env: longList });
    await query(everyDetail);
    sandbox.faults.push(deniedOnce('campaignProgress', ['outbound:campaign:view']));
    expect(onlyError(await query(PROGRESS)).extensions.code).toBe('FORBIDDEN');
    calls();
    expect((await query(everyDetail)).errors).toBeUndefined();
    expect(calls()).toEqual({ campaigns: 1, campaignInteractions: 1 });
  });

  test('does not affect the cached data of another identity', async () => {
    const { query, calls, sandbox } = await keepingGatewayForTest({ env: longList, tokens: ['another'] });
    await query(everyDetail, {}, 'another');
    sandbox.faults.push(deniedOnce('campaignProgress', ['outbound:campaign:view']));
    expect((await query(PROGRESS)).errors).toHaveLength(1);
    calls();
    await query(everyDetail, {}, 'another');
    expect(calls()).toEqual({});
  });
});

describe('a credential whose last check is too old', () => {
  test('is shown no cached data until the upstream accepts it again, and then all of it', async () => {
    const clock = clockForTest();
    const { query, calls } = await keepingGatewayForTest();
    await query(`{ ${inner(QUEUE)} ${inner(SCRIPT)} }`);
    calls();
    clock.skip(60_001);
    await query(QUEUE);
    expect(calls()).toEqual({ queues: 1 });
    await query(SCRIPT);
    expect(calls()).toEqual({});
  });

  test('is shown no cached data when the upstream now rejects it', async () => {
    const clock = clockForTest();
    const { query, sandbox } = await keepingGatewayForTest({ tokens: ['ending'] });
    expect((await query(QUEUE, {}, 'ending')).errors).toBeUndefined();
    sandbox.expire('ending');
    clock.skip(60_001);
    const answer = await query(QUEUE, {}, 'ending');
    expect(answer.data).toEqual({ queue: null });
    expect(onlyError(answer).extensions.code).toBe('UNAUTHENTICATED');
  });

  test('is every credential when IDENTITY_PROOF_SECONDS is 0, so that each request reads everything again', async () => {
    const { query, calls } = await keepingGatewayForTest({
      env: { ...longList, IDENTITY_PROOF_SECONDS: '0' },
    });
    await query(everyDetail);
    calls();
    await query(everyDetail);
    expect(calls()).toEqual(callsOfEveryDetail);
  });
});

/** Selections of a query, without its braces. */
function inner(query: string): string {
  return query.slice(1, -1);
}

test('a login that ends early leaves the data cached that was read with it', async () => {
  const { ask, calls, sandbox } = await serviceGatewayForTest({ CACHE_MAX_BYTES: '67108864' });
  await ask(QUEUE);
  expect(calls()).toEqual({ login: 1, queues: 1 });
  sandbox.faults.push({ kind: 'status', status: 401, resource: 'users', times: 1 });
  await ask(USER);
  await ask(QUEUE);
  await ask(USER);
  expect(calls()).toEqual({ login: 1, users: 2 });
});

test('a list that was read for a request is the same everywhere in its answer, also with maxAgeMs 0', async () => {
  const { query, calls } = await keepingGatewayForTest({
    env: { INTERACTIONS_WINDOW_MS: '0', INTERACTIONS_MAX_AGE_MS: '0' },
  });
  const { data } = await query(`{
    campaignInteractions(campaignId: "${CAMPAIGN_ID}", maxAgeMs: 0) { observedAt }
    campaign(id: "${CAMPAIGN_ID}") { interactions { observedAt } }
  }`);
  expect(data.campaign.interactions).toEqual(data.campaignInteractions);
  expect(calls()).toEqual({ campaignInteractions: 1, campaigns: 1 });
});

test('a list that one field reads again replaces the cached list for later fields of the request', async () => {
  const { query, calls } = await keepingGatewayForTest();
  await query(`{ campaignInteractions(campaignId: "${CAMPAIGN_ID}") { observedAt } }`);
  calls();
  const { data } = await query(`{
    campaignInteractions(campaignId: "${CAMPAIGN_ID}") { observedAt }
    campaign(id: "${CAMPAIGN_ID}") {
      interactions(maxAgeMs: 0) {
        observedAt
        nodes { campaign { interactions(maxAgeMs: 0) { observedAt } } }
      }
    }
  }`);
  const { observedAt, nodes } = data.campaign.interactions;
  expect(nodes[0].campaign.interactions).toEqual({ observedAt });
  expect(calls()).toEqual({ campaignInteractions: 1, campaigns: 1 });
});
