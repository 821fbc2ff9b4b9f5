import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { interactionsWindowMs } from '../../../src/cache/freshness.ts';

const minute = { allowed: 100, used: 0, resetSeconds: 60, windowSeconds: 60 };

test.each<[string, Parameters<typeof interactionsWindowMs>[0], number]>([
  ['nothing is known of the quota', null, 1000],
  ['no call is spent', minute, 1000],
  ['the calls of an even pace are left', { ...minute, used: 40, resetSeconds: 30 }, 1000],
  ['more calls than those of an even pace are left', { ...minute, used: 20, resetSeconds: 30 }, 1000],
  ['half the calls of an even pace are left', { ...minute, used: 60, resetSeconds: 30 }, 3000],
  ['a quarter of the calls of an even pace is left', { ...minute, used: 70, resetSeconds: 30 }, 4000],
  ['only the reserve for other calls is left', { ...minute, used: 80 }, 5000],
  ['no call is left', { ...minute, used: 100 }, 5000],
  ['more calls are spent than allowed', { ...minute, used: 1000 }, 5000],
  ['the quota window ends just now', { ...minute, used: 100, resetSeconds: 0 }, 1000],
  ['no quota window was reported yet', { ...minute, used: 100, windowSeconds: 0 }, 1000],
  ['more time is left than the quota window was long', { ...minute, used: 40, resetSeconds: 120 }, 3000],
])('the freshness period of lists has the expected length when %s', (_what, quota, windowMs) => {
  expect(interactionsWindowMs(quota, 1000, 5000)).toBeCloseTo(windowMs, 6);
});

test('the freshness period of lists is the wanted one when no longer one is allowed', () => {
  const spent = { ...minute, used: 100 };
  expect(interactionsWindowMs(spent, 1000, 1000)).toBe(1000);
  expect(interactionsWindowMs(spent, 0, 0)).toBe(0);
});

describe('the freshness period of lists for any quota', () => {
  const quotas = fc.record({
    allowed: fc.integer({ min: 1, max: 100_000 }),
    used: fc.nat({ max: 200_000 }),
    resetSeconds: fc.double({ min: 0, max: 600, noNaN: true }),
    windowSeconds: fc.double({ min: 0, max: 600, noNaN: true }),
  });
  const bounds = fc
    .tuple(fc.nat({ max: 600_000 }), fc.nat({ max: 600_000 }))
    .map(([one, other]) => ({ wantedMs: Math.min(one, other), mostMs: Math.max(one, other) }));

  test('is no shorter than wanted and no longer than allowed', () => {
    const property = fc.property(quotas, bounds, (quota, { wantedMs, mostMs }) => {
      const windowMs = interactionsWindowMs(quota, wantedMs, mostMs);
      expect(windowMs).toBeGreaterThanOrEqual(wantedMs);
      expect(windowMs).toBeLessThanOrEqual(mostMs);
    });
    fc.assert(property);
  });

  test('gets no shorter when more calls are spent', () => {
    const property = fc.property(quotas, bounds, fc.nat(), (quota, { wantedMs, mostMs }, more) => {
      const spent = { ...quota, used: quota.used + more };
      expect(interactionsWindowMs(spent, wantedMs, mostMs)).toBeGreaterThanOrEqual(
        interactionsWindowMs(quota, wantedMs, mostMs),
      );
    });
    fc.assert(property);
  });

  test('gets no longer when the next quota window begins sooner', () => {
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
