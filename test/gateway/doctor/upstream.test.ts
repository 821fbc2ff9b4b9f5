import { describe, expect, test } from 'vitest';
import { resources } from '../../../src/datasources/index.ts';
import { listingById } from '../../../src/datasources/resource.ts';
import { EntityRecord } from '../../../src/datasources/wire/wire-record.ts';
import { examineGateway } from '../../../src/doctor/examine-gateway.ts';
import { exitCodes, formatReport, jsonReport } from '../../../src/doctor/format-report.ts';
import type { Verdict } from '../../../src/doctor/probing/finding.ts';
import { MOST_CALLS } from '../../../src/doctor/probing/upstream-calls.ts';
import { parseConfig } from '../../../src/config/config.ts';
import type { Fault } from '../../../src/sandbox/fault.ts';
import { unknownClient, wrongSecret } from '../../../src/sandbox/login.ts';
import { isProfileName } from '../../../src/sandbox/profile-names.ts';
import { type Profile, PROFILES } from '../../../src/sandbox/profiles.ts';
import { examinedForTest, examinedWith, sandboxForTest, settingsOver } from '../../support/doctor.ts';
import { TestClock } from '../../support/test-clock.ts';

/** Permissions of the table in the documentation. */
const PERMISSIONS = [
  'outbound:campaign:view',
  'outbound:performance:view',
  'outbound:contactList:view',
  'outbound:contact:view',
  'routing:queue:view',
  'scripter:script:view',
  'routing:skill:view',
  'conversation:communication:view',
  'routing:wrapupCode:view',
];
const TOKEN = 'token-that-nobody-may-see';

const given = () => ({ token: TOKEN, problem: null, warnings: [] });

/** How the doctor finds a gateway in pass-through mode, with the token of a caller who has these permissions. */
async function examinedForCaller(permissions: readonly string[], faults: readonly Fault[] = []) {
  const sandbox = await sandboxForTest({ tokens: [{ token: TOKEN, permissions }], faults });
  const report = await examinedWith(
    { PORT: '0', GENESYSCLOUD_API_URL: sandbox.url },
    { givenToken: given() },
  );
  return { ...report, sandbox };
}

test('a gateway whose client may do all works, as 12 calls tell, none of which changes anything', async () => {
  const { result, findings, calls, sandbox } = await examinedForTest();
  expect(findings.map(({ status }) => status)).toEqual(findings.map(() => 'ok'));
  expect(result).toBe('works');
  expect(calls).toBe(12);
  expect(sandbox.requests.map(({ resource }) => resource).toSorted()).toEqual(
    [
      'login',
      'tokens',
      'tokens',
      'campaigns',
      'campaignStats',
      'contactLists',
      'contacts',
      'queues',
      'scripts',
      'skills',
      'conversations',
      'wrapUpCodes',
    ].toSorted(),
  );
  // All POSTs are the login and reads by ids.
  expect(
    sandbox.requests
      .filter(({ method }) => method !== 'GET')
      .map(({ path }) => path.replace(/[\da-f-]{36}/, '{}')),
  ).toEqual(
    expect.arrayContaining([
      '/oauth/token',
      '/api/v2/outbound/campaigns/performance/query',
      '/api/v2/outbound/contactlists/{}/contacts/bulk',
    ]),
  );
  expect(sandbox.requests.filter(({ method }) => method !== 'GET')).toHaveLength(3);
  // Rows of the organisation are never asked for.
  const sizes = sandbox.requests.flatMap(({ query }) => query.getAll('pageSize'));
  expect(new Set(sizes)).toEqual(new Set(['1']));
  const ids = sandbox.requests.flatMap((request) => request.ids);
  expect(new Set(ids)).toEqual(new Set(['00000000-0000-0000-0000-000000000000']));
});

