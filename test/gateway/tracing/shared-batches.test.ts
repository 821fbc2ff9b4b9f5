import { expect, test } from 'vitest';
import { CAMPAIGN_ID } from '../../support/organisation.ts';
import { spanNamed, type TracedGateway, tracedGatewayForTest, treeOf } from '../../support/traced-gateway.ts';

type Spans = Awaited<ReturnType<TracedGateway['exported']>>;

/** The tree of the request with this operation alone. */
function treeOfOperation(spans: Spans, name: string): string[] {
  const { traceId } = spanNamed(spans, `query ${name}`);
  return treeOf(spans.filter((span) => span.traceId === traceId));
}

/** What a span is linked to, by trace and name. */
function linksOf(spans: Spans, name: string): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  return spanNamed(spans, name).links.map((id) => {
    const linked = byId.get(id);
    const root = spans.find(({ traceId, kind }) => kind === 'SERVER' && traceId === linked?.traceId);
    return `${root?.name}: ${linked?.name}`;
  });
}

test('a batch of two requests is part of the first one, and linked to what waits for it in both', async () => {
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

test('who joins a batch under way is linked to it as well', async () => {
  const { query, calls, sandbox, exported } = await tracedGatewayForTest({ latencyMs: 200 });
  const first = query('query One { user(id: "user-1") { email } }');
  await expect.poll(() => sandbox.requests.length).toBe(1);
  await Promise.all([first, query('query Two { user(id: "user-1") { email } }')]);
  expect(calls()).toEqual({ users: 1 });
  expect(linksOf(await exported(), 'load users')).toEqual(['query One: user', 'query Two: user']);
});

test('so is who joins the reading of a page of campaigns', async () => {
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

test('every place of one request that waits for a batch is linked to it, also for the same ids', async () => {
  const { query, calls, exported } = await tracedGatewayForTest();
  await query(
    `{ a: user(id: "user-1") { email } b: user(id: "user-1") { title } c: user(id: "user-2") { email } }`,
  );
  expect(calls()).toEqual({ users: 1 });
  expect(linksOf(await exported(), 'load users')).toEqual(['query: user', 'query: user', 'query: user']);
});

test('places that wait for the same object one after the other are linked to the batch that it comes by', async () => {
  const { query, calls, exported } = await tracedGatewayForTest({
    faults: [{ kind: 'delay', ms: 300, resource: 'queues' }],
  });
  // The list tells of a queue that the root asks for as well, and is there before that queue is.
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

test('a batch shows in the trace of whoever is recorded, though one who is not came first', async () => {
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
