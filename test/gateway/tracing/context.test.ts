import { describe, expect, test } from 'vitest';
import { forgetfulGatewayForTest, graphqlRequest } from '../../support/gateway.ts';
import { spanNamed, tracedGatewayForTest } from '../../support/traced-gateway.ts';

const USER = '{ user(id: "user-1") { email } }';
const TRACE = 'a'.repeat(31) + '1';
const PARENT = 'b'.repeat(15) + '2';

/** Headers of the only call that the upstream got. */
function headersUpstream({ sandbox }: { sandbox: { requests: { headers: object }[] } }) {
  expect(sandbox.requests).toHaveLength(1);
  return Object.fromEntries(Object.entries(sandbox.requests[0]?.headers ?? {}));
}

describe('the trace of a client', () => {
  test('continues in the gateway, and from there in the upstream', async () => {
    const gateway = await tracedGatewayForTest();
    const headers = { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'one=1,two=t61rcWkgMzE' };
    await (await gateway.ask(USER, headers)).text();
    const spans = await gateway.exported();
    expect(new Set(spans.map(({ traceId, traceState }) => `${traceId} ${traceState}`))).toEqual(
      new Set([`${TRACE} one=1,two=t61rcWkgMzE`]),
    );
    expect(spanNamed(spans, 'query').parentId).toBe(PARENT);
    const { spanId } = spanNamed(spans, 'GET users');
    expect(headersUpstream(gateway)).toMatchObject({
      traceparent: `00-${TRACE}-${spanId}-01`,
      tracestate: 'one=1,two=t61rcWkgMzE',
    });
  });

  test.each([
    ['zeros', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['truncated', `00-${TRACE}-${PARENT}`],
    ['capitals', `00-${TRACE.toUpperCase()}-${PARENT}-01`],
    ['too long', `00-${TRACE}-${PARENT}-01-more`],
    ['forbidden version', `ff-${TRACE}-${PARENT}-01`],
    ['two values', `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`],
    ['other text', 'nonsense'],
  ])('is ignored if its traceparent is invalid: %s', async (_how, traceparent) => {
    const gateway = await tracedGatewayForTest();
    await (await gateway.ask(USER, { traceparent, tracestate: 'one=1' })).text();
    const spans = await gateway.exported();
    const { parentId, traceId, traceState } = spanNamed(spans, 'query');
    expect([parentId, traceState]).toEqual(['', '']);
    expect(traceId).not.toBe(TRACE);
    const headers = headersUpstream(gateway);
    expect(headers['traceparent']).toMatch(new RegExp(`^00-${traceId}-[\\da-f]{16}-01$`));
    expect(headers).not.toHaveProperty('tracestate');
  });

  test('that is not recorded is passed on, and not recorded by the gateway either', async () => {
    const gateway = await tracedGatewayForTest();
    const answer = await gateway.ask(USER, { traceparent: `00-${TRACE}-${PARENT}-00` });
    expect(await answer.json()).toEqual({ data: { user: { email: 'user-1@example.com' } } });
    expect(await gateway.exported()).toEqual([]);
    const { traceparent } = headersUpstream(gateway);
    expect(traceparent).toMatch(new RegExp(`^00-${TRACE}-[\\da-f]{16}-00$`));
    expect(traceparent).not.toContain(PARENT);
  });

  test('is recorded as OTEL_TRACES_SAMPLER decides', async () => {
    const samplers = [
      ['always_on', '00', true],
      ['always_off', '01', false],
      ['parentbased_always_off', '01', true],
      ['parentbased_always_off', null, false],
      ['traceidratio', '01', false],
      ['parentbased_traceidratio', '01', true],
      ['parentbased_traceidratio', null, false],
    ] as const;
    for (const [sampler, flags, isRecorded] of samplers) {
      const env = { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: '0' };
      const { ask, exported } = await tracedGatewayForTest({ env });
      const headers = flags === null ? {} : { traceparent: `00-${TRACE}-${PARENT}-${flags}` };
      await (await ask(USER, headers)).text();
      expect([sampler, flags, (await exported()).length > 0]).toEqual([sampler, flags, isRecorded]);
    }
  });
});

test('calls carry no header for tracing unless the gateway traces, and then only traceparent', async () => {
  const plain = await forgetfulGatewayForTest();
  const traced = await tracedGatewayForTest();
  await Promise.all([plain.query(USER), traced.query(USER)]);
  const { traceparent, host: _host, ...rest } = headersUpstream(traced);
  expect(traceparent).toMatch(/^00-/);
  const { host: _other, ...ever } = headersUpstream(plain);
  expect(rest).toEqual(ever);
  expect(Object.keys(ever).toSorted()).toEqual(['accept', 'accept-encoding', 'authorization', 'connection']);
});

test('the upstream report of a request is the same with and without traces', async () => {
  const env = { UPSTREAM_REPORT: 'on' };
  const gateways = [await forgetfulGatewayForTest({ env }), await tracedGatewayForTest({ env })];
  const answers = gateways.map(async ({ gateway, calls }) => {
    const request = graphqlRequest('{ user(id: "user-1") { email division { name } manager { email } } }');
    request.headers.set('x-upstream-report', '1');
    const { data, extensions } = JSON.parse(await (await gateway.fetch(request)).text());
    const { calls: made, savedByReference, shared } = extensions.upstream;
    return [data, made.length, savedByReference, shared, calls()];
  });
  const [plain, traced] = await Promise.all(answers);
  expect(traced).toEqual(plain);
});