describe('a missing permission', () => {
  test.each([
    ['outbound:contactList:view', ['Query.contactList', 'ContactList.columnNames', 'ContactList.size']],
    ['outbound:contact:view', ['Query.contact', 'Contact.data', 'Contact.callRecords']],
    ['routing:queue:view', ['Query.queue', 'Queue.memberCount', 'Queue.division']],
    ['scripter:script:view', ['Query.script', 'Script.startPageName']],
    ['routing:skill:view', ['Query.skill', 'Skill.state']],
    ['conversation:communication:view', ['Query.conversation']],
    ['routing:wrapupCode:view', ['WrapUpCode.name']],
  ])('%s is told with the fields that are null without it', async (missing, fields) => {
    const { result, found, findings } = await examinedForCaller(
      PERMISSIONS.filter((each) => each !== missing),
    );
    const { status, details, facts, advice } = found(`permission ${missing}`);
    expect(status).toBe('fail');
    expect(facts).toMatchObject({ missing: [missing] });
    expect([facts['fields'], facts['fieldsSometimes']].flat()).toEqual(expect.arrayContaining(fields));
    for (const field of fields) expect(details.join(' ')).toContain(field.slice(field.indexOf('.') + 1));
    expect(advice).toContain(missing);
    expect(result).toBe('works with less');
    expect(findings.filter((each) => each.status !== 'ok')).toHaveLength(1);
  });

  test('for campaigns costs their lists, progress and interactions', async () => {
    const { found } = await examinedForCaller(
      PERMISSIONS.filter((each) => each !== 'outbound:campaign:view'),
    );
    expect(found('permission outbound:campaign:view').facts['fields']).toEqual(
      expect.arrayContaining([
        'Query.campaign',
        'Query.campaigns',
        'Query.campaignInteractions',
        'Query.campaignInteraction',
        'Campaign.interactions',
        'Campaign.progress',
        'Campaign.campaignStatus',
      ]),
    );
    // The other permission is enough for figures.
    expect(found('permission outbound:performance:view or outbound:campaign:view').status).toBe('ok');
  });

  test('of two of which one is enough is told by both, with the figures', async () => {
    const { found } = await examinedForCaller(
      PERMISSIONS.filter((each) => !['outbound:campaign:view', 'outbound:performance:view'].includes(each)),
    );
    const { status, message, facts } = found(
      'permission outbound:performance:view or outbound:campaign:view',
    );
    expect(status).toBe('fail');
    expect(message).toContain('for lack of outbound:performance:view or outbound:campaign:view');
    expect(facts['fields']).toEqual(expect.arrayContaining(['Campaign.stats', 'CampaignStats.attempts']));
  });

  test('is no matter of less when all are missing: nothing works then', async () => {
    const { result } = await examinedForCaller([]);
    expect(result).toBe('does not work');
  });

  test('is not told for a made-up id that is refused without naming a permission', async () => {
    const { found, result } = await examinedForCaller(PERMISSIONS, [
      { kind: 'status', status: 403, resource: 'conversations' },
      { kind: 'status', status: 403, resource: 'queues' },
    ]);
    expect(found('permission conversation:communication:view')).toMatchObject({
      status: 'could not tell',
      message: expect.stringContaining('any id that it does not know'),
    });
    // A listing has no id in its path that could be refused.
    expect(found('permission routing:queue:view')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('for lack of routing:queue:view'),
    });
    expect(result).toBe('works with less');
  });

  test('is not told by an answer that is none of the API', async () => {
    const { found, result } = await examinedForCaller(PERMISSIONS, [
      { kind: 'status', status: 200, body: { hello: 'world' }, resource: 'queues' },
      { kind: 'status', status: 200, body: 7, resource: 'contacts' },
    ]);
    for (const permission of ['routing:queue:view', 'outbound:contact:view']) {
      expect(found(`permission ${permission}`)).toMatchObject({
        status: 'could not tell',
        message: expect.stringContaining('not as the API does'),
      });
    }
    expect(result).toBe('works with less');
  });

  test('is not told by a refusal, or a 404, of something on the way', async () => {
    const { found } = await examinedForCaller(PERMISSIONS, [
      { kind: 'status', status: 403, resource: 'queues', foreign: true, html: true },
      { kind: 'status', status: 404, resource: 'scripts', foreign: true, html: true },
    ]);
    expect(found('permission routing:queue:view')).toMatchObject({
      status: 'could not tell',
      message: expect.stringContaining('something on the way'),
    });
    expect(found('permission scripter:script:view')).toMatchObject({
      status: 'could not tell',
      message: expect.stringContaining('hidden behind a 404'),
    });
  });
});

