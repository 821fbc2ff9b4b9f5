import { describe, expect, test } from 'vitest';
import { type TtlName, ttls } from '../../src/datasources/ttl.ts';
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
const PRESENCE = '{ user(id: "user-1") { presence { systemPresence } } }';
const QUEUE = '{ queue(id: "queue-1") { memberCount } }';
const SCRIPT = '{ script(id: "script-1") { startPageName } }';
const PROGRESS = `{ campaign(id: "${CAMPAIGN_ID}") { progress { percentage } } }`;
/** So that a credential is believed for longer than anything is kept. */
const proven = { IDENTITY_PROOF_SECONDS: '3600' };
/** So that a list is asked for once, and only what it refers to again. */
const longList = { INTERACTIONS_WINDOW_MS: '600000', INTERACTIONS_MAX_AGE_MS: '600000' };
const refused: Fault = { kind: 'status', status: 401, resource: 'scripts', times: 1 };

/** Asks for an email, which the upstream changes with each call: how many calls it had answered by then. */
async function versionSeen({ query }: TestGateway): Promise<number> {
  const { data, errors } = await query(USER);
  expect(errors).toBeUndefined();
  return Number(data.user.email);
}

/** An upstream that changes the email of its users with each call, the first one to 1. */
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

describe('what was read for one request', () => {
  test('costs the next one nothing', async () => {
    const { query, calls } = await keepingGatewayForTest({ env: longList });
    const first = await query(everyDetail);
    expect(calls()).toEqual(callsOfEveryDetail);
    expect(await query(everyDetail)).toEqual(first);
    expect(calls()).toEqual({});
  });

  test('costs the next one nothing that needs less of it, by whatever way it comes', async () => {
    const { query, calls } = await keepingGatewayForTest();
    await query(screen('agent { email } queue { memberCount }'));
    calls();
    expect((await query(USER)).data).toEqual({ user: { email: 'user-1@example.com' } });
    expect((await query(QUEUE)).data).toEqual({ queue: { memberCount: 1 } });
    expect(calls()).toEqual({});
  });

  test('leaves the next one to ask for what is new alone', async () => {
    const { query, sandbox } = await keepingGatewayForTest();
    await query('{ a: user(id: "user-1") { email } b: user(id: "user-2") { email } }');
    const { data } = await query('{ b: user(id: "user-2") { id email } c: user(id: "user-3") { id email } }');
    expect(data).toEqual({
      b: { id: 'user-2', email: 'user-2@example.com' },
      c: { id: 'user-3', email: 'user-3@example.com' },
    });
    expect(sandbox.requests.map(({ ids }) => ids)).toEqual([['user-1', 'user-2'], ['user-3']]);
  });

  test('is told apart by its contact list where an id alone means nothing', async () => {
    const { query, calls } = await keepingGatewayForTest();
    const contact = (list: string) => `{ contact(contactListId: "${list}", id: "contact-1") { data } }`;
    expect((await query(contact(CONTACT_LIST_ID))).data.contact).not.toBeNull();
    expect((await query(contact('list-2'))).data).toEqual({ contact: null });
    expect(calls()).toEqual({ contacts: 2 });
  });

  test('is never another identity’s', async () => {
    const { query, calls } = await keepingGatewayForTest({ env: longList, tokens: ['another'] });
    await query(everyDetail);
    expect(calls()).toEqual(callsOfEveryDetail);
    await query(everyDetail, {}, 'another');
    expect(calls()).toEqual(callsOfEveryDetail);
  });

  test('is not kept where that is switched off altogether', async () => {
    const { query, calls } = await keepingGatewayForTest({ env: { ...longList, CACHE_MAX_BYTES: '0' } });
    await query(everyDetail);
    calls();
    await query(everyDetail);
    const { campaignInteractions: _list, ...others } = callsOfEveryDetail;
    expect(calls()).toEqual(others);
  });

  test('gives way to what is read later where there is little room', async () => {
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

/** By type, what asks for it, and what that calls for it. */
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
/** Names that come with a reference cost nothing, and would hide whether the entity is kept. */
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

  test('are kept for so long, and as long again while they are asked for anew', async () => {
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

  test('are asked for anew each time where they are to be kept for no time', async () => {
    const env = { [ttlSetting(ttl)]: '0' };
    const { query, calls } = await keepingGatewayForTest({ env, faults: nameless });
    const first = await query(text);
    expect(calls()).toHaveProperty(resource, 1);
    expect(await query(text)).toEqual(first);
    expect(calls()).toEqual({ [resource]: 1 });
  });
});

describe('an entity', () => {
  test('that was read without a part is not used for a selection that needs it, and one read with it serves both', async () => {
    const { query, calls } = await keepingGatewayForTest();
    await query(USER);
    expect(calls()).toEqual({ users: 1 });
    expect((await query(PRESENCE)).data).toEqual({
      user: { presence: { systemPresence: 'Presence of user-1' } },
    });
    expect(calls()).toEqual({ users: 1 });
    await query(USER);
    await query(PRESENCE);
    expect(calls()).toEqual({});
    await query('{ user(id: "user-2") { presence { systemPresence } skills { proficiency } } }');
    expect(calls()).toEqual({ users: 1 });
    await query('{ user(id: "user-2") { email skills { proficiency } } }');
    expect(calls()).toEqual({});
  });

  test('whose part is older than that may be is asked for anew for the part, and not for itself', async () => {
    const clock = clockForTest();
    const { query, calls } = await keepingGatewayForTest();
    await query('{ user(id: "user-1") { email presence { systemPresence } } }');
    calls();
    clock.skip(2 * ttls.PRESENCE * 1000 + 1);
    await query(USER);
    expect(calls()).toEqual({});
    await query(PRESENCE);
    expect(calls()).toEqual({ users: 1 });
  });

  test('that is not known is not asked for at once again, but soon', async () => {
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
    ['cannot be read', { kind: 'truncate' }, 'UPSTREAM_BAD_RESPONSE'],
  ])('whose call %s is asked for again', async (_what, fault, code) => {
    const { query, calls } = await keepingGatewayForTest({
      faults: [{ ...fault, resource: 'users', times: 1 }],
    });
    expect(onlyError(await query(USER)).extensions.code).toBe(code);
    expect((await query(USER)).errors).toBeUndefined();
    expect(calls()).toEqual({ users: 2 });
  });
});

describe('what has become stale', () => {
  const lifetimeMs = ttls.USER * 1000;

  test('is shown at once while one call in the background asks for it anew, for however many', async () => {
    const clock = clockForTest();
    const gateway = await keepingGatewayForTest({ env: proven, faults: [versions()] });
    expect(await versionSeen(gateway)).toBe(1);
    clock.skip(lifetimeMs + 1);
    expect(await versionSeen(gateway)).toBe(1);
    await Promise.all(Array.from({ length: 20 }, () => versionSeen(gateway)));
    await expect.poll(() => versionSeen(gateway)).toBe(2);
    expect(gateway.calls()).toEqual({ users: 2 });
  });

  test('is waited for once it is twice as old as it may be', async () => {
    const clock = clockForTest();
    const gateway = await keepingGatewayForTest({ env: proven, faults: [versions()] });
    expect(await versionSeen(gateway)).toBe(1);
    clock.skip(2 * lifetimeMs + 1);
    expect(await versionSeen(gateway)).toBe(2);
    expect(gateway.calls()).toEqual({ users: 2 });
  });

  test('is asked for anew with all others that are, in one call', async () => {
    const clock = clockForTest();
    const { query, calls, sandbox } = await keepingGatewayForTest({ env: { ...proven, ...longList } });
    await query(screen('agent { email }'));
    calls();
    clock.skip(lifetimeMs + 1);
    expect((await query(screen('agent { email }'))).errors).toBeUndefined();
    await expect.poll(() => sandbox.requests.length).toBe(1);
    expect(sandbox.requests.map(({ ids }) => ids.length)).toEqual([20]);
  });

  test('goes on to be shown where that fails, which nobody is told', async () => {
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

describe('a credential that the upstream refuses', () => {
  test('has nothing kept for it any more', async () => {
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

  test('takes nothing from another', async () => {
    const { query, calls, sandbox } = await keepingGatewayForTest({ env: longList, tokens: ['another'] });
    await query(everyDetail, {}, 'another');
    sandbox.faults.push(refused);
    expect((await query('{ script(id: "another") { id } }')).errors).toHaveLength(1);
    calls();
    await query(everyDetail, {}, 'another');
    expect(calls()).toEqual({});
  });

  test('is shown nothing of what it has read before', async () => {
    const { query, sandbox } = await keepingGatewayForTest({ tokens: ['ending'] });
    expect((await query(`{ ${inner(USER)} ${inner(QUEUE)} }`, {}, 'ending')).errors).toBeUndefined();
    sandbox.expire('ending');
    await query(SCRIPT, {}, 'ending');
    const { data, errors } = await query(`{ ${inner(USER)} ${inner(QUEUE)} }`, {}, 'ending');
    expect(data).toEqual({ user: null, queue: null });
    expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['UNAUTHENTICATED']));
  });

  test('does not have kept for it what comes after that of calls that were under way', async () => {
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
  test('is forgotten with its resource, too, where that needs no permission', async () => {
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

  test('has nothing kept any more of what it covers, and all else still is', async () => {
    const { query, calls, sandbox } = await keepingGatewayForTest({ env: longList });
    await query(everyDetail);
    sandbox.faults.push(deniedOnce('campaignProgress', ['outbound:campaign:view']));
    expect(onlyError(await query(PROGRESS)).extensions.code).toBe('FORBIDDEN');
    calls();
    expect((await query(everyDetail)).errors).toBeUndefined();
    expect(calls()).toEqual({ campaigns: 1, campaignInteractions: 1 });
  });

  test('takes nothing from another identity', async () => {
    const { query, calls, sandbox } = await keepingGatewayForTest({ env: longList, tokens: ['another'] });
    await query(everyDetail, {}, 'another');
    sandbox.faults.push(deniedOnce('campaignProgress', ['outbound:campaign:view']));
    expect((await query(PROGRESS)).errors).toHaveLength(1);
    calls();
    await query(everyDetail, {}, 'another');
    expect(calls()).toEqual({});
  });
});

describe('a credential whose proof is too old', () => {
  test('is shown nothing that is kept until the upstream has accepted it again, and then all of it', async () => {
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

  test('is shown nothing of it where the upstream refuses it by now', async () => {
    const clock = clockForTest();
    const { query, sandbox } = await keepingGatewayForTest({ tokens: ['ending'] });
    expect((await query(QUEUE, {}, 'ending')).errors).toBeUndefined();
    sandbox.expire('ending');
    clock.skip(60_001);
    const answer = await query(QUEUE, {}, 'ending');
    expect(answer.data).toEqual({ queue: null });
    expect(onlyError(answer).extensions.code).toBe('UNAUTHENTICATED');
  });

  test('is any that was not accepted just now where none is believed for longer', async () => {
    const { query, calls } = await keepingGatewayForTest({
      env: { ...longList, IDENTITY_PROOF_SECONDS: '0' },
    });
    await query(everyDetail);
    calls();
    await query(everyDetail);
    expect(calls()).toEqual(callsOfEveryDetail);
  });
});

/** The fields of a query. */
function inner(query: string): string {
  return query.slice(1, -1);
}

test('a login that is over before its time takes nothing with it that was read before', async () => {
  const { ask, calls, sandbox } = await serviceGatewayForTest({ CACHE_MAX_BYTES: '67108864' });
  await ask(QUEUE);
  expect(calls()).toEqual({ login: 1, queues: 1 });
  sandbox.faults.push({ kind: 'status', status: 401, resource: 'users', times: 1 });
  await ask(USER);
  await ask(QUEUE);
  await ask(USER);
  expect(calls()).toEqual({ login: 1, users: 2 });
});

test('a list that was read for a request is the same everywhere in its answer', async () => {
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

test('a list that was read anew for a request takes the place of the kept one that an earlier field had', async () => {
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
