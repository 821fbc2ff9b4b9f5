import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { UpstreamError } from '../../../src/errors.ts';
import { tokenIdentity } from '../../../src/identity/upstream-identity.ts';
import { elapse, settle } from './fake-clock.ts';
import type { UpstreamRequest } from '../../../src/upstream/request.ts';
import { aRequest, useSharedReads } from './use-request-dedupe.ts';

const mine = tokenIdentity('mine');
const theirs = tokenIdentity('theirs');
const closing = new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', message: 'shut down' });

const reads = useSharedReads(1_000);

describe('a read under way', () => {
  const view = 'routing:queue:view';
  const edit = 'routing:queue:edit';
  beforeEach(() => {
    reads.join({ request: aRequest({ path: '/one', permissions: [view] }) });
    reads.join({ request: aRequest({ path: '/two', permissions: ['users', edit] }) });
    reads.join({ request: aRequest({ path: '/three' }) });
    reads.join({ request: aRequest({ path: '/one', permissions: [view] }), identity: theirs });
  });

  /** Joins all reads again. Paths of those for which another call is made. */
  function begunAgain(): string[] {
    const before = reads.calls.length;
    for (const path of ['/one', '/two', '/three']) reads.join({ request: aRequest({ path }) });
    reads.join({ request: aRequest({ path: '/one' }), identity: theirs });
    return reads.calls.slice(before).map(({ request }) => request.path);
  }

  test('with a revoked credential is no longer joined by its identity, and goes on for its followers', async () => {
    reads.shared.revoked(mine);
    expect(begunAgain()).toEqual(['/one', '/two', '/three']);
    reads.calls[0]?.answer();
    await settle();
    expect(reads.waiters[0]?.outcome).toMatchObject({ body: 'answer' });
    // The end of the dropped read does not remove the read that took its place.
    expect(begunAgain()).toEqual([]);
  });

  test('with a denied permission among its permissions is no longer joined by its identity', () => {
    reads.shared.denied(mine, { resource: 'users', permissions: [edit, 'other'] });
    expect(begunAgain()).toEqual(['/two']);
    reads.shared.denied(mine, { resource: 'users', permissions: ['other'] });
    reads.shared.denied(mine, { resource: 'users', permissions: [] });
    reads.shared.denied(tokenIdentity('nobody'), { resource: 'users', permissions: [view] });
    expect(begunAgain()).toEqual([]);
  });
});

describe('aborted calls', () => {
  test('reject all their followers with the reason, also when they were dropped before', async () => {
    const waiters = [reads.join(), reads.join({ identity: theirs })];
    reads.shared.revoked(mine);
    waiters.push(reads.join());
    for (const { shared } of reads.calls) shared.abort(closing);
    await settle();
    expect(waiters.map(({ outcome }) => outcome)).toEqual([closing, closing, closing]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

test('reads that are over are garbage collected', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const requests: WeakRef<UpstreamRequest>[] = [];
  for (let n = 0; n < 50; n += 1) {
    for (const patienceMs of [0, 10, 100]) {
      const request = aRequest({ path: `/${patienceMs}/${n}` });
      requests.push(new WeakRef(request));
      reads.join({ request, patienceMs });
    }
  }
  await elapse(10);
  for (const call of reads.calls.filter(({ request }) => request.path.startsWith('/100'))) call.answer();
  await settle();
  expect(reads.waiters.filter(({ outcome }) => outcome === undefined)).toEqual([]);
  reads.forget();
  await settle();
  collectGarbage();
  // A few requests may still be referenced from a stack.
  expect(requests.filter((each) => each.deref() !== undefined).length).toBeLessThan(5);
});
