import { beforeEach, describe, expect, test } from 'vitest';
import { callerKeyOf } from '../../../src/identity/caller.ts';
import { CallBudget } from '../../../src/upstream/budget.ts';
import { InFlightBatches } from '../../../src/loading/in-flight.ts';
import type { AnsweredEntities } from '../../../src/loading/read-batch.ts';
import type { RequestScope } from '../../../src/upstream/call.ts';
import {
  departments,
  HeldUpstream,
  HOUR_MS,
  PROOF_MS,
  type User,
  type UserPart,
  users,
} from './held-upstream.ts';

let upstream: HeldUpstream;
/** Ids of each answer that was to be kept. */
let kept: (readonly string[])[];
let batches: InFlightBatches<User, UserPart>;

function batchesForTest(): InFlightBatches<User, UserPart> {
  const keep = ({ entities }: AnsweredEntities<User>) => void kept.push([...entities.keys()]);
  return new InFlightBatches(users, { keep }, upstream.options());
}

beforeEach(() => {
  upstream = new HeldUpstream();
  kept = [];
  batches = batchesForTest();
});

/** Departments of the ids, loaded for a request of its own unless one is given. */
function load(
  ids: readonly string[],
  expand: readonly UserPart[] = [],
  requestScope: RequestScope = upstream.request(),
) {
  return departments(batches.load(requestScope, ids, expand, null), ids);
}

async function sentBy(loads: readonly Promise<unknown>[]): Promise<string[][]> {
  const calls = await upstream.made();
  const sent = calls.map((call) => call.send());
  await Promise.all([...calls.map((call) => call.answer()), ...loads]);
  return sent;
}

describe('ids that are needed in the same tick', () => {
  test('go in one batch, each once', async () => {
    const loads = [load(['a', 'b']), load(['b', 'c']), load(['a'])];
    expect(await sentBy(loads)).toEqual([['a', 'b', 'c']]);
    expect(await Promise.all(loads)).toEqual([['first', 'first'], ['first', 'first'], ['first']]);
    expect(kept).toEqual([['a', 'b', 'c']]);
  });

  test('go in more batches when they are too many for one', async () => {
    const loads = [load(['a', 'b']), load(['c', 'd', 'e', 'f', 'g'])];
    expect(await sentBy(loads)).toEqual([['a', 'b', 'c'], ['d', 'e', 'f'], ['g']]);
    expect(await Promise.all(loads)).toEqual([Array(2).fill('first'), Array(5).fill('first')]);
    const others = [load(['a', 'b', 'c', 'd']), load(['e'])];
    expect(await sentBy(others)).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e'],
    ]);
    expect(await Promise.all(others)).toEqual([Array(4).fill('first'), ['first']]);
  });

  test('go in a batch with more parts, never in one with fewer', async () => {
    const loads = [load(['a'], ['skills', 'presence']), load(['a'], ['presence']), load(['a', 'b'])];
    expect(await sentBy(loads)).toEqual([['presence', 'skills', 'a'], ['b']]);
    const others = [load(['a']), load(['a'], ['presence'])];
    expect(await sentBy(others)).toEqual([['a'], ['presence', 'a']]);
  });

  test('are added to an open batch with the same parts in any order', async () => {
    const loads = [load(['a'], ['skills', 'presence']), load(['b'], ['presence', 'skills'])];
    // No batch was joinable for `b` but one that does not carry it.
    expect(await sentBy(loads)).toEqual([['presence', 'skills', 'a', 'b']]);
  });
});

