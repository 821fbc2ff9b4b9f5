import { getEventListeners } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { UpstreamError } from '../../../../src/errors.ts';
import { tokenIdentity } from '../../../../src/identity/upstream-identity.ts';
import { elapse, settle } from '../fake-clock.ts';
import { GovernedCall } from './governed-call.ts';
import { countStarted, many, outcomes, useGovernor } from './use-governor.ts';

const MAX_CONCURRENT = 4;
const closing = new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', message: 'shut down' });

const governed = useGovernor(MAX_CONCURRENT);

describe('calls in flight', () => {
  test('are three at most before the upstream has accepted one, and then `maxConcurrent`', async () => {
    const calls = await governed.ask(...many(9));
    expect(countStarted(calls)).toBe(3);
    calls[0]?.accept();
    await settle();
    expect(countStarted(calls)).toBe(1 + MAX_CONCURRENT);
    calls[1]?.accept();
    await settle();
    expect(countStarted(calls)).toBe(2 + MAX_CONCURRENT);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('are counted per identity', async () => {
    const mine = await governed.ask(...many(5, { identity: tokenIdentity('mine') }));
    const theirs = await governed.ask(...many(5, { identity: tokenIdentity('theirs') }));
    expect([countStarted(mine), countStarted(theirs)]).toEqual([3, 3]);
    mine[0]?.refuse(60);
    await settle();
    theirs[0]?.accept();
    await settle();
    expect([countStarted(mine), countStarted(theirs)]).toEqual([3, 5]);
  });

  test('do not include calls whose permit has ended, and a permit ends only once', async () => {
    const call = await governed.askOne();
    call.accept();
    expect(() => call.turn.end()).toThrow(TypeError);
    const next = await governed.ask(...many(MAX_CONCURRENT + 1));
    expect(countStarted(next)).toBe(MAX_CONCURRENT);
  });
});

describe('the order of waiting calls', () => {
  test('lets callers take turns, each with its lists first', async () => {
    await governed.report(1, 100, 60);
    const running = await governed.ask(...many(MAX_CONCURRENT));
    const calls = await governed.ask(
      { caller: 'a' },
      { caller: 'a' },
      { caller: 'a', isList: true },
      { caller: 'b' },
      { caller: 'b', isList: true },
    );
    const order: number[] = [];
    for (const [n, call] of calls.entries()) void call.decided.then(() => order.push(n));
    for (const call of [...running, ...calls.slice(0, 1)]) {
      call.accept();
      await settle();
    }
    expect(order).toEqual([2, 4, 0, 3, 1]);
  });

  test('puts a call that comes in the very moment in which waiting calls may start behind them', async () => {
    await governed.report(10, 10, 60);
    let late: GovernedCall | undefined;
    setTimeout(() => (late = new GovernedCall(governed.governor)), 60_000);
    const waiting = await governed.ask(...many(3));
    await elapse(60_000);
    expect(outcomes(waiting)).toEqual(['started', 'started', 'waiting']);
    expect(late?.outcome).toBe('waiting');
  });

  test('puts a call that comes later behind the waiting calls', async () => {
    await governed.report(1, 100, 60);
    const [first] = await governed.ask(...many(MAX_CONCURRENT));
    const waiting = await governed.askOne();
    first?.accept();
    const late = await governed.askOne();
    expect(outcomes([waiting, late])).toEqual(['started', 'waiting']);
  });
});

describe('a call', () => {
  test('that is aborted while it waits is rejected with the reason of its signal, and leaves no timer', async () => {
    await governed.report(10, 10, 60);
    const [first, second] = await governed.ask(...many(2));
    expect(vi.getTimerCount()).toBe(1);
    first?.abort();
    second?.abort();
    await settle();
    expect(outcomes([first, second].filter((call) => call !== undefined))).toEqual(['aborted', 'aborted']);
    expect(first?.error).toBe(first?.signal.reason);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that is aborted in the very moment of its start has its permit, and frees its place at the end of it', async () => {
    await governed.report(1, 100, 60);
    const [first] = await governed.ask(...many(MAX_CONCURRENT));
    const [starting, next] = await governed.ask(...many(2));
    first?.accept();
    starting?.abort();
    await settle();
    expect([starting?.outcome, next?.outcome]).toEqual(['started', 'waiting']);
    starting?.turn.end();
    await settle();
    expect(next?.outcome).toBe('started');
  });

  test('that is aborted before it requests a permit gets none, and takes no place', async () => {
    const call = await governed.askOne({ isGivenUp: true });
    expect(call.error).toBe(call.signal.reason);
    const next = await governed.ask(...many(4));
    expect(countStarted(next)).toBe(3);
  });

  test('leaves no listener behind, whether it was started, refused or aborted', async () => {
    await governed.report(1, 100, 60);
    const running = await governed.ask(...many(MAX_CONCURRENT));
    const [started, refused, aborted] = await governed.ask({}, { patienceMs: 1_000 }, {});
    for (const call of [started, refused, aborted]) {
      expect(call && getEventListeners(call.signal, 'abort')).toHaveLength(1);
    }
    aborted?.abort();
    running[0]?.accept();
    running[1]?.refuse(10);
    await settle();
    expect([started, refused, aborted].map((call) => call?.outcome)).toEqual([
      'started',
      'refused',
      'aborted',
    ]);
    for (const call of [started, refused, aborted]) {
      expect(call && getEventListeners(call.signal, 'abort')).toEqual([]);
    }
  });
});

describe('a closed governor', () => {
  test('rejects waiting and new calls with the given reason, and leaves no timer', async () => {
    await governed.report(10, 10, 60);
    const waiting = await governed.ask(...many(3));
    expect(vi.getTimerCount()).toBe(1);
    governed.governor.close(closing);
    const late = await governed.askOne();
    expect([...waiting, late].map(({ error }) => error)).toEqual([closing, closing, closing, closing]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('lets calls in flight end, and leaves no timer then', async () => {
    const [first] = await governed.ask(...many(5));
    governed.governor.close(closing);
    await settle();
    first?.refuse(10);
    await settle();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('an identity that makes no more calls', () => {
  const mine = tokenIdentity('mine');

  /** Makes one call whose answer reports this count of 100. */
  async function spend(count: number, identity = mine): Promise<GovernedCall> {
    const call = await governed.askOne({ identity });
    call.accept({ count, allowed: 100, resetSeconds: 60 });
    return call;
  }

  /** Makes calls of so many other identities that idle ones are forgotten. */
  async function meetOthers(): Promise<void> {
    for (let n = 0; n < 64; n += 1) await spend(1, tokenIdentity(`${performance.now()} ${n}`));
  }

  test('is forgotten when others come, even within its window, if it has spent a tenth at most', async () => {
    await spend(10);
    await elapse(1_900);
    await meetOthers();
    expect(governed.governor.quotaOf(mine)).toMatchObject({ allowed: 100, used: 10 });
    await elapse(200);
    await meetOthers();
    await meetOthers();
    expect(governed.governor.quotaOf(mine)).toBeNull();
  });

  test('is kept within its window if it has spent more than a tenth', async () => {
    await spend(11);
    await elapse(2_100);
    await meetOthers();
    await meetOthers();
    expect(governed.governor.quotaOf(mine)).toMatchObject({ allowed: 100, used: 11 });
  });

  test('is kept within its window if it met a 429, whatever it has spent', async () => {
    const refused = await governed.askOne({ identity: mine });
    refused.refuse(1, { count: 2, allowed: 100, resetSeconds: 60 });
    await elapse(2_100);
    await spend(3);
    await elapse(2_100);
    await meetOthers();
    await meetOthers();
    expect(governed.governor.quotaOf(mine)).not.toBeNull();
  });

  test('is kept as long as one of its calls is in flight', async () => {
    await spend(1);
    const call = await governed.askOne({ identity: mine });
    await elapse(2_100);
    await meetOthers();
    await meetOthers();
    expect(governed.governor.quotaOf(mine)).toMatchObject({ allowed: 100, used: 2 });
    call.accept();
  });
});