describe('a resource that is new in the registry', () => {
  class SprocketRecord extends EntityRecord<{ id?: string; name?: string; selfUri?: string }> {}
  const sprocketsOf = (number: number) =>
    listingById({
      name: `sprockets${number}`,
      type: `Sprocket${number}`,
      permissions: [`machine:sprocket${number}:view`],
      ttl: { name: 'SPROCKET', seconds: 30 },
      path: `/api/v2/sprockets${number}`,
      maxIds: 100,
      Entity: SprocketRecord,
    });

  const registryWith = (more: Readonly<Record<string, ReturnType<typeof sprocketsOf>>>) => ({
    ...resources,
    ...more,
  });

  test('is asked for by itself', async () => {
    const { found, sandbox } = await examinedForTest(
      {},
      {},
      {
        registry: registryWith({ sprockets: sprocketsOf(0) }),
      },
    );
    expect(sandbox.requests.map(({ path }) => path)).toContain('/api/v2/sprockets0');
    // The sandbox has no such path, and says so as the vendor does.
    expect(found('permission machine:sprocket0:view').status).toBe('ok');
  });

  test('is not asked for when it would be one call too many', async () => {
    const more = Object.fromEntries([0, 1, 2, 3, 4].map((n) => [`sprockets${n}`, sprocketsOf(n)] as const));
    const { findings, calls, sandbox } = await examinedForTest({}, {}, { registry: registryWith(more) });
    expect(calls).toBe(MOST_CALLS);
    expect(sandbox.requests).toHaveLength(MOST_CALLS);
    const untold = findings.filter(({ status }) => status === 'could not tell');
    expect(untold.map(({ message }) => message)).toEqual(
      Array(2).fill('Not asked, because it would be more than 15 calls.'),
    );
  });
});

describe('a failed login', () => {
  const oauth = (error: string, description: string, status = 400): Fault => ({
    kind: 'status',
    resource: 'login',
    status,
    body: { error, description, error_description: description },
  });

  test.each<[string, Fault, RegExp, Verdict]>([
    [
      'an unknown client',
      { kind: 'status', resource: 'login', ...unknownClient() },
      /does not know/,
      'does not work',
    ],
    ['a wrong secret', { kind: 'status', resource: 'login', ...wrongSecret() }, /secret/, 'does not work'],
    [
      'a grant type that is not allowed',
      oauth('unauthorized_client', 'no'),
      /with client credentials/,
      'does not work',
    ],
    ['a forbidden address', oauth('invalid_request', 'ip address', 403), /address/, 'does not work'],
    ['throttling', { kind: 'rateLimited', resource: 'login' }, /rate limit/, 'works with less'],
    [
      'a wrong address',
      { kind: 'status', status: 404, resource: 'login' },
      /not as a login service/,
      'does not work',
    ],
    ['a page', { kind: 'html', resource: 'login', status: 200 }, /cannot be read/, 'does not work'],
    [
      'an outage',
      { kind: 'status', status: 503, resource: 'login' },
      /not available \(status 503\)/,
      'does not work',
    ],
    [
      'a connection that breaks',
      { kind: 'reset', resource: 'login' },
      /the connection broke/,
      'does not work',
    ],
    ['half an answer', { kind: 'truncate', resource: 'login' }, /cannot be read/, 'does not work'],
  ])('is told for %s, and no call is made with a token', async (_what, fault, text, verdict) => {
    const { found, result, sandbox, findings } = await examinedForTest({ faults: [fault] });
    const { message, status } = found('login');
    expect(message).toMatch(text);
    expect(status).toBe(verdict === 'does not work' ? 'fail' : 'could not tell');
    expect(result).toBe(verdict);
    expect(sandbox.requests.map(({ resource }) => resource).toSorted()).toEqual(['login', 'tokens']);
    // The API itself is told of all the same.
    expect(found('api').status).toBe('ok');
    const untold = findings.filter(({ name }) => name.startsWith('permission '));
    for (const { status: each, message: why } of untold) {
      expect([each, why]).toEqual(['could not tell', 'Not asked, because there was no login.']);
    }
  });
});

