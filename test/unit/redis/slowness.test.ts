import { describe, expect, test } from 'vitest';
import { LONGEST_PAUSE_MS, type ProbeResult, probeResultOf, Slowness } from '../../../src/redis/slowness.ts';
import { TestClock } from '../../support/test-clock.ts';

const PROBE_EVERY_MS = 400;

function slownessForTest() {
  const clock = new TestClock();
  const slowness = new Slowness(clock);
  /** Results of probes, one after the other. */
  async function probe(...results: readonly ProbeResult[]): Promise<void> {
    for (const result of results) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      await clock.skip(PROBE_EVERY_MS);
      slowness.probed(result);
    }
  }
  /** Becomes slow in the shortest way. */
  async function becomeSlow(): Promise<void> {
    slowness.late();
    await probe('late', 'late', 'late');
    expect(slowness.isSlow).toBe(true);
  }
  /** Well answered probes until Redis is back, and how many that took. */
  async function untilBack(): Promise<number> {
    let probes = 0;
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
    for (; slowness.isSlow; probes += 1) await probe('well');
    return probes;
  }
  return { clock, slowness, probe, becomeSlow, untilBack };
}

describe('a late reply', () => {
  test('raises a doubt at once, which well answered probes end', async () => {
    const { slowness, probe } = slownessForTest();
    expect(slowness.isDoubted).toBe(false);
    slowness.late();
    expect([slowness.isDoubted, slowness.isSlow]).toEqual([true, false]);
    await probe('well', 'well');
    expect(slowness.isDoubted).toBe(true);
    await probe('well');
    expect([slowness.isDoubted, slowness.isSlow]).toEqual([false, false]);
  });

  test('of a probe raises a doubt too', async () => {
    const { slowness, probe } = slownessForTest();
    await probe('well', 'fair', 'fair');
    expect(slowness.isDoubted).toBe(false);
    await probe('late');
    expect(slowness.isDoubted).toBe(true);
  });

  test('is a verdict after three late probes, in a row or not, and after replies that never come well in time', async () => {
    const inARow = slownessForTest();
    await inARow.becomeSlow();
    const between = slownessForTest();
    between.slowness.late();
    await between.probe('late', 'well', 'late', 'well');
    expect(between.slowness.isSlow).toBe(false);
    await between.probe('late');
    expect(between.slowness.isSlow).toBe(true);
    const justInTime = slownessForTest();
    justInTime.slowness.late();
    await justInTime.probe('fair', 'fair', 'fair', 'fair', 'fair');
    expect(justInTime.slowness.isSlow).toBe(true);
  });

  test('is a verdict when it is the fourth within ten seconds, since each made requests wait', async () => {
    const { slowness, probe } = slownessForTest();
    for (let n = 0; n < 3; n += 1) {
      slowness.late();
      await probe('well', 'well', 'well');
      expect(slowness.isSlow).toBe(false);
    }
    slowness.late();
    expect(slowness.isSlow).toBe(true);
  });

  test('now and then is no verdict', async () => {
    const { slowness, probe, clock } = slownessForTest();
    for (let n = 0; n < 20; n += 1) {
      slowness.late();
      await probe('well', 'well', 'well');
      await clock.skip(5_000);
      expect([slowness.isDoubted, slowness.isSlow]).toEqual([false, false]);
    }
  });
});

describe('a slow Redis', () => {
  test('is taken back after five well answered probes in a row, which luck does not reach', async () => {
    const { slowness, probe, becomeSlow } = slownessForTest();
    await becomeSlow();
    await probe('well', 'well', 'well', 'well', 'fair');
    await probe('well', 'well', 'well', 'well', 'late');
    await probe('well', 'well', 'well', 'well');
    expect(slowness.isSlow).toBe(true);
    await probe('well');
    expect([slowness.isSlow, slowness.isDoubted]).toEqual([false, false]);
  });

  test('is left for longer each time, up to a minute', async () => {
    const { becomeSlow, untilBack } = slownessForTest();
    const took: number[] = [];
    for (let n = 0; n < 10; n += 1) {
      await becomeSlow();
      took.push(await untilBack());
    }
    expect(took).toEqual(took.toSorted((a, b) => a - b));
    const most = LONGEST_PAUSE_MS / PROBE_EVERY_MS;
    expect(took[0]).toBeLessThan(10);
    expect(took.slice(-2)).toEqual([most, most]);
  });

  test('is left for as short as at first once it was used without a doubt for a minute', async () => {
    const { clock, becomeSlow, untilBack } = slownessForTest();
    await becomeSlow();
    const first = await untilBack();
    for (let n = 0; n < 6; n += 1) {
      await becomeSlow();
      await untilBack();
    }
    await clock.skip(30_000);
    await becomeSlow();
    expect(await untilBack()).toBeGreaterThan(2 * first);
    await clock.skip(60_000);
    await becomeSlow();
    expect(await untilBack()).toBe(first);
  });

  test('is not known to be slow behind a new connection', async () => {
    const { slowness, becomeSlow } = slownessForTest();
    await becomeSlow();
    slowness.reset();
    expect([slowness.isSlow, slowness.isDoubted]).toEqual([false, false]);
  });

  test.each([1, 2, 3, 4, 5])(
    'with answers at random after 20 to 80 ms is hardly ever taken back (sequence %i)',
    async (seed) => {
      const { slowness, clock } = slownessForTest();
      const random = randomFrom(seed);
      let takenBack = 0;
      let lateForRequests = 0;
      // Ten minutes of probes, and of one request between any two.
      for (let n = 0; n < 1_500; n += 1) {
        await clock.skip(PROBE_EVERY_MS);
        const wasSlow = slowness.isSlow;
        slowness.probed(probeResultOf(20 + random() * 60, 50));
        if (wasSlow && !slowness.isSlow) takenBack += 1;
        if (slowness.isSlow || slowness.isDoubted || 20 + random() * 60 <= 50) continue;
        lateForRequests += 1;
        slowness.late();
      }
      expect(takenBack).toBeLessThanOrEqual(3);
      expect(lateForRequests).toBeLessThanOrEqual(2 * (takenBack + 1));
    },
  );
});

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
