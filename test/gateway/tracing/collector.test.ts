import { pino } from 'pino';
import { expect, test } from 'vitest';
import { capturedLog } from '../../support/captured-log.ts';
import { collectorForTest } from '../../support/collector.ts';
import { forgetfulGatewayForTest, gatewayForTest } from '../../support/gateway.ts';
import { listeningForTest } from '../../support/listening.ts';
import { tracedGatewayForTest } from '../../support/traced-gateway.ts';

const USER = '{ user(id: "user-1") { email } }';
const userAnswer = { data: { user: { email: 'user-1@example.com' } } };

test('spans are sent to v1/traces below the endpoint, whether that ends in a slash or not', async () => {
  for (const below of ['', '/', '/of/ours', '/of/ours/']) {
    const collector = await collectorForTest();
    const { query, exported } = await tracedGatewayForTest({
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url + below },
    });
    await query(USER);
    await exported();
    expect(collector.requests.map(({ path }) => path)).toEqual([`${below.replace(/\/$/, '')}/v1/traces`]);
  }
});

test('spans are sent while the gateway runs, and none twice', async () => {
  const { query, collector, exported } = await tracedGatewayForTest();
  // More spans than one export holds.
  for (let n = 0; n < 300; n += 1) await query(USER);
  await expect.poll(() => collector.spans.length).toBeGreaterThan(0);
  const spans = await exported();
  expect(spans.filter(({ kind }) => kind === 'SERVER')).toHaveLength(300);
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
});

test.each([
  ['it is not there', async () => 'http://127.0.0.1:1', 'ECONNREFUSED'],
  [
    'it rejects the spans',
    async () =>
      listeningForTest((_request, response) => response.writeHead(401, 'no-secret').end('no-secret')),
    401,
  ],
  ['it never answers', async () => listeningForTest(() => undefined), undefined],
])('a failing collector changes no answer and is logged once, when %s', async (_when, address, detail) => {
  const { log, text, others } = capturedLog();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `${await address()}/secret-path` };
  const { query, gateway } = await forgetfulGatewayForTest({ env, log });
  // Enough requests for several exports of spans.
  for (let n = 0; n < 300; n += 1) expect(await query(USER)).toEqual(userAnswer);
  await gateway.dispose();
  expect(others()).toEqual([
    expect.objectContaining({
      level: pino.levels.values['warn'],
      msg: 'Traces cannot be sent',
      lostSpans: expect.any(Number),
      ...(detail !== undefined && { detail }),
    }),
  ]);
  expect(text()).not.toContain('secret');
});

test('the log states when spans can be sent again, and how many were lost', async () => {
  const { log, others } = capturedLog();
  const { query, collector, exported } = await tracedGatewayForTest({ log });
  collector.answer(400);
  // Exactly one export: 512 spans, four for each query.
  for (let n = 0; n < 128; n += 1) await query(USER);
  await expect.poll(() => others().length).toBe(1);
  collector.answer(200);
  await query(USER);
  await exported();
  expect(others().map(({ msg, lostSpans, detail }) => [msg, lostSpans, detail])).toEqual([
    ['Traces cannot be sent', 512, 400],
    ['Traces can be sent again', 512, undefined],
  ]);
});

test('a gateway that is shut down waits for its last spans to arrive', async () => {
  const arrived: string[] = [];
  const url = await listeningForTest((request, response) => {
    request.resume();
    setTimeout(() => {
      arrived.push(request.url ?? '');
      response.end();
    }, 300);
  });
  const { query, gateway } = await gatewayForTest({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: url } });
  await query(USER);
  await gateway.dispose();
  expect(arrived).toEqual(['/v1/traces']);
});
