import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/fault.ts';
import {
  answering,
  callsOfEveryDetail,
  everyDetail,
  gatewayWithRows,
  nodesIn,
  onlyError,
  screen,
  usedUp,
} from '../support/answers.ts';
import { deliver } from '../support/deliver.ts';
import { gatewayForTest, type GraphQLAnswer, type TestGateway } from '../support/gateway.ts';
import { clockWithoutPauses, TestClock } from '../support/test-clock.ts';
import { CAMPAIGN_ID, CONTACT_LIST_ID, interaction } from '../support/organisation.ts';

const AGENT_IDS = Array.from({ length: 20 }, (_, n) => `user-${n}`);
const correlationId: unknown = expect.stringMatching(/^[\da-f]{8}-[\da-f-]{27}$/);

interface Failure {
  readonly failure: string;
  readonly fault: Fault;
  /** Extensions of the error, without `affected`. */
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Time after which the gateway gives up; undefined when it is answered. */
  readonly givenUpAfterMs?: number;
  /** Number of calls for the agents until the gateway gives up. @default 1 */
  readonly attempts?: number;
}

/** Number of calls for a transient failure: one, and two retries. */
const ALL_ATTEMPTS = 3;
/** Number of calls when one is refused whatever its ids: itself, its two halves, their four halves, one id. */
const ALL_SPLITS = 8;
/** The same without one id: a 404 is not about the number of ids. */
const SPLITS_BY_ID = 7;

/** Ways that one call for users can fail. */
const failures: readonly Failure[] = [
  {
    failure: '400',
    attempts: ALL_SPLITS,
    fault: { kind: 'status', resource: 'users', status: 400 },
    extensions: { code: 'UPSTREAM_BAD_RESPONSE', upstreamStatus: 400, correlationId },
  },
  {
    failure: '401',
    fault: { kind: 'status', resource: 'users', status: 401 },
    extensions: { code: 'UNAUTHENTICATED', upstreamStatus: 401, correlationId },
  },
  {
    failure: '403 that names permissions',
    fault: {
      kind: 'missingPermissions',
      resource: 'users',
      permissions: ['directory:user:view', 'routing:skill:*'],
    },
    extensions: {
      code: 'FORBIDDEN',
      upstreamStatus: 403,
      correlationId,
      missingPermissions: ['directory:user:view', 'routing:skill:*'],
    },
  },
  {
    failure: '403 that names no permissions',
    fault: { kind: 'status', resource: 'users', status: 403 },
    extensions: { code: 'FORBIDDEN', upstreamStatus: 403, correlationId },
  },
  {
    failure: '404 on a bulk call, which says nothing about its ids',
    attempts: SPLITS_BY_ID,
    fault: { kind: 'status', resource: 'users', status: 404 },
    extensions: { code: 'UPSTREAM_BAD_RESPONSE', upstreamStatus: 404, correlationId },
  },
  {
    failure: '429 with Retry-After',
    fault: { kind: 'rateLimited', resource: 'users', retryAfterSeconds: 42 },
    extensions: {
      code: 'UPSTREAM_RATE_LIMITED',
      upstreamStatus: 429,
      correlationId,
      retryAfterSeconds: 42,
    },
  },
  {
    failure: '429 with the seconds only in its message',
    fault: { kind: 'rateLimited', resource: 'users' },
    extensions: {
      code: 'UPSTREAM_RATE_LIMITED',
      upstreamStatus: 429,
      correlationId,
      retryAfterSeconds: 60,
    },
  },
  {
    failure: '429 with the seconds only in its rate limit headers',
    fault: usedUp('users'),
    extensions: {
      code: 'UPSTREAM_RATE_LIMITED',
      upstreamStatus: 429,
      correlationId,
      retryAfterSeconds: 42,
    },
  },
  {
    failure: '500',
    fault: { kind: 'status', resource: 'users', status: 500 },
    extensions: { code: 'UPSTREAM_UNAVAILABLE', upstreamStatus: 500, correlationId },
  },
  {
    failure: '502 with an HTML page',
    attempts: ALL_ATTEMPTS,
    fault: { kind: 'html', resource: 'users' },
    extensions: { code: 'UPSTREAM_UNAVAILABLE', upstreamStatus: 502, correlationId },
  },
  {
    failure: '503',
    attempts: ALL_ATTEMPTS,
    fault: { kind: 'status', resource: 'users', status: 503 },
    extensions: { code: 'UPSTREAM_UNAVAILABLE', upstreamStatus: 503, correlationId },
  },
  {
    failure: '504',
    attempts: ALL_ATTEMPTS,
    fault: { kind: 'status', resource: 'users', status: 504 },
    extensions: { code: 'UPSTREAM_TIMEOUT', upstreamStatus: 504, correlationId },
  },
  {
    failure: 'redirect, which is not followed',
    fault: {
      kind: 'status',
      resource: 'users',
      status: 302,
      headers: { location: '/api/v2/users?pageSize=100' },
    },
    extensions: { code: 'UPSTREAM_BAD_RESPONSE', upstreamStatus: 302, correlationId },
  },
  {
    failure: 'connection that breaks before the answer',
    attempts: ALL_ATTEMPTS,
    fault: { kind: 'reset', resource: 'users' },
    extensions: { code: 'UPSTREAM_UNAVAILABLE' },
  },
  {
    failure: 'answer that never comes within the time of the call',
    fault: { kind: 'hang', resource: 'users' },
    extensions: { code: 'UPSTREAM_TIMEOUT' },
    env: { UPSTREAM_TIMEOUT_MS: '300000', REQUEST_TIMEOUT_MS: '600000' },
    givenUpAfterMs: 300_000,
  },
  {
    failure: 'answer that never comes within the time of the request',
    fault: { kind: 'hang', resource: 'users' },
    extensions: { code: 'UPSTREAM_TIMEOUT' },
    env: { REQUEST_TIMEOUT_MS: '300000', UPSTREAM_TIMEOUT_MS: '300000' },
    givenUpAfterMs: 300_000,
  },
  {
    failure: 'truncated answer that claims to be complete',
    fault: { kind: 'truncate', resource: 'users' },
    extensions: { code: 'UPSTREAM_BAD_RESPONSE', upstreamStatus: 200, correlationId },
  },
  {
    failure: 'HTML page instead of the answer',
    fault: { kind: 'html', resource: 'users', status: 200 },
    extensions: { code: 'UPSTREAM_BAD_RESPONSE', upstreamStatus: 200, correlationId },
  },
  {
    failure: '204',
    fault: { kind: 'status', resource: 'users', status: 204 },
    extensions: { code: 'UPSTREAM_BAD_RESPONSE', upstreamStatus: 204, correlationId },
  },
  ...[undefined, null, 7, 'text', [], {}, { entities: null }, { entities: {} }, { entities: 'text' }].map(
    (body): Failure => ({
      failure: `body ${JSON.stringify(body) ?? 'of no bytes'}`,
      fault: answering('users', body),
      extensions: { code: 'UPSTREAM_BAD_RESPONSE', upstreamStatus: 200, correlationId },
    }),
  ),
];

