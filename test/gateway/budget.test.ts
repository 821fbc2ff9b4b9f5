import { describe, expect, test, vi } from 'vitest';
import { callerKeyOf } from '../../src/identity/caller.ts';
import { Batch } from '../../src/loading/batch.ts';
import { CallBudget } from '../../src/upstream/budget.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { deadlineIn } from '../../src/lib/deadline.ts';
import { tokenIdentity } from '../../src/identity/upstream-identity.ts';
import type { RequestScope } from '../../src/upstream/call.ts';
import { UpstreamUsage } from '../../src/upstream/usage.ts';
import { forgetfulGatewayForTest, type GraphQLAnswer } from '../support/gateway.ts';
import { CAMPAIGN_ID } from '../support/organisation.ts';
import { serviceGatewayForTest } from '../support/service-gateway.ts';

const refused = { code: 'QUERY_TOO_EXPENSIVE', limit: 'upstreamCalls' };

/** Codes of an answer's errors, in their order. */
function codesIn({ errors = [] }: GraphQLAnswer): string[] {
  return errors.map(({ extensions }) => extensions.code);
}

describe('a request whose call budget is spent', () => {
  test('makes no further call, gets one error for the missing data, and still gets all other data', async () => {
    const { query, calls } = await forgetfulGatewayForTest({
      env: { MAX_UPSTREAM_CALLS: '4', PLAN_CARDINALITIES: 'scriptsPerList=1' },
    });
    const answer = await query(`{
      campaignInteractions(campaignId: "${CAMPAIGN_ID}") {
        totalCount
        nodes { agent { id email } script { id publishedDate } }
      }
    }`);
    expect(calls()).toEqual({ campaignInteractions: 1, users: 1, scripts: 2 });
    expect(answer.errors).toHaveLength(1);
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      ...refused,
      allowed: 4,
      affected: { type: 'Script', paths: ['campaignInteractions.nodes.*.script.publishedDate'] },
    });
    const unknown = new Set(answer.errors?.[0]?.extensions.affected?.ids);
    expect(unknown.size).toBeGreaterThan(0);
    for (const { agent, script } of answer.data.campaignInteractions.nodes) {
      expect(agent.email).toBe(`${agent.id}@example.com`);
      expect(script.publishedDate === null).toBe(unknown.has(script.id));
    }
  });

  test('makes no second call with a new token after the upstream rejected the old one', async () => {
    const { ask, calls } = await serviceGatewayForTest({ MAX_UPSTREAM_CALLS: '1' }, [
      { kind: 'status', status: 401, resource: 'users', times: 1 },
    ]);
    expect(codesIn(await ask('{ user(id: "user-1") { email } }'))).toEqual(['QUERY_TOO_EXPENSIVE']);
    expect(calls().users).toBe(1);
    expect(codesIn(await ask('{ user(id: "user-1") { email } }'))).toEqual([]);
  });

  test('still shares calls that other requests make', async () => {
    const { query, calls } = await forgetfulGatewayForTest({
      env: { MAX_UPSTREAM_CALLS: '3', PLAN_CARDINALITIES: 'scriptsPerList=1' },
      faults: [{ kind: 'delay', ms: 300, resource: 'scripts' }],
    });
    const others = query('{ a: script(id: "script-0") { id } b: script(id: "script-1") { id } }');
    const answer = await query(`{ campaignInteractions(campaignId: "${CAMPAIGN_ID}") {
      nodes { agent { email } script { publishedDate } }
    } }`);
    expect(codesIn(answer)).toEqual([]);
    expect(codesIn(await others)).toEqual([]);
    expect(calls()).toEqual({ campaignInteractions: 1, users: 1, scripts: 3 });
  });

  test.each(['campaigns', 'campaignInteractions'] as const)(
    'gets the same %s as another request that waits for them, whose budget pays for the retry',
    async (resource) => {
      const { query, sandbox, calls } = await forgetfulGatewayForTest({
        env: { MAX_UPSTREAM_CALLS: '2' },
        faults: [{ kind: 'status', status: 503, resource, times: 1 }],
        latencyMs: 100,
      });
      const list =
        resource === 'campaigns'
          ? 'campaigns(first: 2) { totalCount }'
          : `campaignInteractions(campaignId: "${CAMPAIGN_ID}") { totalCount }`;
      const spent = query(`{ user(id: "user-1") { email } ${list} }`);
      await vi.waitFor(() => expect(sandbox.requests).toHaveLength(2));
      const answers = await Promise.all([spent, query(`{ ${list} }`)]);
      expect(answers.map(codesIn)).toEqual([[], []]);
      expect(calls()).toEqual({ users: 1, [resource]: 2 });
    },
  );

  test('gets the result of a batch that another follower’s budget pays for', async () => {
    const call = new Batch<string, never>(systemClock, ['a', 'b'], [], 100, () => undefined);
    const [poor, rich] = [asker(new CallBudget(0)), asker(new CallBudget(1))];
    const found = [call.join(poor, ['a'], null), call.join(rich, ['b'], null)];
    call.make('users', ({ budget }) =>
      budget.take() ? Promise.resolve(new Map([['a', 'of a']])) : Promise.reject(budget.refusal('users')),
    );
    for (const map of await Promise.all(found)) expect(map.get('a')).toBe('of a');
    expect(rich.budget.left).toBe(0);
  });
});

function asker(budget: CallBudget): RequestScope {
  const identity = tokenIdentity('mine');
  const deadline = deadlineIn(systemClock, 60_000, new AbortController().signal);
  return {
    identity,
    caller: callerKeyOf('test', 'me'),
    deadline,
    budget,
    usage: new UpstreamUsage(),
    trace: null,
  };
}