describe('an API in trouble', () => {
  test.each<[string, Fault, Verdict, RegExp]>([
    [
      'refuses the token',
      { kind: 'status', status: 401, resource: 'api' },
      'does not work',
      /does not accept/,
    ],
    ['has an outage', { kind: 'status', status: 500, resource: 'api' }, 'does not work', /not available/],
    ['is away for a moment', { kind: 'status', status: 503, resource: 'tokens' }, 'works', /accepts/],
    ['breaks connections', { kind: 'reset', resource: 'api' }, 'does not work', /the connection broke/],
    ['breaks answers off', { kind: 'reset', afterBytes: 5, resource: 'api' }, 'does not work', /broke off/],
    ['sends half of its JSON', { kind: 'truncate', resource: 'api' }, 'does not work', /cannot be read/],
    ['is a page', { kind: 'html', status: 200, resource: 'api' }, 'does not work', /a page instead of JSON/],
    [
      'is another one',
      { kind: 'status', status: 404, resource: 'api', foreign: true, html: true },
      'does not work',
      /not the upstream/,
    ],
    [
      'is behind a firewall',
      { kind: 'status', status: 403, resource: 'api', foreign: true, html: true },
      'does not work',
      /something on the way/,
    ],
    [
      'has a list of addresses',
      {
        kind: 'status',
        status: 403,
        resource: 'api',
        body: { code: 'not.authorized', message: 'ip address 10.0.0.1 is not allowed' },
      },
      'does not work',
      /from the gateway's IP address/,
    ],
    ['takes its time', { kind: 'delay', ms: 200, resource: 'api' }, 'works', /accepts/],
    ['packs its answers', { kind: 'encoding', resource: 'api', coding: 'gzip' }, 'works', /accepts/],
  ])('that %s is told', async (_what, fault, verdict, text) => {
    const { found, result, calls, sandbox } = await examinedForTest({ faults: [fault] });
    expect(found('credential').message).toMatch(text);
    expect(found('credential').message).not.toContain('10.0.0.1');
    expect(result).toBe(verdict);
    expect(calls).toBeLessThanOrEqual(MOST_CALLS);
    expect(sandbox.requests).toHaveLength(calls);
  });

  test('that refuses the credential is asked for nothing more', async () => {
    const { calls } = await examinedForTest({ faults: [{ kind: 'status', status: 401, resource: 'api' }] });
    // The login, one call without a token and one with it.
    expect(calls).toBe(3);
  });

  test('that refuses calls because there were too many is asked for nothing more', async () => {
    const { calls, result, found, findings } = await examinedForTest({
      faults: [{ kind: 'rateLimited', resource: 'api', retryAfterSeconds: 42 }],
    });
    expect(calls).toBe(3);
    expect(result).toBe('works with less');
    expect(found('credential')).toMatchObject({ status: 'could not tell', advice: 'Try again in 42 s.' });
    const permissions = findings.filter(({ name }) => name.startsWith('permission '));
    for (const { status, message } of permissions) {
      expect(status).toBe('could not tell');
      expect(message).toContain('status 429');
    }
  });

  test('that begins to refuse calls is not asked further', async () => {
    const { calls, sandbox } = await examinedForTest({ rateLimit: { allowed: 3, windowSeconds: 60 } });
    expect(calls).toBeLessThan(10);
    expect(sandbox.requests).toHaveLength(calls);
  });

  test('that never answers ends in time: what waits is told, and what does not wait is told as ever', async () => {
    const clock = new TestClock();
    const sandbox = await sandboxForTest({ faults: [{ kind: 'hang', resource: 'api' }] });
    const examining = examinedWith(settingsOver(sandbox), { clock });
    await expect.poll(() => sandbox.requests.length).toBe(3);
    await clock.skip(1_500);
    await expect.poll(() => sandbox.requests.length).toBeGreaterThanOrEqual(7);
    await clock.skip(1_500);
    await clock.skip(1_500);
    const { found, result, calls, ms } = await examining;
    expect(found('login').status).toBe('ok');
    expect(found('credential')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('no answer came within 1.5 s'),
    });
    expect(result).toBe('does not work');
    expect(calls).toBeLessThanOrEqual(MOST_CALLS);
    expect(ms).toBeLessThan(5_000);
  });

  test('that answers late to one call is told of by all others', async () => {
    const clock = new TestClock();
    const sandbox = await sandboxForTest({ faults: [{ kind: 'hang', resource: 'queues' }] });
    const examining = examinedWith(settingsOver(sandbox), { clock });
    await expect.poll(() => sandbox.requests.length).toBe(12);
    await clock.skip(1_500);
    const { found, findings, result } = await examining;
    expect(found('permission routing:queue:view')).toMatchObject({
      status: 'could not tell',
      message: 'The call for it did not show this: no answer came within 1.5 s.',
    });
    expect(findings.filter(({ status }) => status !== 'ok')).toHaveLength(1);
    expect(result).toBe('works with less');
  });
});

