import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { interactionsWindowMs } from '../../../src/cache/list-freshness.ts';

const minute = { allowed: 100, used: 0, resetSeconds: 60, windowSeconds: 60 };

test.each<[string, Parameters<typeof interactionsWindowMs>[0], number]>([
  ['nothing is known of the quota', null, 1000],
  ['nothing is spent of it', minute, 1000],
  ['the calls that are left are just those of an even pace', { ...minute, used: 40, resetSeconds: 30 }, 1000],
  ['more are left than that', { ...minute, used: 20, resetSeconds: 30 }, 1000],
  ['half as many are left as that', { ...minute, used: 60, resetSeconds: 30 }, 3000],
  ['a quarter of those is left', { ...minute, used: 70, resetSeconds: 30 }, 4000],
  ['none is left but those for everything else', { ...minute, used: 80 }, 5000],
  ['none is left at all', { ...minute, used: 100 }, 5000],
  ['more are spent than there were', { ...minute, used: 1000 }, 5000],
  ['the window ends just now', { ...minute, used: 100, resetSeconds: 0 }, 1000],
  ['no window was seen yet', { ...minute, used: 100, windowSeconds: 0 }, 1000],
  ['more of the window is left than it was long', { ...minute, used: 40, resetSeconds: 120 }, 3000],
])('where %s', (_what, quota, windowMs) => {
  expect(interactionsWindowMs(quota, 1000, 5000)).toBeCloseTo(windowMs, 6);
});

test('is what is wanted where no more than that is allowed', () => {
  const spent = { ...minute, used: 100 };
  expect(interactionsWindowMs(spent, 1000, 1000)).toBe(1000);
  expect(interactionsWindowMs(spent, 0, 0)).toBe(0);
});

describe('for any quota', () => {
  const quotas = fc.record({
    allowed: fc.integer({ min: 1, max: 100_000 }),
    used: fc.nat({ max: 200_000 }),
    resetSeconds: fc.double({ min: 0, max: 600, noNaN: true }),
    windowSeconds: fc.double({ min: 0, max: 600, noNaN: true }),
  });
  const bounds = fc
    .tuple(fc.nat({ max: 600_000 }), fc.nat({ max: 600_000 }))
    .map(([one, other]) => ({ wantedMs: Math.min(one, other), mostMs: Math.max(one, other) }));

  test('it is no less than what is wanted and no more than what is allowed', () => {
    const property = fc.property(quotas, bounds, (quota, { wantedMs, mostMs }) => {
      const windowMs = interactionsWindowMs(quota, wantedMs, mostMs);
      expect(windowMs).toBeGreaterThanOrEqual(wantedMs);
      expect(windowMs).toBeLessThanOrEqual(mostMs);
    });
    fc.assert(property);
  });

  test('it is the wider the more is spent', () => {
    const property = fc.property(quotas, bounds, fc.nat(), (quota, { wantedMs, mostMs }, more) => {
      const spent = { ...quota, used: quota.used + more };
      expect(interactionsWindowMs(spent, wantedMs, mostMs)).toBeGreaterThanOrEqual(
        interactionsWindowMs(quota, wantedMs, mostMs),
      );
    });
    fc.assert(property);
  });

  test('it is the narrower the sooner the next window begins', () => {
    const property = fc.property(
      quotas,
      bounds,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (quota, { wantedMs, mostMs }, share) => {
        const later = { ...quota, resetSeconds: quota.resetSeconds * share };
        expect(interactionsWindowMs(later, wantedMs, mostMs)).toBeLessThanOrEqual(
          interactionsWindowMs(quota, wantedMs, mostMs),
        );
      },
    );
    fc.assert(property);
  });
});
