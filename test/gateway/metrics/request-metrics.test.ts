import { describe, expect, test } from 'vitest';
import { graphqlRequest } from '../../support/gateway.ts';
import { listeningForTest } from '../../support/listening.ts';
import { meteredGatewayForTest } from '../../support/scrape.ts';
import { TestClock } from '../../support/test-clock.ts';

const REQUESTS = 'gateway_requests_total';

describe('requests', () => {
  test('are counted by operation and code, and timed by operation', async () => {
    const { query, scrape } = await meteredGatewayForTest({
      faults: [{ kind: 'status', status: 500, resource: 'queues' }],
    });
    await query('query Users { user(id: "user-1") { email } }');
    await query('query Users { user(id: "user-1") { email } }');
    await query('query Users { queue(id: "queue-1") { memberCount } user(id: "a b") { email } }');
    await query('query Users { queue(id: "queue-1") { memberCount } }');
    await query('{ user(id: "user-1") { email } }');
    await query('{ nothing ');
    const metrics = await scrape();
    expect(metrics.value(REQUESTS, { operation: 'Users', code: 'OK' })).toBe(2);
    expect(metrics.value(REQUESTS, { operation: 'Users', code: 'BAD_USER_INPUT' })).toBe(1);
    expect(metrics.value(REQUESTS, { operation: 'Users', code: 'UPSTREAM_UNAVAILABLE' })).toBe(1);
    expect(metrics.value(REQUESTS, { operation: 'anonymous', code: 'OK' })).toBe(1);
    expect(metrics.value(REQUESTS, { operation: 'none', code: 'GRAPHQL_PARSE_FAILED' })).toBe(1);
    expect(metrics.value(REQUESTS)).toBe(6);
    expect(metrics.value('gateway_request_duration_seconds_count', { operation: 'Users' })).toBe(4);
    expect(metrics.value('gateway_request_duration_seconds_sum', { operation: 'Users' })).toBeGreaterThan(0);
  });

  test('without an operation are counted too, except health probes', async () => {
    const { gateway, scrape } = await meteredGatewayForTest();
    const url = await listeningForTest(gateway.listener);
    for (const path of ['/nowhere', '/health', '/ready']) await (await fetch(url + path)).text();
    await expect.poll(async () => (await scrape()).value(REQUESTS)).toBe(1);
    expect((await scrape()).value(REQUESTS, { operation: 'none', code: 'BAD_REQUEST' })).toBe(1);
  });

  test('under way are exported, and counted as ABORTED when their client disconnects', async () => {
    const { gateway, sandbox, scrape } = await meteredGatewayForTest({ faults: [{ kind: 'hang' }] });
    const leaving = new AbortController();
    const asked = graphqlRequest('{ user(id: "user-1") { email } }');
    const answer = gateway.fetch(new Request(asked, { signal: leaving.signal }));
    await expect.poll(() => sandbox.requests.length).toBe(1);
    expect((await scrape()).value('gateway_requests_in_flight')).toBe(1);
    leaving.abort();
    await expect(answer).rejects.toThrow('abort');
    const metrics = await scrape();
    expect(metrics.value('gateway_requests_in_flight')).toBe(0);
    expect(metrics.value(REQUESTS, { operation: 'anonymous', code: 'ABORTED' })).toBe(1);
  });

  test('are counted apart from unhandled promise rejections of the process', async () => {
    const { metrics, scrape } = await meteredGatewayForTest();
    expect((await scrape()).value('gateway_unhandled_rejections_total')).toBe(0);
    metrics.unhandledRejection();
    expect((await scrape()).value('gateway_unhandled_rejections_total')).toBe(1);
  });
});

describe('labels of operations', () => {
  const GOOD = 'query Good { user(id: "user-1") { email } }';

  test('are names of operations that came to data with an accepted credential, and "other"', async () => {
    const { query, scrape } = await meteredGatewayForTest({
      faults: [{ kind: 'status', status: 500, resource: 'queues' }],
    });
    for (let n = 0; n < 60; n += 1) {
      await query(`query Invalid${n} { nothing }`);
      await query(`query Evil${n} { __typename }`, {}, null);
      await query(`query Nothing${n} { __typename }`);
    }
    await query('query Refused { user(id: "user-1") { email } }', {}, 'made-up');
    await query('query Failed { queue(id: "queue-1") { memberCount } }');
    await query(GOOD);
    const metrics = await scrape();
    expect(metrics.labels(REQUESTS, 'operation')).toEqual(new Set(['other', 'Good']));
    expect(metrics.value(REQUESTS)).toBe(183);
  });

  test('are at most 50 names, those that are used most', async () => {
    const { query, scrape } = await meteredGatewayForTest();
    for (let n = 0; n < 60; n += 1) await query(`query Name${n} { user(id: "user-1") { email } }`);
    for (let n = 0; n < 3; n += 1) await query(GOOD);
    const metrics = await scrape();
    const labels = metrics.labels(REQUESTS, 'operation');
    expect(labels.size).toBe(51);
    expect(labels).toContain('Good');
    // The count of a name begins when it becomes a label.
    expect(metrics.value(REQUESTS, { operation: 'Good', code: 'OK' })).toBe(2);
    expect(metrics.value('gateway_request_duration_seconds_count', { operation: 'Good' })).toBe(2);
    expect(metrics.labels('gateway_request_duration_seconds_count', 'operation').size).toBe(51);
  });

  test('stay, whatever many names are used once', async () => {
    const { query, scrape } = await meteredGatewayForTest();
    for (let n = 0; n < 3; n += 1) await query(GOOD);
    for (let n = 0; n < 1_500; n += 1) {
      await query(`query Name${n} { user(id: "user-1") { email } }`);
      if (n % 100 === 0) await query(GOOD);
    }
    const metrics = await scrape();
    expect(metrics.value(REQUESTS, { operation: 'Good', code: 'OK' })).toBe(18);
    expect(metrics.labels(REQUESTS, 'operation').size).toBe(51);
  });

  test('are given to others when their operations are not used any more', async () => {
    const clock = new TestClock();
    const { query, scrape } = await meteredGatewayForTest({ clock });
    for (let n = 0; n < 50; n += 1) {
      for (let times = 0; times < 4; times += 1) {
        await query(`query Old${n} { user(id: "user-1") { email } }`);
      }
    }
    for (let n = 0; n < 3; n += 1) await query(GOOD);
    expect((await scrape()).labels(REQUESTS, 'operation')).not.toContain('Good');
    await clock.skip(3_600_000);
    for (let n = 0; n < 3; n += 1) await query(GOOD);
    expect((await scrape()).labels(REQUESTS, 'operation')).toContain('Good');
  });

  test('are only the names of trusted operations and "other" when the trusted operations are known', async () => {
    const { query, scrape } = await meteredGatewayForTest({ trustedOperations: new Set(['Known']) });
    await query('query Known { __typename }');
    await query('query Known { nothing }');
    await query('query Unknown { __typename }');
    const metrics = await scrape();
    expect(metrics.value(REQUESTS, { operation: 'Known' })).toBe(2);
    expect(metrics.value(REQUESTS, { operation: 'other' })).toBe(1);
  });
});
