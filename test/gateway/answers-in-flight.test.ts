import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { GatewayMetrics } from '../../src/observability/metrics/gateway-metrics.ts';
import type { Organisation } from '../../src/sandbox/organisation.ts';
import { capturedLog } from '../support/captured-log.ts';
import { forgetfulGatewayForTest, graphqlRequest, TOKEN } from '../support/gateway.ts';
import { listeningForTest } from '../support/listening.ts';
import { CAMPAIGN_ID, interaction, supervisorsOrganisation } from '../support/organisation.ts';
import { subscriptionGatewayForTest } from '../support/subscriptions.ts';
import { TestClock } from '../support/test-clock.ts';
import { range } from '../support/range.ts';

const MIB = 1024 * 1024;
/** More than the sockets between two ends on one machine keep. */
const LARGE_BYTES = 12 * MIB;

/** Query for rows with a long text each, so that the answer's text is much more than its fields. */
const rows = (first: number) =>
  `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: ${first}) { nodes { id dispositionCode } } }`;
const LARGE = rows(1000);
/** Its fields are few, and its text is a quarter of the capacity. */
const LONG = rows(80);
/** Its fields by themselves take the room of all large answers. */
const WIDE = `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 1000) { nodes { ${range(28)
  .map((n) => `a${n}: state`)
  .join(' ')} } } }`;
const SMALL = '{ user(id: "user-1") { name } }';

function organisationWithRows(count: number): Organisation {
  const interactingInteractions = range(count).map((n) => ({
    ...interaction(n),
    disposition: 'n'.repeat(LARGE_BYTES / count),
  }));
  return { ...supervisorsOrganisation(), interactions: () => ({ interactingInteractions }) };
}

/** Gateway on a port whose answers may take 4 MiB together. */
async function crowdedGateway() {
  const clock = new TestClock();
  const metrics = new GatewayMetrics();
  const captured = capturedLog();
  const tested = await forgetfulGatewayForTest({
    organisation: organisationWithRows(1000),
    env: { MAX_BYTES_IN_FLIGHT: String(4 * MIB), MAX_BODY_BYTES: '100000' },
    clock,
    metrics,
    log: captured.log,
  });
  const url = await listeningForTest(tested.gateway.listener);

  async function metric(name: string): Promise<number> {
    return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(await metrics.text())?.[1]);
  }

  /** Sends a query. Its response is not read until the test does so. */
  function send(query: string, headers: Readonly<Record<string, string>> = {}) {
    const sent: ClientRequest = request(`${url}/graphql`, {
      method: 'POST',
      agent: false,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
    });
    // A test ends some of them.
    sent.on('error', () => undefined);
    onTestFinished(() => void sent.destroy());
    const response = new Promise<IncomingMessage>((resolve) => {
      sent.on('response', resolve).end(JSON.stringify({ query }));
    });
    return { sent, response };
  }

  const isWaiting = async (count: number) => {
    await expect.poll(() => metric('gateway_answers_waiting')).toBe(count);
  };
  const areInFlight = async (bytes: number) => {
    await expect.poll(() => metric('gateway_answer_bytes_in_flight')).toBe(bytes);
  };
  return { ...tested, clock, metric, send, isWaiting, areInFlight, requests: captured.requests };
}

/** `crowdedGateway` with an answer that takes the room of all large ones, because its client does not read it. */
async function occupiedGateway() {
  const crowded = await crowdedGateway();
  const { sent, response } = crowded.send(LARGE);
  const unread = await response;
  await expect.poll(() => crowded.metric('gateway_answer_bytes_in_flight')).toBeGreaterThan(LARGE_BYTES);
  crowded.calls();
  return { ...crowded, reader: { sent, unread } };
}

describe('an answer that is larger than all may be together', () => {
  test('is given when it is alone, and holds its bytes until it is read', async () => {
    const { reader, areInFlight } = await occupiedGateway();
    const { data } = JSON.parse(await text(reader.unread));
    expect(data.campaignInteractions.nodes).toHaveLength(1000);
    await areInFlight(0);
  });

  test('holds its bytes until its client leaves', async () => {
    const { reader, metric } = await occupiedGateway();
    reader.sent.destroy();
    await expect.poll(() => metric('gateway_answer_bytes_in_flight')).toBe(0);
  });
});

