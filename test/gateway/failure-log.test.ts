import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/fault.ts';
import { answering, onlyError, screen } from '../support/answers.ts';
import { capturedLog } from '../support/captured-log.ts';
import { gatewayForTest } from '../support/gateway.ts';
import { serviceGatewayForTest } from '../support/service-gateway.ts';

/** Error and log of a gateway whose upstream has this fault. */
async function logOf(fault: Fault) {
  const { log, text, others, requests } = capturedLog();
  const { query } = await gatewayForTest({ faults: [fault], log });
  const { extensions } = onlyError(await query(screen('agent { email }')));
  return { extensions, text: text(), entries: others(), requests: requests() };
}

const unreadable: readonly [what: string, fault: Fault, detail: RegExp][] = [
  ['an HTML page', { kind: 'html', status: 200, resource: 'users' }, /^a page instead of JSON$/],
  [
    'a truncated answer',
    { kind: 'truncate', resource: 'users' },
    /^no JSON, or not all of it: \d+ characters/,
  ],
  ['status 204', { kind: 'status', status: 204, resource: 'users' }, /^no body$/],
];

test.each(unreadable)(
  'the log has the reason why an answer is unreadable, and the client’s error does not: %s',
  async (_what, fault, detail) => {
    const { extensions, entries } = await logOf(fault);
    expect(extensions.correlationId).toMatch(/\w/);
    expect(entries).toEqual([
      expect.objectContaining({
        level: pino.levels.values['warn'],
        resource: 'users',
        code: 'UPSTREAM_BAD_RESPONSE',
        correlationId: extensions.correlationId,
        detail: expect.stringMatching(detail),
      }),
    ]);
    expect(extensions).not.toHaveProperty('detail');
    expect(extensions).not.toHaveProperty('resource');
  },
);

test('the log has one entry for an answer with values of wrong types', async () => {
  const { entries } = await logOf(answering('users', { entities: 7 }));
  expect(entries).toMatchObject([
    {
      resource: 'users',
      code: 'UPSTREAM_BAD_RESPONSE',
      msg: 'the upstream gave an answer that cannot be read',
    },
  ]);
});

test('the log names the resource, status, correlation id and request of a failed call', async () => {
  const { extensions, entries, requests } = await logOf({ kind: 'status', status: 500, resource: 'users' });
  expect(entries).toMatchObject([
    {
      resource: 'users',
      code: 'UPSTREAM_UNAVAILABLE',
      upstreamStatus: 500,
      correlationId: extensions.correlationId,
      requestId: requests[0]?.['requestId'],
    },
  ]);
  expect(requests).toMatchObject([
    { errorCodes: ['UPSTREAM_UNAVAILABLE'], correlationIds: [extensions.correlationId] },
  ]);
});

test('the log has the reason of a failed connection, but the address not with the call', async () => {
  const { log, others } = capturedLog();
  const { query, sandbox } = await gatewayForTest({ log });
  await sandbox.close();
  expect(onlyError(await query(screen('id'))).extensions).not.toHaveProperty('detail');
  const [reach, ...calls] = others();
  expect(reach).toMatchObject({ msg: 'A host cannot be reached', code: 'ECONNREFUSED' });
  expect(calls).toMatchObject([{ resource: 'campaignInteractions', detail: 'ECONNREFUSED' }]);
  expect(JSON.stringify(calls)).not.toContain('127.0.0.1');
});

test('the log has an entry for a failed login, without the secret', async () => {
  const { log, others, text } = capturedLog();
  const { ask } = await serviceGatewayForTest({ GENESYSCLOUD_OAUTHCLIENT_SECRET: 'a wrong one' }, [], {
    log,
  });
  expect(onlyError(await ask('{ user(id: "user-1") { name } }')).extensions.code).toBe('UNAUTHENTICATED');
  expect(others()).toMatchObject([{ resource: 'login', code: 'UNAUTHENTICATED' }]);
  expect(text()).not.toContain('a wrong one');
});

test('the log has no text of the upstream’s answer, no token, no address and no path', async () => {
  const { text, entries } = await logOf({
    kind: 'status',
    status: 200,
    resource: 'users',
    body: '{"entities": [{"name": "Ada Lovelace", "email": ',
  });
  expect(entries).toHaveLength(1);
  for (const hidden of ['Ada', 'Lovelace', 'entities', 'token-of-a-caller', '127.0.0.1', '/api/v2']) {
    expect(text).not.toContain(hidden);
  }
});

test('the log has only the line of the request itself about a caller’s mistake', async () => {
  const { log, others, requests } = capturedLog();
  const { query } = await gatewayForTest({ log });
  await query('{ user(id: "user-1") { name } }', {}, null);
  await query('{ user(id: "a b") { name } }');
  await query('{ nothing }');
  expect(others()).toEqual([]);
  expect(requests().map(({ errorCodes }) => errorCodes)).toEqual([
    ['UNAUTHENTICATED'],
    ['BAD_USER_INPUT'],
    ['GRAPHQL_VALIDATION_FAILED'],
  ]);
});
