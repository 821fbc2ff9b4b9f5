import { describe, expect, onTestFinished, test } from 'vitest';
import { callerKeyOf } from '../../../src/identity/caller.ts';
import { CredentialEvents } from '../../../src/identity/credential-events.ts';
import { tokenIdentity, type UpstreamIdentity } from '../../../src/identity/upstream-identity.ts';
import { UpstreamError } from '../../../src/errors.ts';
import { deadlineIn } from '../../../src/lib/deadline.ts';
import type { Fault } from '../../../src/sandbox/fault.ts';
import { startSandbox } from '../../../src/sandbox/start-sandbox.ts';
import { CallBudget } from '../../../src/upstream/budget.ts';
import { Turns } from '../../../src/lib/turns.ts';
import { UpstreamClient } from '../../../src/upstream/client.ts';
import { Http } from '../../../src/upstream/http/http.ts';
import { unobserved } from '../../../src/upstream/observer.ts';
import type { UpstreamRequest } from '../../../src/upstream/request.ts';
import { UpstreamUsage } from '../../../src/upstream/usage.ts';
import { TOKEN } from '../../support/gateway.ts';
import { CAMPAIGN_ID, supervisorsOrganisation } from '../../support/organisation.ts';
import { TestClock } from '../../support/test-clock.ts';

const closed = new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', message: 'closed' });
const HOUR_MS = 3_600_000;

/** A POST that the sandbox answers; `effect` alone makes a write of it. */
const request: UpstreamRequest = {
  resource: 'campaignProgress',
  permissions: ['outbound:campaign:view'],
  keys: 1,
  method: 'POST',
  path: '/api/v2/outbound/campaigns/progress',
  body: [CAMPAIGN_ID],
};
const write: UpstreamRequest = { ...request, effect: 'write' };

interface Surroundings {
  readonly faults?: readonly Fault[];
  readonly latencyMs?: number;
  readonly timeoutMs?: number;
  readonly concurrency?: number;
  readonly identity?: UpstreamIdentity;
}

/** A client over a sandbox, with a clock of which the test can skip hours. */
async function clientForTest({
  faults = [],
  latencyMs = 0,
  timeoutMs = 5_000,
  concurrency = 16,
  identity,
}: Surroundings = {}) {
  const sandbox = await startSandbox({
    organisation: supervisorsOrganisation(),
    faults,
    latencyMs,
    tokens: [TOKEN],
  });
  const clock = new TestClock();
  const turns = new Turns(clock);
  const http = new Http(5_000, turns, 16);
  onTestFinished(async () => {
    await http.dispose();
    await sandbox.close();
  });
  const closing = new AbortController();
  const outcomes: string[] = [];
  const client = new UpstreamClient(http, {
    apiUrl: sandbox.url,
    upstreamTimeoutMs: timeoutMs,
    upstreamConcurrency: concurrency,
    upstreamConnections: 16,
    quotaSharing: { ledger: null, shareAlone: 1, callers: null },
    identityProofSeconds: 60,
    credentialEvents: new CredentialEvents(),
    observer: { ...unobserved, called: (_resource, outcome) => outcomes.push(outcome) },
    clock,
    turns,
    closing: closing.signal,
  });
  return {
    sandbox,
    close: () => closing.abort(closed),
    /** Outcomes of the calls that are over. */
    outcomes,
    /** Makes a call on behalf of a request of its own. Resolves to `answer` or to the error's code. */
    make: async (wanted: UpstreamRequest, requester = new AbortController()) => {
      const read = client.readerFor({
        identity: identity ?? tokenIdentity(TOKEN),
        caller: callerKeyOf('test', 'one'),
        deadline: deadlineIn(clock, HOUR_MS, requester.signal),
        budget: new CallBudget(10),
        trace: null,
        usage: new UpstreamUsage(),
      });
      return read(wanted).then(
        () => 'answer',
        (error: { failure?: { code: string } }) => error.failure?.code,
      );
    },
    /** Skips the pauses before retries until the call is over. */
    skipUntil: async (call: Promise<unknown>) => {
      let isOver = false;
      void call.finally(() => (isOver = true));
      await expect.poll(async () => (await clock.skip(1_000), isOver)).toBe(true);
      return call;
    },
  };
}

const once = { resource: 'campaignProgress', times: 1 } as const;

describe('two equal writes at once', () => {
  test('are two calls, and reads beside them one', async () => {
    const { make, sandbox } = await clientForTest();
    expect(await Promise.all([write, write].map((each) => make(each)))).toEqual(['answer', 'answer']);
    expect(sandbox.requests).toHaveLength(2);
    const beside = [request, write, request].map((each) => make(each));
    expect(await Promise.all(beside)).toEqual(['answer', 'answer', 'answer']);
    expect(sandbox.requests).toHaveLength(4);
  });
});

