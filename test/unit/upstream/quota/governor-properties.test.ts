import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../../src/lib/clock.ts';
import { QuotaGovernor } from '../../../../src/upstream/quota/governor.ts';
import { propertyRuns, timeout } from '../../../property/property-runs.ts';
import { elapse, useFakeClock } from '../fake-clock.ts';
import { GovernedCall } from './governed-call.ts';
import { type SimulatedCall, type SimulatedOutcome, Simulation } from './simulated-calls.ts';
import { type QuotaRules, SimulatedQuota } from './simulated-quota.ts';

/** Longest time of a call on its way to the upstream, and of its answer on the way back. */
const LONGEST_WAY_MS = 6_000;
const SHORT_WAY_MS = 300;
const LONGEST_WINDOW_MS = 60_000;
/** Times by which all calls have come, and by which all are over. */
const CAME_MS = 200_000;
const OVER_MS = 600_000;

useFakeClock();

const maxConcurrents = fc.integer({ min: 1, max: 10 });
const honestRules = fc.record<QuotaRules>({
  windowSeconds: fc.integer({ min: 10, max: LONGEST_WINDOW_MS / 1000 }),
  // No fewer than may be in flight at once, or the very first calls could be too many.
  allowed: fc.integer({ min: 10, max: 60 }),
  isOnClock: fc.boolean(),
});

const shortWayMs = fc.integer({ min: 1, max: SHORT_WAY_MS });
const wayMs = fc.oneof(
  { weight: 9, arbitrary: shortWayMs },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: LONGEST_WAY_MS }) },
);

/** Calls that come one by one and in bursts. */
function callsThat(
  fates: readonly NonNullable<SimulatedCall['fate']>[],
  ways = wayMs,
): fc.Arbitrary<SimulatedCall[]> {
  const call = fc.record<SimulatedCall>({
    atMs: fc.oneof(fc.nat(CAME_MS), fc.nat(CAME_MS / 10)),
    caller: fc.constantFrom('a', 'b', 'c'),
    isList: fc.boolean(),
    patienceMs: fc.oneof(fc.nat(10_000), fc.nat(CAME_MS)),
    outMs: ways,
    backMs: ways,
    fate: fc.constantFrom(...fates),
  });
  const times = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 40 }));
  return fc
    .array(fc.tuple(call, times), { maxLength: 40 })
    .map((bursts) => bursts.flatMap(([each, n]) => Array.from({ length: n }, () => each)));
}

async function simulate(
  rules: QuotaRules,
  maxConcurrent: number,
  calls: readonly SimulatedCall[],
  spent: readonly { readonly atMs: number; readonly calls: number }[] = [],
) {
  const quota = new SimulatedQuota(rules);
  const governor = new QuotaGovernor(systemClock, maxConcurrent);
  const simulation = new Simulation(governor, quota);
  simulation.schedule(calls);
  for (const { atMs, calls: others } of spent) setTimeout(() => quota.spend(others), atMs);
  await elapse(OVER_MS);
  return { simulation, quota, governor };
}

function isRefused({ call }: SimulatedOutcome): boolean {
  return call.outcome === 'refused';
}

/** Expects every call started, refused or aborted, no more in flight at once than allowed, and no timer left behind. */
function expectNoneLost(
  simulation: Simulation,
  maxConcurrent: number,
  calls: readonly SimulatedCall[],
): void {
  expect(simulation.outcomes).toHaveLength(calls.length);
  expect(simulation.mostUnderWay).toBeLessThanOrEqual(maxConcurrent);
  expect(vi.getTimerCount()).toBe(0);
}

