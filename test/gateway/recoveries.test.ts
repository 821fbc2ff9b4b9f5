import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/fault.ts';
import type { ResourceName } from '../../src/sandbox/resource-names.ts';
import { callsOfEveryDetail, everyDetail, nodesIn, onlyError, screen } from '../support/answers.ts';
import { gatewayForTest } from '../support/gateway.ts';
import { clockWithoutPauses } from '../support/test-clock.ts';

describe('a call with a transient failure', () => {
  /** Transient faults, each with the total number of calls to its resource. */
  const passing: readonly [what: string, fault: Fault & { resource: ResourceName }, calls: number][] = [
    ['502', { kind: 'status', status: 502, resource: 'users', times: 1 }, 2],
    ['503, twice', { kind: 'status', status: 503, resource: 'users', times: 2 }, 3],
    ['504', { kind: 'status', status: 504, resource: 'users', times: 1 }, 2],
    ['the page of a proxy', { kind: 'html', resource: 'users', times: 2 }, 3],
    ['a broken connection', { kind: 'reset', resource: 'users', times: 1 }, 2],
    ['half a body', { kind: 'reset', afterBytes: 100, resource: 'users', times: 1 }, 2],
    [
      '429 with a Retry-After of a second',
      { kind: 'rateLimited', retryAfterSeconds: 1, resource: 'users', times: 1 },
      2,
    ],
    [
      '429 without a Retry-After',
      { kind: 'rateLimited', retryAfterSeconds: null, resource: 'users', times: 1 },
      2,
    ],
    ['503 for a reading POST', { kind: 'status', status: 503, resource: 'contacts', times: 1 }, 2],
    ['503 for the list', { kind: 'status', status: 503, resource: 'campaignInteractions', times: 1 }, 2],
    ['503 for one of three scripts', { kind: 'status', status: 503, resource: 'scripts', times: 1 }, 4],
  ];

  test.each(passing)(
    'is retried, and the answer is as if it had not failed: %s',
    async (_what, fault, count) => {
      const healthy = await gatewayForTest();
      const { query, calls } = await gatewayForTest({ faults: [fault], clock: clockWithoutPauses() });
      expect(await query(everyDetail)).toEqual(await healthy.query(everyDetail));
      expect(calls()).toEqual({ ...callsOfEveryDetail, [fault.resource]: count });
    },
  );

  test('is not retried if its Retry-After is longer than the request may take', async () => {
    const { query, calls } = await gatewayForTest({
      faults: [{ kind: 'status', status: 503, resource: 'users', headers: { 'Retry-After': '42' } }],
    });
    expect(onlyError(await query(screen('agent { email }'))).extensions).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      retryAfterSeconds: 42,
    });
    expect(calls()).toEqual({ campaignInteractions: 1, users: 1 });
  });

  test('is not retried beyond the call budget of its request', async () => {
    const { query, calls } = await gatewayForTest({
      faults: [{ kind: 'status', status: 503, resource: 'users' }],
      env: { MAX_UPSTREAM_CALLS: '3' },
    });
    expect(onlyError(await query(screen('agent { email }'))).extensions).toMatchObject({
      code: 'QUERY_TOO_EXPENSIVE',
      upstreamStatus: 503,
      limit: 'upstreamCalls',
      allowed: 3,
      affected: { type: 'User' },
    });
    expect(calls()).toEqual({ campaignInteractions: 1, users: 2 });
  });
});

test('calls that fail together are not retried beyond the call budget of their request', async () => {
  const { query, calls } = await gatewayForTest({
    latencyMs: 20,
    faults: [{ kind: 'status', status: 503 }],
    env: { MAX_UPSTREAM_CALLS: '8' },
  });
  const scripts = Array.from({ length: 6 }, (_, n) => `s${n}: script(id: "script-${n}") { name }`);
  await query(`{ ${scripts.join(' ')} }`);
  expect(calls()).toEqual({ scripts: 8 });
});