/** Asks for every detail, and skips the time of the call that is never answered once the others are. */
async function askInVain(
  { query, sandbox }: TestGateway,
  clock: TestClock,
  ms: number,
): Promise<GraphQLAnswer> {
  const asked = query(everyDetail);
  const answered = Object.values(callsOfEveryDetail).reduce<number>((sum, count) => sum + count, -1);
  await expect.poll(() => sandbox.answered.get(200)).toBe(answered);
  await deliver();
  await clock.skip(ms);
  return asked;
}

describe('a failed call for the agents', () => {
  test.each(failures)(
    'makes only the fields null that need it, with one error: $failure',
    async ({ fault, extensions, env = {}, attempts = 1, givenUpAfterMs }) => {
      const healthy = await gatewayForTest();
      const rows = nodesIn(await healthy.query(everyDetail));
      const clock = givenUpAfterMs === undefined ? clockWithoutPauses() : new TestClock();
      const gateway = await gatewayForTest({ faults: [fault], env, clock });
      const answer =
        givenUpAfterMs === undefined
          ? await gateway.query(everyDetail)
          : await askInVain(gateway, clock, givenUpAfterMs);

      const error = onlyError(answer);
      expect(error.path).toEqual(['campaignInteractions', 'nodes', 0, 'agent', 'title']);
      expect(error.extensions).toEqual({
        ...extensions,
        affected: {
          type: 'User',
          ids: expect.toSatisfy((ids: string[]) => isSameSet(ids, AGENT_IDS)),
          paths: ['campaignInteractions.nodes.*.agent.title', 'campaignInteractions.nodes.*.agent.email'],
        },
      });
      expect(rows[0].agent).toMatchObject({ name: 'Name of user-0', selfUri: '/api/v2/users/user-0' });
      expect(nodesIn(answer)).toEqual(
        rows.map((row) => ({ ...row, agent: { ...row.agent, title: null, email: null } })),
      );
      expect(gateway.calls()).toEqual({ ...callsOfEveryDetail, users: attempts });
    },
  );

  test('makes the fields null that need it when the connection breaks in the middle of the answer', async () => {
    const { query } = await gatewayForTest({
      faults: [{ kind: 'reset', resource: 'users', afterBytes: 50 }],
    });
    const answer = await query(screen('agent { id email }'));
    const { affected, ...extensions } = onlyError(answer).extensions;
    expect(extensions).toEqual({ code: 'UPSTREAM_UNAVAILABLE', upstreamStatus: 200, correlationId });
    expect(affected?.ids).toHaveLength(20);
    expect(nodesIn(answer)[99]).toEqual({ agent: { id: 'user-19', email: null } });
  });

  test('is reported with the body’s contextId when the answer has no correlation id', async () => {
    const { query } = await gatewayForTest({
      faults: [
        {
          kind: 'status',
          resource: 'users',
          status: 500,
          headers: { 'ININ-Correlation-Id': '' },
          body: { contextId: 'context-of-the-body' },
        },
      ],
    });
    const error = onlyError(await query(screen('agent { email }')));
    expect(error.extensions.correlationId).toBe('context-of-the-body');
  });

  test('is reported without a correlation id when the upstream’s is malformed', async () => {
    const { query } = await gatewayForTest({
      faults: [
        {
          kind: 'status',
          resource: 'users',
          status: 500,
          headers: { 'ININ-Correlation-Id': 'https://secret.example/?a=b' },
          body: { contextId: { secret: true } },
        },
      ],
    });
    const answer = await query(screen('agent { email }'));
    expect(onlyError(answer).extensions).not.toHaveProperty('correlationId');
    expect(JSON.stringify(answer)).not.toContain('secret');
  });
});