describe('a sandbox of the profile', () => {
  test.each(Object.keys(PROFILES))('%s is examined within 15 calls', async (name) => {
    if (!isProfileName(name)) throw new TypeError('A profile has a name.');
    const { calls, sandbox, result, findings } = await examinedForTest({ profile: name });
    expect(sandbox.requests).toHaveLength(calls);
    expect(calls).toBeLessThanOrEqual(MOST_CALLS);
    expect([0, 1, 2]).toContain(exitCodes[result]);
    // Profiles leave enough to a client that its gateway works; a single login or call may fail.
    const worst = findings.some(({ status }) => status === 'fail') ? 2 : isHarmless(name) ? 0 : 1;
    expect(exitCodes[result]).toBeLessThanOrEqual(worst);
    expect(findings.filter(({ message }) => message === '')).toEqual([]);
  });
});

/** True for profiles that change what is in answers, or refuse many ids at once, and no more. */
function isHarmless(name: keyof typeof PROFILES): boolean {
  const { faults = [], rateLimit }: Profile = PROFILES[name];
  const harmless = new Set<Fault['kind']>(['alter', 'cut', 'encoding', 'tooManyIds', 'refuseIds']);
  return rateLimit === undefined && faults.every(({ kind }) => harmless.has(kind));
}

describe('the quota', () => {
  test('is told by what answers have in their headers', async () => {
    const { found } = await examinedForTest({ rateLimit: { allowed: 180, windowSeconds: 60 } });
    expect(found('quota')).toMatchObject({ status: 'ok', facts: { allowed: 180, used: 10 } });
  });

  test('without headers means that the gateway cannot pace its calls', async () => {
    // A proxy that takes the vendor's headers off, and is else as good as the API.
    const foreign: Fault = {
      kind: 'status',
      status: 200,
      body: { entities: [] },
      foreign: true,
      resource: 'api',
    };
    const { found, result } = await examinedForTest({ faults: [foreign] });
    expect(found('quota')).toMatchObject({
      status: 'warn',
      message: expect.stringContaining('cannot pace its calls'),
    });
    expect(result).toBe('works with less');
  });

  test('that is nearly used is a warning', async () => {
    const { found } = await examinedForTest({ rateLimit: { allowed: 11, windowSeconds: 60 } });
    expect(found('quota').status).toBe('warn');
  });
});

describe('the clock of the machine', () => {
  test.each([
    [90_000, 'warn', /90 s ahead of|89 s ahead of|91 s ahead of/],
    [0, 'ok', /agrees/],
  ])('%d ms ahead of the API is told: %s', async (aheadMs, status, text) => {
    const clock = new TestClock();
    await clock.skip(aheadMs);
    const { found } = await examinedForTest({}, {}, { clock });
    expect(found('clock').status).toBe(status);
    expect(found('clock').message).toMatch(text);
  });
});