describe('calls to an upstream with honest headers and no other consumer', { timeout }, () => {
  test('are never answered with 429, and never lost', async () => {
    const property = fc.asyncProperty(
      honestRules,
      maxConcurrents,
      callsThat(['answered']),
      async (rules, maxConcurrent, calls) => {
        const { simulation, quota } = await simulate(rules, maxConcurrent, calls);
        expectNoneLost(simulation, maxConcurrent, calls);
        expect(quota.windows.map(({ refused }) => refused).filter((refused) => refused > 0)).toEqual([]);
      },
    );
    await fc.assert(property, propertyRuns);
  });

  test('are refused only when the quota has no room for them, or when they come too late for an answer', async () => {
    const property = fc.asyncProperty(
      honestRules,
      maxConcurrents,
      callsThat(['answered'], shortWayMs),
      async (rules, maxConcurrent, calls) => {
        const { simulation } = await simulate(rules, maxConcurrent, calls);
        for (const { call, left, sinceMs } of simulation.outcomes.filter(isRefused)) {
          // Seconds are rounded up and count from their arrival here, so that a window's end is known a little late.
          const isEndKnown = sinceMs > 1_000 + SHORT_WAY_MS;
          // The likely duration of a call is the average and twice the deviation from it.
          const isInTime = call.latestMs - call.decidedAtMs > 3 * (2 * SHORT_WAY_MS);
          const beside = simulation.outcomes.filter(
            (other) => other.askedAtMs <= call.decidedAtMs && other.call.decidedAtMs >= call.decidedAtMs,
          );
          // Calls in flight are taken as not counted yet.
          const room = left - maxConcurrent - (beside.length - 1);
          expect(isEndKnown && isInTime ? room : 0).toBeLessThanOrEqual(0);
        }
      },
    );
    await fc.assert(property, propertyRuns);
  });

  test('start within a caller lists first, then details', async () => {
    const property = fc.asyncProperty(
      honestRules,
      maxConcurrents,
      callsThat(['answered']),
      async (rules, maxConcurrent, calls) => {
        const { simulation } = await simulate(rules, maxConcurrent, calls);
        const started = simulation.outcomes.filter(({ call }) => call.outcome === 'started');
        const details = started.filter(({ plan }) => !plan.isList);
        const lists = started.filter(({ plan }) => plan.isList);
        for (const { call, plan } of details) {
          const overtaken = lists.filter(
            (list) =>
              list.plan.caller === plan.caller &&
              list.askedAtMs < call.decidedAtMs &&
              list.call.decidedAtMs > call.decidedAtMs,
          );
          expect(overtaken).toEqual([]);
        }
      },
    );
    await fc.assert(property, propertyRuns);
  });
});

const anyRules = fc.record<QuotaRules>(
  {
    windowSeconds: fc.integer({ min: 1, max: LONGEST_WINDOW_MS / 1000 }),
    allowed: fc.nat(40),
    hidden: fc.integer({ min: 1, max: 40 }),
    isOnClock: fc.boolean(),
    isRoundedDown: fc.boolean(),
  },
  { requiredKeys: ['windowSeconds', 'allowed', 'isOnClock'] },
);
const spendings = fc.array(fc.record({ atMs: fc.nat(CAME_MS), calls: fc.integer({ min: 1, max: 100 }) }), {
  maxLength: 5,
});

describe(
  'calls to an upstream that hides limits, rounds, is silent or fails, with other consumers of its quota',
  {
    timeout,
  },
  () => {
    const anyCalls = callsThat(['answered', 'answered', 'silent', 'unanswered', 'lost']);

    test('are never lost, and a later call starts once the upstream is calm again', async () => {
      const property = fc.asyncProperty(
        anyRules,
        maxConcurrents,
        anyCalls,
        spendings,
        async (rules, maxConcurrent, calls, spent) => {
          const { simulation, governor } = await simulate(rules, maxConcurrent, calls, spent);
          expectNoneLost(simulation, maxConcurrent, calls);
          const late = new GovernedCall(governor, { patienceMs: 5 * LONGEST_WINDOW_MS });
          await elapse(4 * LONGEST_WINDOW_MS);
          expect(late.outcome).toBe('started');
          late.accept();
        },
      );
      await fc.assert(property, propertyRuns);
    });

    test('are answered with 429 at most `maxConcurrent` times in a window, when each 429 names its time', async () => {
      const property = fc.asyncProperty(
        anyRules,
        maxConcurrents,
        callsThat(['answered']),
        spendings,
        async (rules, maxConcurrent, calls, spent) => {
          const honest = { ...rules, isRoundedDown: false };
          const { quota } = await simulate(honest, maxConcurrent, calls, spent);
          for (const { refused } of quota.windows) expect(refused).toBeLessThanOrEqual(maxConcurrent);
        },
      );
      await fc.assert(property, propertyRuns);
    });
  },
);
