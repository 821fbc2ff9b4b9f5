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

describe('reads that are the same', () => {
  test('and under way at once are one call, with one answer', async () => {
    const waiters = [reads.join(), reads.join()];
    await elapse(500);
    waiters.push(reads.join());
    expect(reads.calls).toHaveLength(1);
    const answer = reads.calls[0]?.answer();
    await settle();
    expect(answer).toBeDefined();
    for (const { outcome } of waiters) expect(outcome).toBe(answer);
  });

  test('fail together, with one error, and are not remembered', async () => {
    const waiters = [reads.join(), reads.join()];
    reads.calls[0]?.fail(failure);
    await settle();
    for (const { outcome } of waiters) expect(outcome).toBe(failure);
    reads.join();
    expect(reads.calls).toHaveLength(2);
  });

  test('one after the other are two calls', async () => {
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
  ])('but for their %s are not the same', (_what, differing) => {
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

  test('of two identities are two calls, each with its own answer', async () => {
    const [one, other] = [reads.join({ identity: mine }), reads.join({ identity: theirs })];
    expect(reads.calls).toHaveLength(2);
    const answers = reads.calls.map((call) => call.answer());
    await settle();
    expect([one.outcome, other.outcome]).toEqual(answers);
    expect(one.outcome).not.toBe(other.outcome);
  });

  test('are shared only while what began them still proves who asks', async () => {
    const first = reads.join();
    await elapse(PROOF_MS);
    reads.join();
    expect(reads.calls).toHaveLength(1);
    await elapse(1);
    const late = reads.join();
    expect(reads.calls).toHaveLength(2);
    // The first goes on for those who wait for it, and its end is not that of the second.
    const answer = reads.calls[0]?.answer();
    await settle();
    expect(first.outcome).toBe(answer);
    expect(late.outcome).toBeUndefined();
    reads.join();
    expect(reads.calls).toHaveLength(2);
  });

  test('that fail before there is a promise fail all the same', async () => {
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

describe('who waits', () => {
  test('leaves at a deadline of its own, and takes nothing from the others', async () => {
    const [hasty, patient] = [reads.join({ patienceMs: 10 }), reads.join({ patienceMs: 100 })];
    await elapse(10);
    expect(hasty.outcome).toMatchObject(timedOut);
    expect(patient.outcome).toBeUndefined();
    const answer = reads.calls[0]?.answer();
    await settle();
    expect(patient.outcome).toBe(answer);
  });

  test('as the last one ends the call by leaving, and who comes then begins another', async () => {
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

  test('decides until when the answer is of use', async () => {
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

  test('too late begins no call, and disturbs none', async () => {
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

  test('in the same moment as one who is too late is served', async () => {
    reads.join({ patienceMs: 0 });
    const inTime = reads.join();
    await settle();
    expect(reads.calls).toHaveLength(1);
    const answer = reads.calls[0]?.answer();
    await settle();
    expect(inTime.outcome).toBe(answer);
  });

  test('twice with the same deadline is told twice', async () => {
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

  test('from the moment in which the last one leaves keeps the call going', async () => {
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

  test('from around the moment of the answer has one', async () => {
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

  test('from around the moment in which the last one has left has an answer', async () => {
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
