import { beforeEach, describe, expect, test, vi } from 'vitest';
import { elapse, settle } from '../fake-clock.ts';
import { countStarted, many, outcomes, useGovernor } from './use-governor.ts';

const MAX_CONCURRENT = 4;

const governed = useGovernor(MAX_CONCURRENT);

describe('a quota that is used up', () => {
  test('refuses at once what it cannot serve in time, and says when to come again', async () => {
    await governed.report(10, 10, 60);
    const call = await governed.askOne({ patienceMs: 30_000 });
    expect(call.outcome).toBe('refused');
    expect(call.error).toMatchObject({
      failure: { code: 'UPSTREAM_RATE_LIMITED', retryAfterSeconds: 60 },
      isTransient: false,
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('lets those wait for the next window who can', async () => {
    await governed.report(10, 10, 60);
    const call = await governed.askOne({ patienceMs: 61_000 });
    await elapse(59_999);
    expect(call.outcome).toBe('waiting');
    await elapse(1);
    expect(call.outcome).toBe('started');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('serves of those who wait as many as a window has, in their order, and refuses the others', async () => {
    await governed.report(10, 10, 60);
    const calls = await governed.ask(...many(12, { patienceMs: 90_000 }));
    expect(outcomes(calls)).toEqual([...many(10).map(() => 'waiting'), 'refused', 'refused']);
    // The place of one that leaves is free for the next who comes.
    calls[3]?.abort();
    const late = await governed.askOne({ patienceMs: 90_000 });
    expect(late.outcome).toBe('waiting');
    const later = await governed.askOne({ patienceMs: 90_000 });
    expect(later.outcome).toBe('refused');
  });

  test('refuses those behind when somebody comes whose turn is before theirs', async () => {
    await governed.report(10, 10, 60);
    const details = await governed.ask(...many(10, { patienceMs: 90_000 }));
    const list = await governed.askOne({ patienceMs: 90_000, isList: true });
    expect(list.outcome).toBe('waiting');
    expect(outcomes(details)).toEqual([...many(9).map(() => 'waiting'), 'refused']);
  });

  test('refuses those who wait as soon as others have spent what they waited for', async () => {
    await governed.report(1, 100, 60);
    const running = await governed.ask(...many(MAX_CONCURRENT));
    const waiting = await governed.askOne({ patienceMs: 30_000 });
    running[0]?.turn.answered({ count: 100, allowed: 100, resetSeconds: 60 });
    running[0]?.turn.end();
    await settle();
    expect(waiting.outcome).toBe('refused');
  });

  test('refuses nobody while the window has calls left and nobody is ahead', async () => {
    await governed.report(1, 10, 60);
    for (let used = 2; used <= 10; used += 1) {
      const call = await governed.askOne({ patienceMs: 40_000 });
      expect(call.outcome).not.toBe('refused');
      while (call.outcome === 'waiting') await elapse(100);
      call.accept({ count: used, allowed: 10, resetSeconds: Math.ceil((60_001 - performance.now()) / 1000) });
    }
    expect((await governed.askOne({ patienceMs: 100 })).outcome).toBe('refused');
  });
});

describe('how long calls take', () => {
  /** Two calls that took two seconds each: the next ones are given three, twice the deviation included. */
  beforeEach(async () => {
    const calls = await governed.ask({}, {});
    await elapse(2_000);
    for (const call of calls) call.accept({ count: 2, allowed: 10, resetSeconds: 60 });
    await settle();
  });

  test('lets everybody try where there is enough quota, however long calls took', async () => {
    const running = await governed.ask(...many(MAX_CONCURRENT));
    const [late, inTime] = await governed.ask({ patienceMs: 5_000 }, { patienceMs: 10_000 });
    await elapse(3_000);
    running[0]?.turn.end();
    await settle();
    expect([late?.outcome, inTime?.outcome]).toEqual(['started', 'waiting']);
  });

  test('decides whether it is too late for a call that had to wait for quota when a place is free, which then costs none', async () => {
    await governed.report(10, 10, 60);
    const calls = await governed.ask(...many(3, { patienceMs: 60_000 + 9_000 }));
    await elapse(60_100);
    expect(outcomes(calls)).toEqual(['started', 'started', 'waiting']);
    await elapse(8_000);
    calls[0]?.turn.end();
    await settle();
    expect(outcomes(calls)).toEqual(['started', 'started', 'refused']);
    expect(calls[2]?.error).toMatchObject({ failure: { code: 'UPSTREAM_RATE_LIMITED' } });
  });

  test('decides whether the next window comes in time', async () => {
    await governed.report(10, 10, 60);
    const windowMs = 60_000;
    const [late, inTime] = await governed.ask(
      { patienceMs: windowMs + 500 },
      { patienceMs: windowMs + 9_000 },
    );
    expect([late?.outcome, inTime?.outcome]).toEqual(['refused', 'waiting']);
  });

  test('decides for how many it comes in time, for they do not all go at once', async () => {
    await governed.report(10, 10, 60);
    const calls = await governed.ask(...many(10, { patienceMs: 60_000 + 5_500 }));
    const waiting = calls.filter(({ outcome }) => outcome === 'waiting').length;
    expect(waiting % MAX_CONCURRENT).toBe(0);
    expect(waiting).toBeGreaterThanOrEqual(MAX_CONCURRENT);
    expect(waiting).toBeLessThan(calls.length);
    expect(outcomes(calls.slice(waiting))).toEqual(calls.slice(waiting).map(() => 'refused'));
  });

  test('decides so for each of the windows to come', async () => {
    await governed.report(4, 4, 60);
    const calls = await governed.ask(...many(8, { patienceMs: 120_000 + 4_500 }));
    expect(outcomes(calls)).toEqual(calls.map(() => 'waiting'));
  });
});

describe('the pace after half of the window', () => {
  test('spreads what is left, for those who can wait', async () => {
    await governed.report(6, 10, 60);
    const calls = await governed.ask(...many(3));
    const startedAtMs: number[] = [];
    for (const [n, call] of calls.entries()) {
      while (call.outcome === 'waiting') await elapse(100);
      startedAtMs.push(call.decidedAtMs);
      call.accept({
        count: 7 + n,
        allowed: 10,
        resetSeconds: Math.ceil((60_001 - performance.now()) / 1000),
      });
    }
    const pauses = startedAtMs.map((atMs, n) => atMs - (startedAtMs[n - 1] ?? 0));
    for (const pauseMs of pauses) expect(pauseMs).toBeGreaterThan(10_000);
    expect(startedAtMs.at(-1)).toBeLessThan(60_000);
  });

  test('holds nobody back for more than a quarter of the time that they have', async () => {
    await governed.report(9, 10, 60);
    const call = await governed.askOne({ patienceMs: 4_000 });
    await elapse(999);
    expect(call.outcome).toBe('waiting');
    await elapse(1);
    expect(call.outcome).toBe('started');
  });

  test('lets those go at once who are in the way of somebody without more patience', async () => {
    await governed.report(6, 10, 60);
    const [patient, impatient] = await governed.ask({ patienceMs: 400_000 }, { patienceMs: 4_000 });
    await elapse(999);
    expect([patient?.outcome, impatient?.outcome]).toEqual(['waiting', 'waiting']);
    await elapse(1);
    expect([patient?.outcome, impatient?.outcome]).toEqual(['started', 'started']);
  });
});

describe('after a 429', () => {
  test('nothing goes until the time that it named; then two go to see, and with them the way is free', async () => {
    await governed.report(1, 100, 60);
    const [first, second] = await governed.ask(...many(2));
    await elapse(1);
    first?.refuse(10);
    second?.accept();
    const calls = await governed.ask(...many(8));
    await elapse(9_999);
    expect(countStarted(calls)).toBe(0);
    await elapse(1);
    expect(countStarted(calls)).toBe(2);
    await elapse(1);
    calls[0]?.accept();
    await settle();
    expect(countStarted(calls)).toBe(1 + MAX_CONCURRENT);
  });

  test('what cannot wait for so long is refused at once, those who wait already as well', async () => {
    await governed.report(1, 100, 60);
    const running = await governed.ask(...many(MAX_CONCURRENT));
    const [short, long] = await governed.ask({ patienceMs: 9_000 }, { patienceMs: 11_000 });
    running[0]?.refuse(10);
    await settle();
    expect([short?.outcome, long?.outcome]).toEqual(['refused', 'waiting']);
    expect(short?.error).toMatchObject({ failure: { retryAfterSeconds: 10 } });
    expect((await governed.askOne({ patienceMs: 9_000 })).outcome).toBe('refused');
  });

  test('another one while nothing goes is heeded too', async () => {
    await governed.report(1, 100, 60);
    const running = await governed.ask(...many(2));
    const waits = (await governed.ask(...many(3))).at(-1);
    await elapse(1);
    running[0]?.refuse(10);
    await elapse(5_000);
    running[1]?.refuse(20);
    await elapse(19_999);
    expect(waits?.outcome).toBe('waiting');
    await elapse(1);
    expect(waits?.outcome).toBe('started');
  });

  test('the next goes when one of those that went to see has no answer', async () => {
    await governed.report(1, 100, 60);
    const first = await governed.askOne();
    await elapse(1);
    first.refuse(10);
    const calls = await governed.ask(...many(4));
    await elapse(10_000);
    expect(countStarted(calls)).toBe(2);
    calls[0]?.turn.end();
    await settle();
    expect(countStarted(calls)).toBe(3);
  });
});
