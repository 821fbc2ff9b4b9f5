import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/errors.ts';
import { systemClock } from '../../../../src/lib/clock.ts';
import { QuotaGovernor } from '../../../../src/upstream/quota/governor.ts';
import { propertyRuns, timeout } from '../../../property/property-runs.ts';
import { elapse, settle, useFakeClock } from '../fake-clock.ts';
import { GovernedCall } from './governed-call.ts';
import { type SimulatedCall, Simulation } from './simulated-calls.ts';
import { type QuotaRules, SimulatedQuota } from './simulated-quota.ts';

const WINDOWS = 4;
const OVER_DEMAND = 10;
const MAX_CONCURRENT = 6;

useFakeClock();

const rules = fc.record<QuotaRules>({
  windowSeconds: fc.integer({ min: 10, max: 20 }),
  allowed: fc.integer({ min: 20, max: 40 }),
  isOnClock: fc.boolean(),
});
const wayMs = fc.integer({ min: 1, max: 100 });

/** Calls that demand ten times the quota, evenly or in bursts. */
function demandFor({ windowSeconds, allowed }: QuotaRules): fc.Arbitrary<SimulatedCall[]> {
  const count = OVER_DEMAND * allowed * WINDOWS;
  const lastMs = WINDOWS * windowSeconds * 1000;
  return fc
    .record({
      burst: fc.integer({ min: 1, max: 60 }),
      shortestMs: fc.integer({ min: 1_000, max: 30_000 }),
      ways: fc.array(fc.tuple(wayMs, wayMs), { minLength: 5, maxLength: 20 }),
    })
    .map(({ burst, shortestMs, ways }) =>
      Array.from({ length: count }, (_, n) => {
        const [outMs = 1, backMs = 1] = ways[n % ways.length] ?? [];
        const atMs = Math.floor((lastMs * (n - (n % burst))) / count);
        const patienceMs = shortestMs + 100 * (n % 50);
        return { atMs, caller: `caller ${n % 7}`, isList: n % 10 === 0, patienceMs, outMs, backMs };
      }),
    );
}

describe('calls that demand ten times the quota', { timeout }, () => {
  test('use 95 % of each window at least, and are never answered with 429', async () => {
    const property = fc.asyncProperty(
      rules.chain((quotaRules) => fc.tuple(fc.constant(quotaRules), demandFor(quotaRules))),
      fc.integer({ min: 4, max: 10 }),
      async ([quotaRules, calls], maxConcurrent) => {
        const quota = new SimulatedQuota(quotaRules);
        new Simulation(new QuotaGovernor(systemClock, maxConcurrent), quota).schedule(calls);
        await elapse(WINDOWS * quotaRules.windowSeconds * 1000 + 120_000);
        expect(quota.windows.map(({ refused }) => refused).filter((refused) => refused > 0)).toEqual([]);
        // The first window on the clock had begun before the first call.
        const first = quotaRules.isOnClock ? 1 : 0;
        const whole = quota.windows.slice(first, WINDOWS - 1).map(({ accepted }) => accepted);
        expect(whole.length).toBeGreaterThanOrEqual(2);
        expect(Math.min(...whole)).toBeGreaterThanOrEqual(Math.floor(0.95 * quotaRules.allowed));
      },
    );
    await fc.assert(property, { ...propertyRuns, numRuns: Math.ceil(propertyRuns.numRuns / 5) });
  });
});

describe('callers that wait all the time', { timeout }, () => {
  test('get the same number of turns, however many calls each has waiting', async () => {
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: MAX_CONCURRENT }),
      // No fewer than may be in flight, or a caller might not be waiting when several calls end at once.
      fc.array(fc.integer({ min: MAX_CONCURRENT, max: 20 }), { minLength: 2, maxLength: 4 }),
      fc.array(wayMs, { minLength: 3, maxLength: 10 }),
      async (maxConcurrent, parallels, waysMs) => {
        const governor = new QuotaGovernor(systemClock, maxConcurrent);
        const order: number[] = [];
        const keepAsking = async (caller: number): Promise<void> => {
          const call = new GovernedCall(governor, { caller: String(caller) });
          await call.decided;
          if (call.outcome !== 'started') return;
          order.push(caller);
          setTimeout(() => call.accept(), waysMs[order.length % waysMs.length]);
          await keepAsking(caller);
        };
        for (const [caller, times] of parallels.entries()) {
          for (let n = 0; n < times; n += 1) void keepAsking(caller);
        }
        await elapse(5_000);
        governor.close(new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', message: 'over' }));
        await settle();
        expect(order.length).toBeGreaterThan(40);
        // The first `maxConcurrent` calls had started before other callers came.
        const turns = parallels.map(() => 0);
        for (const caller of order.slice(maxConcurrent)) {
          turns[caller] = (turns[caller] ?? 0) + 1;
          expect(Math.max(...turns) - Math.min(...turns)).toBeLessThanOrEqual(2);
        }
      },
    );
    await fc.assert(property, propertyRuns);
  });
});
