import { expect, test } from 'vitest';
import { CAMPAIGN_ID } from '../../support/organisation.ts';
import { spanNamed, type TracedGateway, tracedGatewayForTest, treeOf } from '../../support/traced-gateway.ts';

type Spans = Awaited<ReturnType<TracedGateway['exported']>>;

/** Span tree of the one request with this operation. */
function treeOfOperation(spans: Spans, name: string): string[] {
  const { traceId } = spanNamed(spans, `query ${name}`);
  return treeOf(spans.filter((span) => span.traceId === traceId));
}

/** Links of the span with this name, each as `root span: linked span`. */
function linksOf(spans: Spans, name: string): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  return spanNamed(spans, name).links.map((id) => {
    const linked = byId.get(id);
    const root = spans.find(({ traceId, kind }) => kind === 'SERVER' && traceId === linked?.traceId);
    return `${root?.name}: ${linked?.name}`;
  });
}

test('a batch of two requests is in the trace of the first, and linked to the fields that wait for it in both', async () => {
  const { query, calls, exported } = await tracedGatewayForTest();
  await Promise.all([
    query('query One { user(id: "user-1") { email } }'),
    query('query Two { user(id: "user-2") { email } }'),
  ]);
  expect(calls()).toEqual({ users: 1 });
  const spans = await exported();
  expect(treeOfOperation(spans, 'One')).toEqual([
    'query One',
    '  load users -> unknown, user',
    '    GET users',
    '  user -> load users',
  ]);
  expect(treeOfOperation(spans, 'Two')).toEqual(['query Two', '  user -> unknown']);
  expect(linksOf(spans, 'load users')).toEqual(['query One: user', 'query Two: user']);
  expect(spanNamed(spans, 'load users').attributes['gateway.batch.size']).toBe(2);
});

test('a request that joins a batch under way is linked to it as well', async () => {
  const { query, calls, sandbox, exported } = await tracedGatewayForTest({ latencyMs: 200 });
  const first = query('query One { user(id: "user-1") { email } }');
  await expect.poll(() => sandbox.requests.length).toBe(1);
  await Promise.all([first, query('query Two { user(id: "user-1") { email } }')]);
  expect(calls()).toEqual({ users: 1 });
  expect(linksOf(await exported(), 'load users')).toEqual(['query One: user', 'query Two: user']);
});

test('a request that joins the read of a page of campaigns is linked to it as well', async () => {
  const { query, calls, exported } = await tracedGatewayForTest({ latencyMs: 50 });
  await Promise.all([
    query('query One { campaigns { totalCount } }'),
    query('query Two { campaigns { totalCount } }'),
  ]);
  expect(calls()).toEqual({ campaigns: 1 });
  expect(linksOf(await exported(), 'load campaigns')).toEqual([
    'query One: campaigns',
    'query Two: campaigns',
  ]);
});

test('every field of one request that waits for a batch is linked to it, even for the same id', async () => {
  const { query, calls, exported } = await tracedGatewayForTest();
  await query(
    `{ a: user(id: "user-1") { email } b: user(id: "user-1") { title } c: user(id: "user-2") { email } }`,
  );
  expect(calls()).toEqual({ users: 1 });
  expect(linksOf(await exported(), 'load users')).toEqual(['query: user', 'query: user', 'query: user']);
});

test('fields that begin to wait for the same entity at different times are linked to the batch that loads it', async () => {
  const { query, calls, exported } = await tracedGatewayForTest({
    faults: [{ kind: 'delay', ms: 300, resource: 'queues' }],
  });
  // The list refers to the queue of the root field, and arrives before that queue.
  await query(`{
    queue(id: "queue-0") { memberCount }
    campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 1) { nodes { queue { memberCount } } }
  }`);
  expect(calls()).toEqual({ queues: 1, campaignInteractions: 1 });
  expect(linksOf(await exported(), 'load queues').toSorted()).toEqual([
    'query: campaignInteractions.nodes.queue',
    'query: queue',
  ]);
});

test('a batch is in the trace of a recorded request, even if a request that is not recorded came first', async () => {
  const { ask, calls, exported } = await tracedGatewayForTest();
  const notRecorded = { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-00` };
  const answers = await Promise.all([
    ask('query One { user(id: "user-1") { email } }', notRecorded),
    ask('query Two { user(id: "user-2") { email } }'),
  ]);
  await Promise.all(answers.map((answer) => answer.text()));
  expect(calls()).toEqual({ users: 1 });
  expect(treeOf(await exported())).toEqual([
    'query Two',
    '  load users -> user',
    '    GET users',
    '  user -> load users',
  ]);
});
