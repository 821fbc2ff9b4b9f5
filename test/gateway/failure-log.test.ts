import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/fault.ts';
import { answering, onlyError, screen } from '../support/answers.ts';
import { capturedLog } from '../support/captured-log.ts';
import { gatewayForTest } from '../support/gateway.ts';
import { serviceGatewayForTest } from '../support/service-gateway.ts';

/** What a gateway with this fault answers and logs. */
async function logOf(fault: Fault) {
  const { log, text, others, requests } = capturedLog();
  const { query } = await gatewayForTest({ faults: [fault], log });
  const { extensions } = onlyError(await query(screen('agent { email }')));
  return { extensions, text: text(), entries: others(), requests: requests() };
}

const unreadable: readonly [what: string, fault: Fault, detail: RegExp][] = [
  ['a page', { kind: 'html', status: 200, resource: 'users' }, /^a page instead of JSON$/],
  ['half an answer', { kind: 'truncate', resource: 'users' }, /^no JSON, or not all of it: \d+ characters/],
  ['204', { kind: 'status', status: 204, resource: 'users' }, /^no body$/],
];

test.each(unreadable)(
  'the log has the reason of an answer that cannot be read, which clients do not: %s',
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

test('the log says of wrong types that they are, once for an answer', async () => {
  const { entries } = await logOf(answering('users', { entities: 7 }));
  expect(entries).toMatchObject([
    {
      resource: 'users',
      code: 'UPSTREAM_BAD_RESPONSE',
      msg: 'the upstream gave an answer that cannot be read',
    },
  ]);
});

test('the log names the call that failed, its status and what to tell the vendor', async () => {
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

test('the log tells why no connection came about', async () => {
  const { log, others, text } = capturedLog();
  const { query, sandbox } = await gatewayForTest({ log });
  await sandbox.close();
  expect(onlyError(await query(screen('id'))).extensions).not.toHaveProperty('detail');
  expect(others()).toMatchObject([{ resource: 'campaignInteractions', detail: 'ECONNREFUSED' }]);
  expect(text()).not.toContain('127.0.0.1');
});

test('the log tells of a login that failed', async () => {
  const { log, others, text } = capturedLog();
  const { ask } = await serviceGatewayForTest({ GENESYSCLOUD_OAUTHCLIENT_SECRET: 'a wrong one' }, [], log);
  expect(onlyError(await ask('{ user(id: "user-1") { name } }')).extensions.code).toBe('UNAUTHENTICATED');
  expect(others()).toMatchObject([{ resource: 'login', code: 'UNAUTHENTICATED' }]);
  expect(text()).not.toContain('a wrong one');
});

test('the log quotes nothing of what the upstream wrote, nor the token', async () => {
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

test('the log has no more than the line of each request about what callers do wrong', async () => {
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
