import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CallerKey, callerKeyOf } from '../../../../src/identity/caller.ts';
import { CallerShares, type SharingRules } from '../../../../src/upstream/quota/caller-shares.ts';
import { QuotaWindow } from '../../../../src/upstream/quota/window.ts';
import { propertyRuns, timeout } from '../../../property/property-runs.ts';

const MINUTE_MS = 60_000;
const ANY_NUMBER = { reserve: 0.2, mostCallers: null };

/** Callers of one identity, whose upstream allows so many calls a minute. */
class Callers {
  readonly #quota = new QuotaWindow();
  readonly #shares: CallerShares;
  readonly #allowed: number;
  #count = 0;
  nowMs = 1;

  constructor(allowed: number, rules: SharingRules = ANY_NUMBER) {
    this.#allowed = allowed;
    this.#shares = new CallerShares(rules, this.#quota);
  }

  get left(): number {
    return this.#allowed - this.#count;
  }

  /** Whether the caller may make a call; if so, the call is made and answered. */
  call(name: string, unknown = 0): boolean {
    const caller = keyOf(name);
    this.#shares.wanted(caller, this.nowMs);
    if (this.left < 1 || !this.#shares.admission(this.nowMs)(caller)) return false;
    const isFromReserve = this.#shares.started(caller, this.nowMs);
    this.#quota.started(this.nowMs);
    this.#count += 1;
    const resetSeconds = (MINUTE_MS - (this.nowMs % MINUTE_MS)) / 1000;
    this.#quota.learn({ count: this.#count, allowed: this.#allowed, resetSeconds }, this.nowMs, this.nowMs);
    this.#quota.accepted(this.nowMs);
    this.#quota.ended(false, this.nowMs);
    this.#shares.ended(caller, { wasSent: true, isFromReserve }, this.nowMs);
    this.#shares.foundUnknown(caller, unknown, this.nowMs);
    return true;
  }

  /** Calls that the caller can make at once, up to `most`. */
  callAll(name: string, most = Infinity, unknown = 0): number {
    let calls = 0;
    while (calls < most && this.call(name, unknown)) calls += 1;
    return calls;
  }

  /** A call that is given up before it is sent. */
  giveUp(name: string): void {
    const isFromReserve = this.#shares.started(keyOf(name), this.nowMs);
    this.#shares.ended(keyOf(name), { wasSent: false, isFromReserve }, this.nowMs);
  }

  /** Others spend the same quota outside of the gateway. */
  spendOutside(calls: number): void {
    this.#count += calls;
  }

  skip(ms: number): void {
    const before = Math.floor(this.nowMs / MINUTE_MS);
    this.nowMs += ms;
    if (Math.floor(this.nowMs / MINUTE_MS) > before) this.#count = 0;
  }

  nextWindow(): void {
    this.skip(MINUTE_MS - (this.nowMs % MINUTE_MS) + 1);
  }
}

function keyOf(name: string): CallerKey {
  return callerKeyOf('test', name);
}

describe('a caller that is alone', () => {
  test('has all but the reserve, from the first call on', () => {
    const callers = new Callers(300);
    expect(callers.callAll('a')).toBe(240);
    callers.nextWindow();
    expect(callers.callAll('a')).toBe(240);
  });

  test('has all when nobody else can come', () => {
    expect(new Callers(300, { reserve: 0.2, mostCallers: 1 }).callAll('a')).toBe(300);
  });

  test('has all without a reserve', () => {
    expect(new Callers(300, { reserve: 0, mostCallers: null }).callAll('a')).toBe(300);
  });

  test('can make a call when the window has very few', () => {
    expect(new Callers(1).callAll('a')).toBe(1);
  });
});

describe('a caller that comes in the middle of a window', () => {
  test('has the reserve for the rest of it, and its full share from the next on', () => {
    const callers = new Callers(300, { reserve: 0.2, mostCallers: 2 });
    expect(callers.callAll('a')).toBe(240);
    callers.skip(30_000);
    expect(callers.callAll('b')).toBe(60);
    callers.nextWindow();
    expect(callers.callAll('a')).toBe(150);
    expect(callers.callAll('b')).toBe(150);
  });

  test('has more when others have left it', () => {
    const callers = new Callers(300, { reserve: 0.2, mostCallers: 2 });
    callers.callAll('a', 20);
    expect(callers.callAll('b', 10)).toBe(10);
    expect(callers.callAll('a')).toBe(130);
    expect(callers.callAll('b')).toBe(140);
  });

  test('takes nothing of the shares of those who were there before', () => {
    const callers = new Callers(300);
    callers.callAll('a', 1);
    callers.callAll('b', 1);
    callers.nextWindow();
    expect(callers.callAll('a')).toBe(120);
    expect(callers.callAll('b', 20)).toBe(20);
    expect(callers.callAll('c')).toBe(60);
    expect(callers.callAll('b')).toBe(60);
  });

  test('shares the reserve with others that come', () => {
    const callers = new Callers(300);
    callers.callAll('a');
    expect(callers.callAll('b', 40)).toBe(40);
    expect(callers.callAll('c')).toBe(20);
  });
});

describe('a caller beyond its share', () => {
  test('has what those leave who do not come any more', () => {
    const callers = new Callers(300, { reserve: 0.2, mostCallers: 2 });
    callers.callAll('a', 1);
    callers.callAll('b', 1);
    callers.nextWindow();
    callers.callAll('a', 1);
    callers.nextWindow();
    callers.callAll('a', 1);
    callers.nextWindow();
    expect(callers.callAll('a')).toBe(240);
  });

  test('is one that asks for unknown ids after half as many calls', () => {
    const callers = new Callers(300, { reserve: 0.2, mostCallers: 2 });
    callers.callAll('a', 1);
    callers.callAll('b', 1);
    callers.nextWindow();
    callers.callAll('b', 150);
    expect(callers.callAll('a', Infinity, 1)).toBe(150);
    callers.nextWindow();
    expect(callers.callAll('a', 76, 1)).toBe(76);
    // The unspent share of b is all that is left beside what a has taken twice.
    expect(callers.callAll('b')).toBe(224);
  });
});

test('calls that were never made cost their caller nothing', () => {
  const callers = new Callers(300);
  callers.call('a');
  for (let n = 0; n < 500; n += 1) callers.giveUp('a');
  expect(callers.callAll('a')).toBe(239);
});

test('what others spend outside of the gateway makes the shares of all smaller', () => {
  const callers = new Callers(300, { reserve: 0.2, mostCallers: 2 });
  callers.callAll('a', 1);
  callers.callAll('b', 1);
  callers.nextWindow();
  callers.spendOutside(100);
  callers.callAll('b', 1);
  expect(callers.callAll('a')).toBe(100);
  expect(callers.callAll('b')).toBe(99);
});

test('a caller within its share has the reserve when others outside of the gateway take the rest', () => {
  const callers = new Callers(300);
  callers.callAll('a', 1);
  callers.nextWindow();
  callers.spendOutside(239);
  expect(callers.callAll('a')).toBe(61);
});

describe('over generated arrivals', { timeout }, () => {
  const step = fc.record({
    caller: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    calls: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 200 })),
    unknown: fc.constantFrom(0, 0, 0, 1, 0.5),
    skipMs: fc.oneof(fc.constant(0), fc.nat(20_000)),
  });

  test('no caller is refused within its share because of another, and newcomers find the reserve', () => {
    const property = fc.property(
      fc.integer({ min: 10, max: 300 }),
      fc.constantFrom(0.1, 0.2, 0.5),
      fc.array(step, { minLength: 5, maxLength: 80 }),
      (allowed, reserve, steps) => {
        const callers = new Callers(allowed, { reserve, mostCallers: null });
        const kept = Math.floor(allowed * reserve);
        let window = -1;
        let before = new Set<string>();
        let active = new Set<string>();
        let spent = new Map<string, number>();
        for (const { caller, calls, unknown, skipMs } of steps) {
          callers.skip(skipMs);
          const now = Math.floor(callers.nowMs / MINUTE_MS);
          if (now !== window) {
            before = now === window + 1 ? active : new Set();
            active = new Set();
            spent = new Map();
            window = now;
          }
          active.add(caller);
          const share = Math.max(1, Math.floor((allowed - kept) / before.union(active).size));
          for (let n = 0; n < calls; n += 1) {
            const used = spent.get(caller) ?? 0;
            const newcomers = [...active].filter((name) => !before.has(name));
            const isOnlyNewcomer = newcomers.length === 1 && newcomers[0] === caller;
            const isSafe = (before.has(caller) && used < share) || (isOnlyNewcomer && used < kept);
            const { left } = callers;
            const wasMade = callers.call(caller, unknown);
            expect(wasMade || !isSafe, `${caller} after ${used} of ${share}, ${left} left`).toBe(true);
            // Without newcomers, nobody goes into the reserve.
            expect(!wasMade || left > kept || newcomers.length > 0).toBe(true);
            if (wasMade) spent.set(caller, used + 1 + unknown);
          }
        }
      },
    );
    fc.assert(property, propertyRuns);
  });
});