describe('a failed call for contacts, scripts or campaigns', () => {
  test.each([
    ['{}', {}],
    ['text', 'text'],
    ['an envelope instead of a bare list', { entities: [] }],
  ])('makes the loaded fields of contacts null when the answer is %s', async (_what, body) => {
    const { query, calls } = await gatewayForTest({ faults: [answering('contacts', body)] });
    const answer = await query(screen('contact { id name callable data } agent { email }'));
    const error = onlyError(answer);
    expect(error.path).toEqual(['campaignInteractions', 'nodes', 0, 'contact', 'callable']);
    expect(error.extensions).toMatchObject({
      code: 'UPSTREAM_BAD_RESPONSE',
      affected: {
        type: 'Contact',
        ids: expect.toSatisfy((ids: string[]) =>
          isSameSet(
            ids,
            Array.from({ length: 100 }, (_, n) => `contact-${n}`),
          ),
        ),
        paths: ['campaignInteractions.nodes.*.contact.callable', 'campaignInteractions.nodes.*.contact.data'],
      },
    });
    expect(nodesIn(answer)[7]).toEqual({
      contact: { id: 'contact-7', name: 'Name of contact-7', callable: null, data: null },
      agent: { email: 'user-7@example.com' },
    });
    expect(calls()).toEqual({ campaignInteractions: 1, contacts: 1, users: 1 });
  });

  test('makes the loaded fields of one script of three null, with one error', async () => {
    const { query, sandbox } = await gatewayForTest({
      faults: [{ kind: 'status', resource: 'scripts', status: 500, times: 1 }],
    });
    const answer = await query(screen('script { id name startPageName }'));
    const failed = idsThatFailed(sandbox);
    expect(failed).toHaveLength(1);
    expect(onlyError(answer).extensions).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      upstreamStatus: 500,
      affected: {
        type: 'Script',
        ids: failed,
        paths: ['campaignInteractions.nodes.*.script.startPageName'],
      },
    });
    for (const { script } of nodesIn(answer)) {
      expect(script.name).toBe(`Name of ${script.id}`);
      expect(script.startPageName).toBe(failed.includes(script.id) ? null : `Start of ${script.id}`);
    }
  });

  test('is one error for each script, because each script is a call of its own', async () => {
    const { query, calls } = await gatewayForTest({
      faults: [{ kind: 'status', resource: 'scripts', status: 500 }],
    });
    const { errors } = await query(screen('script { startPageName }'));
    expect(errors?.map(({ path }) => path)).toEqual(
      [0, 1, 2].map((n) => ['campaignInteractions', 'nodes', n, 'script', 'startPageName']),
    );
    expect(errors?.map(({ extensions }) => extensions.affected?.ids)).toEqual([
      ['script-0'],
      ['script-1'],
      ['script-2'],
    ]);
    expect(calls()).toEqual({ campaignInteractions: 1, scripts: 3 });
  });

  test.each([
    ['text', 'text'],
    ['a list', []],
    ['another script', { id: 'script-9', startPageName: 'Start of script-9' }],
  ])('makes the loaded fields of a script null when the answer is %s', async (_what, body) => {
    const { ask } = await gatewayWithRows([interaction(0)], { faults: [answering('scripts', body)] });
    const answer = await ask('script { id name startPageName }');
    expect(onlyError(answer).extensions).toMatchObject({
      code: 'UPSTREAM_BAD_RESPONSE',
      affected: { type: 'Script', ids: ['script-0'] },
    });
    expect(nodesIn(answer)).toEqual([
      { script: { id: 'script-0', name: 'Name of script-0', startPageName: null } },
    ]);
  });

  test('makes the data of contacts null whose list only the campaign names, and the campaign’s error lists them', async () => {
    const rows = [0, 1].map((n) => ({ ...interaction(n), contact: { id: `contact-${n}`, name: 'Own' } }));
    const { ask, calls } = await gatewayWithRows(rows, {
      faults: [{ kind: 'status', resource: 'campaigns', status: 500 }],
    });
    const answer = await ask('contact { id name data } campaign { id campaignStatus }');
    const error = onlyError(answer);
    expect(error.path).toEqual(['campaignInteractions', 'nodes', 0, 'contact', 'data']);
    expect(error.extensions).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      upstreamStatus: 500,
      affected: {
        type: 'Campaign',
        ids: [CAMPAIGN_ID],
        paths: [
          'campaignInteractions.nodes.*.contact.data',
          'campaignInteractions.nodes.*.campaign.campaignStatus',
        ],
        also: [{ type: 'Contact', ids: ['contact-0', 'contact-1'] }],
      },
    });
    expect(nodesIn(answer)).toEqual(
      [0, 1].map((n) => ({
        contact: { id: `contact-${n}`, name: 'Own', data: null },
        campaign: { id: CAMPAIGN_ID, campaignStatus: null },
      })),
    );
    expect(calls()).toEqual({ campaignInteractions: 1, campaigns: 1 });
  });
});

