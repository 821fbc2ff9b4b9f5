import { getEventListeners } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { UpstreamError } from '../../../src/errors.ts';
import { tokenIdentity } from '../../../src/identity/upstream-identity.ts';
import type { UpstreamRequest } from '../../../src/upstream/request.ts';
import { elapse, settle } from './fake-clock.ts';
import { aRequest, DeadlineOf, useSharedReads } from './use-request-dedupe.ts';

const PROOF_MS = 1_000;
const mine = tokenIdentity('mine');
const theirs = tokenIdentity('theirs');
const failure = new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', message: 'gone' });
const timedOut = { failure: { code: 'UPSTREAM_TIMEOUT' } };

const reads = useSharedReads(PROOF_MS);

describe('reads', () => {
  test('that are equal and under way at once share one call and one answer', async () => {
    const waiters = [reads.join(), reads.join()];
    await elapse(500);
    waiters.push(reads.join());
    expect(reads.calls).toHaveLength(1);
    const answer = reads.calls[0]?.answer();
    await settle();
    expect(answer).toBeDefined();
    for (const { outcome } of waiters) expect(outcome).toBe(answer);
  });

  test('that are equal fail together with one error, and a later one makes a new call', async () => {
    const waiters = [reads.join(), reads.join()];
    reads.calls[0]?.fail(failure);
    await settle();
    for (const { outcome } of waiters) expect(outcome).toBe(failure);
    reads.join();
    expect(reads.calls).toHaveLength(2);
  });

  test('that are equal and follow one another make two calls', async () => {
    reads.join();
    reads.calls[0]?.answer();
    await settle();
    reads.join();
    expect(reads.calls).toHaveLength(2);
  });

  test.each<[what: string, differing: Partial<UpstreamRequest>]>([
    ['method', { method: 'GET' }],
    ['path', { path: '/api/v2/queues' }],
    ['query', { query: [['id', 'a']] }],
    [
      'order of the query',
      {
        query: [
          ['id', 'b'],
          ['id', 'a'],
        ],
      },
    ],
    ['body', { body: ['b', 'a'] }],
  ])('that differ in their %s make two calls', (_what, differing) => {
    const request = aRequest({
      method: 'POST',
      query: [
        ['id', 'a'],
        ['id', 'b'],
      ],
      body: ['a', 'b'],
    });
    reads.join({ request });
    reads.join({ request: { ...request } });
    expect(reads.calls).toHaveLength(1);
    reads.join({ request: { ...request, ...differing } });
    expect(reads.calls).toHaveLength(2);
  });

  test('of two identities make two calls, each with its own answer', async () => {
    const [one, other] = [reads.join({ identity: mine }), reads.join({ identity: theirs })];
    expect(reads.calls).toHaveLength(2);
    const answers = reads.calls.map((call) => call.answer());
    await settle();
    expect([one.outcome, other.outcome]).toEqual(answers);
    expect(one.outcome).not.toBe(other.outcome);
  });

  test('are joined only within `proofMs` of their start', async () => {
    const first = reads.join();
    await elapse(PROOF_MS);
    reads.join();
    expect(reads.calls).toHaveLength(1);
    await elapse(1);
    const late = reads.join();
    expect(reads.calls).toHaveLength(2);
    // The first read goes on for its followers, and its end does not remove the second.
    const answer = reads.calls[0]?.answer();
    await settle();
    expect(first.outcome).toBe(answer);
    expect(late.outcome).toBeUndefined();
    reads.join();
    expect(reads.calls).toHaveLength(2);
  });

  test('whose work throws before it returns a promise reject with that error', async () => {
    const mistake = new TypeError('a mistake');
    const broken = reads.join({
      work: () => {
        throw mistake;
      },
    });
    await settle();
    expect(broken.outcome).toBe(mistake);
    reads.join();
    expect(reads.calls).toHaveLength(1);
    expect(reads.calls[0]?.shared.signal.aborted).toBe(false);
  });
});