describe('a write', () => {
  test.each<[string, Fault, string]>([
    ['a 503', { kind: 'status', status: 503, ...once }, 'UPSTREAM_UNAVAILABLE'],
    ['a 504', { kind: 'status', status: 504, ...once }, 'UPSTREAM_TIMEOUT'],
    ['a connection that broke before the answer', { kind: 'reset', ...once }, 'UPSTREAM_UNAVAILABLE'],
    [
      'a connection that broke in the answer',
      { kind: 'reset', afterBytes: 5, ...once },
      'UPSTREAM_UNAVAILABLE',
    ],
  ])('is not made again after %s, as a read is', async (_what, fault, code) => {
    const writing = await clientForTest({ faults: [fault] });
    expect(await writing.skipUntil(writing.make(write))).toBe(code);
    expect(writing.sandbox.requests).toHaveLength(1);
    const reading = await clientForTest({ faults: [fault] });
    expect(await reading.skipUntil(reading.make(request))).toBe('answer');
    expect(reading.sandbox.requests).toHaveLength(2);
  });

  test('is not made again after a timeout', async () => {
    const { make, sandbox } = await clientForTest({ faults: [{ kind: 'hang', ...once }], timeoutMs: 200 });
    expect(await make(write)).toBe('UPSTREAM_TIMEOUT');
    expect(sandbox.requests).toHaveLength(1);
  });

  test('is made once more after a 429', async () => {
    const { make, sandbox, skipUntil } = await clientForTest({
      faults: [{ kind: 'rateLimited', retryAfterSeconds: 2, ...once }],
    });
    expect(await skipUntil(make(write))).toBe('answer');
    expect(sandbox.requests.map(({ status }) => status)).toEqual([429, 200]);
  });

  test('fails with the second 429, where a read is made a third time', async () => {
    const faults = [{ kind: 'rateLimited', retryAfterSeconds: 2, ...once, times: 2 }] as const;
    const writing = await clientForTest({ faults });
    expect(await writing.skipUntil(writing.make(write))).toBe('UPSTREAM_RATE_LIMITED');
    expect(writing.sandbox.requests).toHaveLength(2);
    const reading = await clientForTest({ faults });
    expect(await reading.skipUntil(reading.make(request))).toBe('answer');
    expect(reading.sandbox.requests).toHaveLength(3);
  });

  test('is not made a third time after a 429 and a 503', async () => {
    const { make, sandbox, skipUntil } = await clientForTest({
      faults: [
        { kind: 'rateLimited', retryAfterSeconds: 2, ...once },
        { kind: 'status', status: 503, ...once },
      ],
    });
    expect(await skipUntil(make(write))).toBe('UPSTREAM_UNAVAILABLE');
    expect(sandbox.requests).toHaveLength(2);
  });

  test('that is answered without a body has succeeded, where a read has failed', async () => {
    const faults = [{ kind: 'status', status: 204, body: '', resource: 'campaignProgress' }] as const;
    const { make } = await clientForTest({ faults });
    expect(await make(write)).toBe('answer');
    expect(await make(request)).toBe('UPSTREAM_BAD_RESPONSE');
  });

  test('is made once more with a new login after a 401', async () => {
    const tokens = ['ended', TOKEN];
    const { key } = tokenIdentity(TOKEN);
    const { make, sandbox } = await clientForTest({
      identity: {
        key,
        derived: () => Buffer.alloc(32),
        token: () => tokens[0] ?? '',
        rejected: () => tokens.shift() !== undefined,
      },
    });
    expect(await make(write)).toBe('answer');
    expect(sandbox.requests.map(({ status }) => status)).toEqual([401, 200]);
  });

  test('goes on when its client leaves after it was sent, where a read is given up', async () => {
    const { make, sandbox, outcomes } = await clientForTest({
      faults: [{ kind: 'delay', ms: 200, resource: 'campaignProgress' }],
    });
    const clients = [new AbortController(), new AbortController()] as const;
    const calls = [make(write, clients[0]), make(request, clients[1])];
    await expect.poll(() => sandbox.requests.length).toBe(2);
    for (const client of clients) client.abort();
    expect(await Promise.all(calls)).toEqual(['UPSTREAM_TIMEOUT', 'UPSTREAM_TIMEOUT']);
    await expect.poll(() => outcomes).toEqual(['given_up', 'ok']);
  });

  test('has its answer also while the gateway closes, where a read has not', async () => {
    const { make, sandbox, close } = await clientForTest({
      latencyMs: 200,
      faults: [{ kind: 'status', status: 409, resource: 'campaignProgress' }],
    });
    const calls = [make(write), make(request)];
    await expect.poll(() => sandbox.requests.length).toBe(2);
    close();
    expect(await Promise.all(calls)).toEqual(['UPSTREAM_BAD_RESPONSE', 'UPSTREAM_UNAVAILABLE']);
    expect(sandbox.requests).toHaveLength(2);
  });

  test('is never sent when its client leaves before', async () => {
    const { make, sandbox } = await clientForTest({
      concurrency: 1,
      faults: [{ kind: 'delay', ms: 100, resource: 'campaignProgress' }],
    });
    const first = make(request);
    await expect.poll(() => sandbox.requests.length).toBe(1);
    const client = new AbortController();
    const waiting = make(write, client);
    client.abort();
    expect(await waiting).toBe('UPSTREAM_TIMEOUT');
    expect(await first).toBe('answer');
    expect(await make(request)).toBe('answer');
    expect(sandbox.requests).toHaveLength(2);
  });
});