describe('a batch', () => {
  test('takes more ids while it waits for its permit, however long, and none once it is sent', async () => {
    const first = load(['a']);
    const call = await upstream.onlyCall();
    await upstream.clock.skip(HOUR_MS / 2);
    const second = load(['a', 'b']);
    expect(await upstream.made()).toEqual([]);
    expect(call.send()).toEqual(['a', 'b']);
    const third = load(['b', 'c']);
    const next = await upstream.onlyCall();
    expect(next.send()).toEqual(['c']);
    await Promise.all([call.answer('of one'), next.answer('of another')]);
    expect(await Promise.all([first, second, third])).toEqual([
      ['of one'],
      ['of one', 'of one'],
      ['of one', 'of another'],
    ]);
  });

  test('is joined for `proofMs` after it was sent, and later only by a request that follows it already', async () => {
    const follower = upstream.request();
    const first = load(['a'], [], follower);
    const call = await upstream.onlyCall();
    call.send();
    await upstream.clock.skip(PROOF_MS / 2);
    const inTime = load(['a']);
    expect(await upstream.made()).toEqual([]);
    await upstream.clock.skip(PROOF_MS);
    const again = load(['a'], [], follower);
    expect(await upstream.made()).toEqual([]);
    const late = load(['a']);
    await (await upstream.onlyCall()).answer('anew');
    await call.answer();
    expect(await Promise.all([first, inTime, again, late])).toEqual([
      ['first'],
      ['first'],
      ['first'],
      ['anew'],
    ]);
  });

  test('is not joined any more once its last follower has left', async () => {
    const client = new AbortController();
    const left = load(['a'], [], upstream.request(client));
    const call = await upstream.onlyCall();
    client.abort();
    expect(await left).toEqual(['UPSTREAM_TIMEOUT']);
    expect(call.shared.signal.aborted).toBe(true);
    const later = load(['a', 'b']);
    const next = await upstream.onlyCall();
    expect(next.send()).toEqual(['a', 'b']);
    await next.answer('anew');
    expect(await later).toEqual(['anew', 'anew']);
  });

  test('that is given up before the end of its tick is not made', async () => {
    const client = new AbortController();
    const left = load(['a'], [], upstream.request(client));
    client.abort();
    expect(await left).toEqual(['UPSTREAM_TIMEOUT']);
    expect(await upstream.made()).toEqual([]);
    expect(batches.isEmpty).toBe(true);
  });

  test('that fails is the reason of each of its ids, for each request that waits', async () => {
    const loads = [load(['a', 'b']), load(['b'])];
    await (await upstream.onlyCall()).fail();
    expect(await Promise.all(loads)).toEqual([
      ['UPSTREAM_UNAVAILABLE', 'UPSTREAM_UNAVAILABLE'],
      ['UPSTREAM_UNAVAILABLE'],
    ]);
    expect([kept, batches.isEmpty]).toEqual([[], true]);
  });

  test('is registered, with the ids that it carries, from its opening to its end', async () => {
    expect([batches.isEmpty, batches.carries('a')]).toEqual([true, false]);
    const loading = load(['a'], ['presence']);
    expect([batches.isEmpty, batches.carries('a'), batches.carries('b')]).toEqual([false, true, false]);
    const call = await upstream.onlyCall();
    expect(batches.carries('a')).toBe(true);
    await call.answer();
    await loading;
    expect([batches.isEmpty, batches.carries('a')]).toEqual([true, false]);
  });

  test('is not joined any more once the register is dropped, and answers those who wait', async () => {
    const before = load(['a']);
    const call = await upstream.onlyCall();
    batches.drop();
    expect([batches.isEmpty, batches.carries('a')]).toEqual([true, false]);
    const after = load(['a']);
    const next = await upstream.onlyCall();
    await call.answer();
    expect(batches.carries('a')).toBe(true);
    await next.answer('anew');
    expect(await Promise.all([before, after])).toEqual([['first'], ['anew']]);
    expect(batches.isEmpty).toBe(true);
  });
});

describe('ids that the upstream does not know', () => {
  const me = callerKeyOf('test', 'me');
  const other = callerKeyOf('test', 'other');
  const requestOf = (caller: string) => upstream.request(new AbortController(), new CallBudget(10), caller);

  test('count for the callers that asked for them, in parts of the call', async () => {
    const loads = [
      load(['known', 'a'], [], requestOf('me')),
      load(['known', 'b'], [], requestOf('other')),
      load(['a', 'b'], [], requestOf('other')),
    ];
    await (await upstream.onlyCall()).answerRows(['{"id":"known","department":"first"}']);
    await Promise.all(loads);
    expect(upstream.unknown).toEqual([
      [me, 1 / 3],
      [other, 2 / 3],
    ]);
  });

  test('are none in a call that fails, or for whose ids there are rows', async () => {
    const failing = load(['a'], [], requestOf('me'));
    await (await upstream.onlyCall()).fail();
    const answered = load(['a'], [], requestOf('me'));
    await (await upstream.onlyCall()).answer();
    await Promise.all([failing, answered]);
    expect(upstream.unknown).toEqual([]);
  });
});