describe('an answer for which there is no room', () => {
  test('waits until others are read, spending nothing before', async () => {
    const { reader, send, isWaiting, areInFlight, calls } = await occupiedGateway();
    const second = send(WIDE);
    const third = send(WIDE, { accept: 'text/event-stream', 'accept-encoding': 'br' });
    await isWaiting(2);
    expect(calls()).toEqual({});
    await text(reader.unread);
    expect((await second.response).statusCode).toBe(200);
    expect(JSON.parse(await text(await second.response)).data.campaignInteractions.nodes).toHaveLength(1000);
    expect(await text(await third.response)).toMatch(/\nevent: complete\ndata:\n\n$/);
    await isWaiting(0);
    await areInFlight(0);
  });

  test.each([
    ['application/json'],
    ['application/graphql-response+json'],
    ['text/event-stream'],
    ['multipart/mixed'],
  ])('is refused with 503 at its deadline in %s', async (accept) => {
    const { reader, send, isWaiting, clock, calls, metric, requests, query } = await occupiedGateway();
    const second = send(LARGE, { accept });
    await isWaiting(1);
    await clock.skip(10_000);
    const refused = await second.response;
    expect(refused.statusCode).toBe(503);
    expect(refused.headers['retry-after']).toBe('5');
    const body = await text(refused);
    expect(JSON.parse(/\{.*\}/.exec(body)?.[0] ?? '')).toEqual({
      errors: [
        {
          message: expect.stringMatching(/4194304 bytes \(MAX_BYTES_IN_FLIGHT\)/),
          extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 5 },
        },
      ],
    });
    expect(calls()).toEqual({});
    expect(await metric('gateway_answers_refused_total')).toBe(1);
    await expect.poll(() => requests().length).toBe(1);
    expect(requests()[0]).toMatchObject({ status: 503, errorCodes: ['SERVICE_UNAVAILABLE'] });
    reader.sent.destroy();
    expect((await query(LARGE)).data.campaignInteractions.nodes).toHaveLength(1000);
  });

  test('gives up its place when its client leaves', async () => {
    const { send, isWaiting, metric, calls, gateway } = await occupiedGateway();
    const [second, client] = [send(LARGE), new AbortController()];
    const fetched = gateway.fetch(new Request(graphqlRequest(LARGE), { signal: client.signal }));
    await isWaiting(2);
    second.sent.destroy();
    client.abort();
    await expect(fetched).rejects.toThrow('aborted');
    await isWaiting(0);
    expect(await metric('gateway_answers_refused_total')).toBe(0);
    expect(calls()).toEqual({});
  });

  test('does not keep small ones waiting, nor those that are refused for another reason', async () => {
    const { send, isWaiting, query } = await occupiedGateway();
    send(LARGE);
    await isWaiting(1);
    expect((await query(SMALL)).data).toEqual({ user: { name: 'Name of user-1' } });
    const nested =
      'nodes { campaign { interactions { nodes { campaign { interactions { nodes { id } } } } } } }';
    const { errors } = await query(`{ campaignInteractions(campaignId: "${CAMPAIGN_ID}") { ${nested} } }`);
    expect(errors?.[0]?.extensions).toMatchObject({ limit: 'answerFields' });
  });

  test('is ended while it is written, when its text is much more than its fields', async () => {
    const { reader, query, metric, areInFlight } = await occupiedGateway();
    const { errors } = await query(LONG);
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['SERVICE_UNAVAILABLE']);
    expect(await metric('gateway_answers_refused_total')).toBe(1);
    reader.sent.destroy();
    await areInFlight(0);
    expect((await query(LONG)).data.campaignInteractions.nodes).toHaveLength(80);
    await areInFlight(0);
  });
});

test.each([
  ['a small answer', SMALL, {}],
  ['a large answer', LONG, {}],
  ['a compressed answer', LONG, { 'accept-encoding': 'gzip' }],
  ['a compressed answer in several pieces', LARGE, { 'accept-encoding': 'br' }],
  ['an event stream', LARGE, { accept: 'text/event-stream' }],
  ['an answer of several parts', LARGE, { accept: 'multipart/mixed' }],
  ['a refused query', '{ nothing }', {}],
  ['no query', '{', {}],
])('%s holds nothing when it is read', async (_what, query, headers) => {
  const { send, metric, areInFlight, gateway } = await crowdedGateway();
  for (const way of [{}, { connection: 'close' }]) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
    await text(await send(query, { ...headers, ...way }).response);
  }
  await areInFlight(0);
  const sent = graphqlRequest(query);
  for (const [name, value] of Object.entries(headers)) sent.headers.set(name, value);
  await (await gateway.fetch(sent)).arrayBuffer();
  expect(await metric('gateway_answer_bytes_in_flight')).toBe(0);
});

test('each event of a subscription holds its bytes until the next one is wanted', async () => {
  const metrics = new GatewayMetrics();
  const inFlight = async () => /^gateway_answer_bytes_in_flight (\d+)$/m.exec(await metrics.text())?.[1];
  const held: unknown[] = [];
  const { subscribe } = await subscriptionGatewayForTest(
    async function* source() {
      for (const size of [2000, 1]) {
        held.push(await inFlight());
        yield range(size).map((n) => ({ id: `campaign-${n}` }));
      }
      held.push(await inFlight());
    },
    { metrics },
  );
  const { results } = await subscribe({
    query: `subscription { campaigns(campaignId: "${CAMPAIGN_ID}") { id } }`,
  });
  expect(results.map(({ data }) => data.campaigns.length)).toEqual([2000, 1]);
  expect(held).toEqual(['0', '0', '0']);
  expect(await inFlight()).toBe('0');
});