describe('a follower', () => {
  test('leaves at its own deadline, without effect on the others', async () => {
    const [hasty, patient] = [reads.join({ patienceMs: 10 }), reads.join({ patienceMs: 100 })];
    await elapse(10);
    expect(hasty.outcome).toMatchObject(timedOut);
    expect(patient.outcome).toBeUndefined();
    const answer = reads.calls[0]?.answer();
    await settle();
    expect(patient.outcome).toBe(answer);
  });

  test('that leaves as the last one aborts the call, and the next read begins another', async () => {
    const requestScope = new AbortController();
    reads.join({ patienceMs: 10 });
    reads.join({ requestScope });
    await elapse(10);
    expect(reads.calls[0]?.shared.signal.aborted).toBe(false);
    requestScope.abort();
    await settle();
    expect(reads.calls[0]?.shared.signal.aborted).toBe(true);
    const next = reads.join();
    expect(reads.calls).toHaveLength(2);
    reads.calls[1]?.answer();
    await settle();
    expect(next.outcome).not.toBeInstanceOf(Error);
  });

  test('extends the deadline of the call to its own, if later, until it leaves', async () => {
    const requestScope = new AbortController();
    reads.join({ patienceMs: 100 });
    const { shared } = reads.calls[0] ?? {};
    expect(shared?.latestMs()).toBe(100);
    reads.join({ patienceMs: 300, requestScope });
    reads.join({ patienceMs: 200 });
    expect(shared?.latestMs()).toBe(300);
    requestScope.abort();
    await settle();
    expect(shared?.latestMs()).toBe(200);
  });

  test('that comes after its deadline begins no call, and disturbs none', async () => {
    const first = reads.join({ patienceMs: 0 });
    await settle();
    expect(first.outcome).toMatchObject(timedOut);
    const gone = new AbortController();
    gone.abort();
    reads.join({ requestScope: gone });
    await settle();
    expect(reads.calls).toHaveLength(0);
    const patient = reads.join();
    const late = reads.join({ patienceMs: 0 });
    await settle();
    expect(late.outcome).toMatchObject(timedOut);
    const answer = reads.calls[0]?.answer();
    await settle();
    expect(patient.outcome).toBe(answer);
  });

  test('that comes in the same moment as one that is too late is served', async () => {
    reads.join({ patienceMs: 0 });
    const inTime = reads.join();
    await settle();
    expect(reads.calls).toHaveLength(1);
    const answer = reads.calls[0]?.answer();
    await settle();
    expect(inTime.outcome).toBe(answer);
  });

  test('that shares its deadline with another is settled like the other', async () => {
    const deadline = new DeadlineOf(100);
    const waiters = [reads.join({ deadline }), reads.join({ deadline })];
    const answer = reads.calls[0]?.answer();
    await settle();
    expect(waiters.map(({ outcome }) => outcome)).toEqual([answer, answer]);
    const timely = [reads.join({ deadline }), reads.join({ deadline })];
    await elapse(100);
    for (const { outcome } of timely) expect(outcome).toMatchObject(timedOut);
    expect(reads.calls[1]?.shared.signal.aborted).toBe(true);
  });

  test('that comes in the moment in which the last one leaves keeps the call going', async () => {
    const requestScope = new AbortController();
    reads.join({ requestScope });
    requestScope.abort();
    const next = reads.join();
    await settle();
    expect(reads.calls).toHaveLength(1);
    expect(reads.calls[0]?.shared.signal.aborted).toBe(false);
    const answer = reads.calls[0]?.answer();
    await settle();
    expect(next.outcome).toBe(answer);
  });

  test('that comes around the moment of the answer gets an answer', async () => {
    for (let microtasks = 0; microtasks < 20; microtasks += 1) {
      reads.join();
      reads.calls.at(-1)?.answer();
      for (let n = 0; n < microtasks; n += 1) await Promise.resolve();
      const next = reads.join();
      await settle();
      if (next.outcome === undefined) reads.calls.at(-1)?.answer();
      await settle();
      expect(next.outcome, `after ${microtasks} microtasks`).toMatchObject({ body: 'answer' });
    }
  });

  test('that comes around the moment in which the last one leaves gets an answer', async () => {
    for (let microtasks = 0; microtasks < 20; microtasks += 1) {
      const requestScope = new AbortController();
      reads.join({ requestScope });
      requestScope.abort();
      for (let n = 0; n < microtasks; n += 1) await Promise.resolve();
      const next = reads.join();
      await settle();
      reads.calls.at(-1)?.answer();
      await settle();
      expect(next.outcome, `after ${microtasks} microtasks`).toMatchObject({ body: 'answer' });
    }
  });

  test('leaves no timer and no listener behind', async () => {
    const requestScopes = [new AbortController(), new AbortController(), new AbortController()];
    const [answered, aborted, late] = requestScopes;
    for (const requestScope of requestScopes)
      reads.join({ patienceMs: 10, ...(requestScope && { requestScope }) });
    aborted?.abort();
    await settle();
    reads.calls[0]?.answer();
    await settle();
    reads.join({ patienceMs: 10, ...(late && { requestScope: late }) });
    await elapse(10);
    expect(vi.getTimerCount()).toBe(0);
    for (const requestScope of [answered, aborted, late]) {
      expect(requestScope && getEventListeners(requestScope.signal, 'abort')).toEqual([]);
    }
  });
});