describe('a batch that is refused as a whole', () => {
  test.each([400, 404, 413, 414] as const)(
    'for one id with %i is bisected, so that only this id fails',
    async (status) => {
      const healthy = await gatewayForTest();
      const rows = nodesIn(await healthy.query(everyDetail));
      const { query, calls } = await gatewayForTest({
        faults: [{ kind: 'refuseIds', resource: 'users', ids: ['user-13'], status }],
      });
      const answer = await query(everyDetail);
      expect(onlyError(answer).extensions).toMatchObject({
        code: 'UPSTREAM_BAD_RESPONSE',
        upstreamStatus: status,
        affected: { type: 'User', ids: ['user-13'] },
      });
      expect(nodesIn(answer)).toEqual(
        rows.map((row) =>
          row.agent.id === 'user-13' ? { ...row, agent: { ...row.agent, title: null, email: null } } : row,
        ),
      );
      // One call for all 20, then two halves each of 20, 10, 5 and 2 ids.
      expect(calls()).toEqual({ ...callsOfEveryDetail, users: 9 });
    },
  );

  test('for one contact with 404 is bisected, so that only this contact is unknown, without an error', async () => {
    const { query } = await gatewayForTest({
      faults: [{ kind: 'refuseIds', resource: 'contacts', ids: ['contact-7'], status: 404 }],
    });
    const answer = await query(screen('contact { id data }'));
    expect(answer.errors).toBeUndefined();
    const unknown = nodesIn(answer).filter(({ contact }) => contact.data === null);
    expect(unknown).toEqual([{ contact: { id: 'contact-7', data: null } }]);
  });

  test('for contacts of which most are unknown still finds the others', async () => {
    const unknown = ['u1', 'u2', 'u3', 'u4', 'u5', 'u6', 'u7'];
    const { query } = await gatewayForTest({
      faults: [{ kind: 'refuseIds', resource: 'contacts', ids: unknown, status: 404 }],
    });
    const roots = ['contact-1', ...unknown].map(
      (id, n) => `c${n}: contact(contactListId: "list-1", id: "${id}") { id }`,
    );
    const { data, errors } = await query(`{ ${roots.join(' ')} }`);
    expect(errors).toBeUndefined();
    expect(Object.values(data)).toEqual([{ id: 'contact-1' }, ...unknown.map(() => null)]);
  });

  test('for a missing contact list leaves all of its contacts unknown, without an error', async () => {
    const { query } = await gatewayForTest({
      faults: [{ kind: 'status', resource: 'contacts', status: 404 }],
    });
    const answer = await query(screen('contact { id data }'));
    expect(answer.errors).toBeUndefined();
    expect(nodesIn(answer).every(({ contact }) => contact.data === null)).toBe(true);
  });

  test('for two ids is bisected, so that only these two fail, with an error each', async () => {
    const { query, calls } = await gatewayForTest({
      faults: [{ kind: 'refuseIds', resource: 'contacts', ids: ['contact-0', 'contact-99'] }],
    });
    const answer = await query(screen('contact { id data }'));
    expect(answer.errors?.map(({ extensions }) => extensions.affected?.ids)).toEqual([
      ['contact-0'],
      ['contact-99'],
    ]);
    expect(nodesIn(answer).filter(({ contact }) => contact.data === null)).toHaveLength(2);
    // One call for all 100, then 12 halvings: 7 for contact-0 and 6 for contact-99, which share the first.
    expect(calls()).toEqual({ campaignInteractions: 1, contacts: 25 });
  });

  test('for too many ids is answered in smaller calls', async () => {
    const { query, calls } = await gatewayForTest({
      faults: [{ kind: 'tooManyIds', resource: 'users', maxIds: 5, status: 414 }],
    });
    const { errors, ...answer } = await query(screen('agent { id email }'));
    expect(errors).toBeUndefined();
    for (const { agent } of nodesIn(answer)) expect(agent.email).toBe(`${agent.id}@example.com`);
    expect(calls()).toEqual({ campaignInteractions: 1, users: 7 });
  });

  test('is bisected only as far as the call budget of the request allows, and the remaining ids fail', async () => {
    const { query, calls } = await gatewayForTest({
      faults: [{ kind: 'refuseIds', resource: 'users', ids: ['user-0'] }],
      env: { MAX_UPSTREAM_CALLS: '6' },
    });
    const answer = await query(screen('agent { id email }'));
    const { code, upstreamStatus, affected } = onlyError(answer).extensions;
    expect({ code, upstreamStatus }).toEqual({ code: 'QUERY_TOO_EXPENSIVE', upstreamStatus: 400 });
    const unknown = affected?.ids ?? [];
    expect(unknown).toContain('user-0');
    expect(unknown.length).toBeLessThan(20);
    for (const { agent } of nodesIn(answer)) {
      expect(agent.email).toBe(unknown.includes(agent.id) ? null : `${agent.id}@example.com`);
    }
    expect(calls()).toEqual({ campaignInteractions: 1, users: 5 });
  });

  test('with the page of a proxy is not bisected, because no id is the reason', async () => {
    const { query, calls } = await gatewayForTest({
      faults: [{ kind: 'status', status: 404, html: true, resource: 'users' }],
    });
    expect(onlyError(await query(screen('agent { email }'))).extensions.affected?.ids).toHaveLength(20);
    expect(calls()).toEqual({ campaignInteractions: 1, users: 1 });
  });
});