test('a contact whose campaign failed is in the error, and a contact that the upstream does not know is not', async () => {
  const gone = { id: 'gone', selfUri: `/api/v2/outbound/contactlists/${CONTACT_LIST_ID}/contacts/gone` };
  const rows = [
    { ...interaction(0), contact: { id: 'contact-0' } },
    { ...interaction(1), contact: gone },
  ];
  const { ask } = await gatewayWithRows(rows, {
    faults: [{ kind: 'status', resource: 'campaigns', status: 503 }],
  });
  const answer = await ask('contact { data }');
  expect(nodesIn(answer)).toEqual([{ contact: { data: null } }, { contact: { data: null } }]);
  expect(onlyError(answer).extensions.affected).toMatchObject({ type: 'Contact', ids: ['contact-0'] });
});

describe('a failure among several calls', () => {
  test('affects only the ids of its own chunk of a bulk call', async () => {
    const { query, sandbox } = await gatewayForTest({
      env: { UPSTREAM_BATCH_SIZE: '10' },
      faults: [{ kind: 'status', resource: 'users', status: 500, times: 1 }],
    });
    const answer = await query(screen('agent { id name email }'));
    const failed = idsThatFailed(sandbox);
    expect(failed).toHaveLength(10);
    expect(sandbox.requests.filter(({ resource }) => resource === 'users')).toHaveLength(2);
    const error = onlyError(answer);
    const first = nodesIn(answer).findIndex(({ agent }) => failed.includes(agent.id));
    expect(error.path).toEqual(['campaignInteractions', 'nodes', first, 'agent', 'email']);
    expect(error.extensions.affected).toEqual({
      type: 'User',
      ids: expect.toSatisfy((ids: string[]) => isSameSet(ids, failed)),
      paths: ['campaignInteractions.nodes.*.agent.email'],
    });
    for (const { agent } of nodesIn(answer)) {
      expect(agent.name).toBe(`Name of ${agent.id}`);
      expect(agent.email).toBe(failed.includes(agent.id) ? null : `${agent.id}@example.com`);
    }
  });

  test('and a second failure are two errors, in the order of the answer and not of the calls', async () => {
    const { query } = await gatewayForTest({
      faults: [
        { kind: 'delay', resource: 'queues', ms: 50 },
        { kind: 'status', resource: 'queues', status: 500 },
        { kind: 'missingPermissions', resource: 'users', permissions: ['a:b:view'] },
      ],
    });
    const { errors } = await query(screen('queue { memberCount } skills { state } agent { email }'));
    expect(
      errors?.map(({ path, extensions: { code, affected } }) => [path?.at(-1), code, affected?.type]),
    ).toEqual([
      ['memberCount', 'UPSTREAM_UNAVAILABLE', 'Queue'],
      ['email', 'FORBIDDEN', 'User'],
    ]);
  });

  test('of the second call for a resource leaves the data of the first call', async () => {
    const { query, calls } = await gatewayForTest({
      faults: [
        {
          kind: 'alter',
          resource: 'users',
          alter: (body, { ids }) => (ids.includes('manager-0') ? 'text' : body),
        },
      ],
    });
    const answer = await query(screen('agent { email manager { id email } }'));
    const error = onlyError(answer);
    expect(error.path).toEqual(['campaignInteractions', 'nodes', 0, 'agent', 'manager', 'email']);
    expect(error.extensions.affected?.ids.toSorted()).toEqual([
      'manager-0',
      'manager-1',
      'manager-2',
      'manager-3',
    ]);
    expect(nodesIn(answer)[5].agent).toEqual({
      email: 'user-5@example.com',
      manager: { id: 'manager-1', email: null },
    });
    expect(calls()).toEqual({ campaignInteractions: 1, users: 2 });
  });

  test('of a call that several root fields share is one error, with response keys in its paths', async () => {
    const { query, calls } = await gatewayForTest({
      faults: [{ kind: 'status', resource: 'users', status: 500 }],
    });
    const answer = await query('{ b: user(id: "user-2") { email } a: user(id: "user-1") { id } }');
    const error = onlyError(answer);
    expect(error.path).toEqual(['b']);
    expect(error.extensions.affected).toEqual({ type: 'User', ids: ['user-2', 'user-1'], paths: ['b', 'a'] });
    expect(answer.data).toEqual({ a: null, b: null });
    expect(calls()).toEqual({ users: 1 });
  });
});

