import { beforeEach, describe, expect, test, vi } from 'vitest';
import { elapse, settle } from '../fake-clock.ts';
import { countStarted, many, outcomes, useGovernor } from './use-governor.ts';

const MAX_CONCURRENT = 4;

const governed = useGovernor(MAX_CONCURRENT);

describe('a quota that is used up', () => {
  test('refuses at once a call that it cannot serve in time, and names the seconds to wait', async () => {
    await governed.report(10, 10, 60);
    const call = await governed.askOne({ patienceMs: 30_000 });
    expect(call.outcome).toBe('refused');
    expect(call.error).toMatchObject({
      failure: { code: 'UPSTREAM_RATE_LIMITED', retryAfterSeconds: 60 },
      isTransient: false,
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('lets calls wait for the next window when they have the time', async () => {
    await governed.report(10, 10, 60);
    const call = await governed.askOne({ patienceMs: 61_000 });
    await elapse(59_999);
    expect(call.outcome).toBe('waiting');
    await elapse(1);
    expect(call.outcome).toBe('started');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('keeps as many waiting calls as the next window has, in their order, and refuses the others', async () => {
    await governed.report(10, 10, 60);
    const calls = await governed.ask(...many(12, { patienceMs: 90_000 }));
    expect(outcomes(calls)).toEqual([...many(10).map(() => 'waiting'), 'refused', 'refused']);
    // The place of an aborted call is free for the next call.
    calls[3]?.abort();
    const late = await governed.askOne({ patienceMs: 90_000 });
    expect(late.outcome).toBe('waiting');
    const later = await governed.askOne({ patienceMs: 90_000 });
    expect(later.outcome).toBe('refused');
  });

  test('refuses the last waiting call when a call comes that goes before it', async () => {
    await governed.report(10, 10, 60);
    const details = await governed.ask(...many(10, { patienceMs: 90_000 }));
    const list = await governed.askOne({ patienceMs: 90_000, isList: true });
    expect(list.outcome).toBe('waiting');
    expect(outcomes(details)).toEqual([...many(9).map(() => 'waiting'), 'refused']);
  });

  test('refuses waiting calls as soon as others have spent the quota that they waited for', async () => {
    await governed.report(1, 100, 60);
    const running = await governed.ask(...many(MAX_CONCURRENT));
    const waiting = await governed.askOne({ patienceMs: 30_000 });
    running[0]?.turn.answered({ count: 100, allowed: 100, resetSeconds: 60 });
    running[0]?.turn.end();
    await settle();
    expect(waiting.outcome).toBe('refused');
  });

  test('refuses no call while the window has calls left and no call is ahead', async () => {
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

describe('the duration of calls', () => {
  /** Two calls took two seconds each: the likely duration of the next is 3.5 s, twice the deviation included. */
  beforeEach(async () => {
    const calls = await governed.ask({}, {});
    await elapse(2_000);
    for (const call of calls) call.accept({ count: 2, allowed: 10, resetSeconds: 60 });
    await settle();
  });

  test('keeps no call from its start while there is enough quota', async () => {
    const running = await governed.ask(...many(MAX_CONCURRENT));
    const [late, inTime] = await governed.ask({ patienceMs: 5_000 }, { patienceMs: 10_000 });
    await elapse(3_000);
    running[0]?.turn.end();
    await settle();
    expect([late?.outcome, inTime?.outcome]).toEqual(['started', 'waiting']);
  });

  test('decides when a place is free whether a call that waited for quota is too late, at no cost of quota', async () => {
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

  test('decides whether the next window comes in time for a call', async () => {
    await governed.report(10, 10, 60);
    const windowMs = 60_000;
    const [late, inTime] = await governed.ask(
      { patienceMs: windowMs + 500 },
      { patienceMs: windowMs + 9_000 },
    );
    expect([late?.outcome, inTime?.outcome]).toEqual(['refused', 'waiting']);
  });

  test('decides for how many calls the next window comes in time, because not all can run at once', async () => {
    await governed.report(10, 10, 60);
    const calls = await governed.ask(...many(10, { patienceMs: 60_000 + 5_500 }));
    const waiting = calls.filter(({ outcome }) => outcome === 'waiting').length;
    expect(waiting % MAX_CONCURRENT).toBe(0);
    expect(waiting).toBeGreaterThanOrEqual(MAX_CONCURRENT);
    expect(waiting).toBeLessThan(calls.length);
    expect(outcomes(calls.slice(waiting))).toEqual(calls.slice(waiting).map(() => 'refused'));
  });

  test('decides for each of the coming windows how many calls it can serve in time', async () => {
    await governed.report(4, 4, 60);
    const calls = await governed.ask(...many(8, { patienceMs: 120_000 + 4_500 }));
    expect(outcomes(calls)).toEqual(calls.map(() => 'waiting'));
  });
});

describe('the pace after half of the window', () => {
  test('spreads the calls that are left, for calls that can wait', async () => {
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

  test('delays no call for more than a quarter of its time', async () => {
    await governed.report(9, 10, 60);
    const call = await governed.askOne({ patienceMs: 4_000 });
    await elapse(999);
    expect(call.outcome).toBe('waiting');
    await elapse(1);
    expect(call.outcome).toBe('started');
  });

  test('delays a patient call no longer than an impatient one behind it', async () => {
    await governed.report(6, 10, 60);
    const [patient, impatient] = await governed.ask({ patienceMs: 400_000 }, { patienceMs: 4_000 });
    await elapse(999);
    expect([patient?.outcome, impatient?.outcome]).toEqual(['waiting', 'waiting']);
    await elapse(1);
    expect([patient?.outcome, impatient?.outcome]).toEqual(['started', 'started']);
  });
});

describe('a 429', () => {
  test('stops calls until the time that it names; then two probes start, and the rest once one is accepted', async () => {
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

  test('makes the governor refuse at once calls that cannot wait so long, waiting calls included', async () => {
    await governed.report(1, 100, 60);
    const running = await governed.ask(...many(MAX_CONCURRENT));
    const [short, long] = await governed.ask({ patienceMs: 9_000 }, { patienceMs: 11_000 });
    running[0]?.refuse(10);
    await settle();
    expect([short?.outcome, long?.outcome]).toEqual(['refused', 'waiting']);
    expect(short?.error).toMatchObject({ failure: { retryAfterSeconds: 10 } });
    expect((await governed.askOne({ patienceMs: 9_000 })).outcome).toBe('refused');
  });

  test('that comes during a hold makes the hold longer', async () => {
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

  test('is followed by another probe when a probe ends without an answer', async () => {
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