describe('in pass-through mode', () => {
  test('a gateway without a token is told as far as it can be, and works', async () => {
    const sandbox = await sandboxForTest();
    const { found, findings, result, calls } = await examinedWith({
      PORT: '0',
      GENESYSCLOUD_API_URL: sandbox.url,
    });
    expect(found('api').status).toBe('ok');
    expect(found('clock').status).toBe('ok');
    const permissions = findings.filter(({ name }) => name.startsWith('permission '));
    expect(permissions).toHaveLength(9);
    for (const { status, advice } of permissions) {
      expect(status).toBe('could not tell');
      expect(advice).toContain('--token-file');
    }
    expect(result).toBe('works');
    expect(calls).toBe(1);
  });

  test('a token that the API does not know is told', async () => {
    const sandbox = await sandboxForTest();
    const { found, result } = await examinedWith(
      { PORT: '0', GENESYSCLOUD_API_URL: sandbox.url },
      { givenToken: given() },
    );
    expect(found('credential').status).toBe('fail');
    expect(result).toBe('does not work');
  });

  test('a token that could not be read is told', async () => {
    const sandbox = await sandboxForTest();
    const givenToken = { token: null, problem: 'Standard input is empty.', warnings: [] };
    const { found, result, calls } = await examinedWith(
      { PORT: '0', GENESYSCLOUD_API_URL: sandbox.url },
      { givenToken },
    );
    expect(found('token')).toMatchObject({ status: 'fail', message: 'Standard input is empty.' });
    expect(result).toBe('does not work');
    expect(calls).toBe(1);
  });
});

test('a gateway that is a subgraph is examined as any other', async () => {
  const { result, found } = await examinedForTest({}, { SUBGRAPH: '1' });
  expect(result).toBe('works');
  expect(found('permission routing:queue:view').facts['fields']).toContain('Queue.memberCount');
});

test('an access token that has expired is told with the setting', async () => {
  const sandbox = await sandboxForTest({ tokens: [{ token: TOKEN, ttlSeconds: 0 }] });
  const { found } = await examinedWith({
    PORT: '0',
    GENESYSCLOUD_API_URL: sandbox.url,
    GENESYSCLOUD_ACCESS_TOKEN: TOKEN,
  });
  expect(found('credential')).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('GENESYSCLOUD_ACCESS_TOKEN'),
  });
});

test('a token in service mode is not used, and that is told', async () => {
  const { found, result, sandbox } = await examinedForTest({}, {}, { givenToken: given() });
  expect(found('token').status).toBe('warn');
  expect(result).toBe('works');
  expect(sandbox.requests.map(({ token }) => token)).not.toContain(TOKEN);
});

test('neither secrets nor tokens are in the output, nor is the organisation’s name when it could do harm there', async () => {
  const secret = 'a-secret-that-nobody-may-see';
  const sandbox = await sandboxForTest({ clientSecret: 'another', tokens: [TOKEN] });
  sandbox.faults.push({
    kind: 'alter',
    resource: 'tokens',
    alter: () => ({ organization: { name: `\u001B[31m${TOKEN}` } }),
  });
  const reports = await Promise.all([
    examineGateway({
      config: parseConfig({ ...settingsOver(sandbox), GENESYSCLOUD_OAUTHCLIENT_SECRET: secret }),
    }),
    examineGateway({
      config: parseConfig({ PORT: '0', GENESYSCLOUD_API_URL: sandbox.url }),
      givenToken: given(),
    }),
  ]);
  const output = reports.map((report) => formatReport(report) + jsonReport(report)).join('');
  for (const hidden of [secret, TOKEN, '\u001B', 'Bearer ']) expect(output).not.toContain(hidden);
});

test('the output has a line for each kind of finding, what to do about it, and the meaning of the exit code', async () => {
  const report = await examinedForCaller(PERMISSIONS.filter((each) => !each.startsWith('routing:')));
  const text = formatReport(report);
  expect(text).toMatch(/^ok {2,}api: 127\.0\.0\.1:\d+ answers, directly\.$/m);
  expect(text).toMatch(
    /^fail {2,}permission routing:queue:view: Missing: .*\n +Null without it, .*\n +Null as well .*\n +-> Give the caller /m,
  );
  expect(text).toMatch(
    /Exit code 1 \(works with less\); 11 calls to the API and the login service, \d+ ms\.\n$/,
  );
  expect(text.split('\n').length).toBeLessThan(25);
  const json: unknown = JSON.parse(jsonReport(report));
  expect(json).toEqual({
    result: 'works with less',
    checks: expect.arrayContaining([
      expect.objectContaining({
        name: 'permission routing:queue:view',
        status: 'fail',
        result: 'works with less',
        missing: ['routing:queue:view'],
        fields: expect.arrayContaining(['Query.queue']),
      }),
    ]),
    calls: 11,
    ms: expect.any(Number),
  });
});