describe('a failed call for the list', () => {
  const listFailures: readonly (Omit<Failure, 'extensions'> & {
    code: string;
    status?: number;
  })[] = [
    {
      failure: '401',
      fault: { kind: 'status', status: 401 },
      code: 'UNAUTHENTICATED',
      status: 401,
    },
    {
      failure: '403',
      fault: { kind: 'missingPermissions', permissions: ['outbound:campaign:view'] },
      code: 'FORBIDDEN',
      status: 403,
    },
    {
      failure: '429',
      fault: { kind: 'rateLimited', retryAfterSeconds: 42 },
      code: 'UPSTREAM_RATE_LIMITED',
      status: 429,
    },
    { failure: '500', fault: { kind: 'status', status: 500 }, code: 'UPSTREAM_UNAVAILABLE', status: 500 },
    {
      failure: '504',
      fault: { kind: 'status', status: 504 },
      code: 'UPSTREAM_TIMEOUT',
      status: 504,
      attempts: ALL_ATTEMPTS,
    },
    { failure: '204', fault: { kind: 'status', status: 204 }, code: 'UPSTREAM_BAD_RESPONSE', status: 204 },
    {
      failure: 'broken connection',
      fault: { kind: 'reset' },
      code: 'UPSTREAM_UNAVAILABLE',
      attempts: ALL_ATTEMPTS,
    },
    {
      failure: 'no answer',
      fault: { kind: 'hang' },
      env: { UPSTREAM_TIMEOUT_MS: '300' },
      code: 'UPSTREAM_TIMEOUT',
    },
    { failure: 'truncated answer', fault: { kind: 'truncate' }, code: 'UPSTREAM_BAD_RESPONSE', status: 200 },
    {
      failure: 'HTML page',
      fault: { kind: 'html', status: 200 },
      code: 'UPSTREAM_BAD_RESPONSE',
      status: 200,
    },
    ...[[], 'text', null, 7].map((body) => ({
      failure: `body ${JSON.stringify(body)}`,
      fault: answering('campaignInteractions', body),
      code: 'UPSTREAM_BAD_RESPONSE',
      status: 200,
    })),
  ];

  test.each(listFailures)('makes the root field null, with one error: $failure', async (failure) => {
    const { fault, env = {}, code, status, attempts = 1 } = failure;
    const { query, calls } = await gatewayForTest({
      faults: [{ ...fault, resource: 'campaignInteractions' }],
      env,
    });
    const answer = await query(everyDetail);
    expect(answer.data).toEqual({ campaignInteractions: null });
    const { path, extensions } = onlyError(answer);
    expect(path).toEqual(['campaignInteractions']);
    expect(extensions.code).toBe(code);
    expect(extensions.upstreamStatus).toBe(status);
    expect(extensions.affected).toMatchObject({ ids: [CAMPAIGN_ID], paths: ['campaignInteractions'] });
    expect(calls()).toEqual({ campaignInteractions: attempts });
  });

  test('does not affect other root fields', async () => {
    const { query } = await gatewayForTest({
      faults: [{ kind: 'status', resource: 'campaignInteractions', status: 500 }],
    });
    const answer = await query(`{
      campaign(id: "${CAMPAIGN_ID}") { name interactions { totalCount } }
      user(id: "user-1") { email }
    }`);
    expect(answer.data).toEqual({
      campaign: { name: `Name of ${CAMPAIGN_ID}`, interactions: null },
      user: { email: 'user-1@example.com' },
    });
    expect(onlyError(answer).path).toEqual(['campaign', 'interactions']);
  });
});

describe('a caller', () => {
  test('without a credential gets an error for each upstream root field and causes no call', async () => {
    const { query, calls } = await gatewayForTest();
    const { data, errors } = await query(
      `{ __typename a: user(id: "user-1") { id } b: queue(id: "queue-1") { id } __type(name: "User") { name } }`,
      {},
      null,
    );
    expect(data).toEqual({ __typename: 'Query', a: null, b: null, __type: { name: 'User' } });
    expect(errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [['a'], 'UNAUTHENTICATED'],
      [['b'], 'UNAUTHENTICATED'],
    ]);
    expect(calls()).toEqual({});
  });

  test('with a token that the upstream does not accept gets an error for each call', async () => {
    const { query, calls } = await gatewayForTest();
    const { data, errors } = await query(
      '{ a: user(id: "user-1") { id } b: queue(id: "queue-1") { id } c: user(id: "user-2") { id } }',
      {},
      'expired-token',
    );
    expect(data).toEqual({ a: null, b: null, c: null });
    expect(
      errors?.map(({ path, extensions }) => [path, extensions.code, extensions.affected?.paths]),
    ).toEqual([
      [['a'], 'UNAUTHENTICATED', ['a', 'c']],
      [['b'], 'UNAUTHENTICATED', ['b']],
    ]);
    expect(JSON.stringify(errors)).not.toContain('expired-token');
    expect(calls()).toEqual({ users: 1, queues: 1 });
  });
});

/** Ids of the calls that the upstream answered with 500. */
function idsThatFailed(sandbox: { requests: readonly { status: number | null; ids: string[] }[] }): string[] {
  return sandbox.requests.filter(({ status }) => status === 500).flatMap(({ ids }) => ids);
}

function isSameSet(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && new Set([...some, ...others]).size === others.length;
}

test('an HTML page with status 404, as from a proxy, is a failure and does not mean that an entity is unknown', async () => {
  const { query } = await gatewayForTest({ faults: [{ kind: 'status', status: 404, html: true }] });
  const { data, errors } = await query(`{
    script(id: "script-1") { id }
    campaignInteractions(campaignId: "${CAMPAIGN_ID}") { totalCount }
    contact(contactListId: "${CONTACT_LIST_ID}", id: "contact-1") { id }
  }`);
  expect(data).toEqual({ script: null, campaignInteractions: null, contact: null });
  expect(errors).toHaveLength(3);
  for (const { extensions } of errors ?? []) {
    expect(extensions).toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE', upstreamStatus: 404 });
  }
});
