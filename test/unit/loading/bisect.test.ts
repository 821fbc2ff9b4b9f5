import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../src/errors.ts';
import { errorFromAnswer } from '../../../src/upstream/http/error-answer.ts';
import { canBisect, bisect } from '../../../src/loading/bisect.ts';
import { propertyRuns, timeout } from '../../property/property-runs.ts';

const original = refusal('original');

function refusal(message: string): UpstreamError {
  return new UpstreamError({ code: 'UPSTREAM_BAD_RESPONSE', message, upstreamStatus: 400 });
}

/** Upper bound for the calls of one bisection. */
function mostOf(count: number): number {
  return 6 * Math.ceil(Math.log2(count));
}

interface Split {
  /** Ids of each call, in the order of the calls. */
  readonly calls: (readonly string[])[];
  readonly answered: string[];
  readonly givenUp: Map<string, UpstreamError>;
  /** Number of ids that the upstream was found to take. */
  readonly size: number | undefined;
}

/** Bisects a call. The upstream refuses calls with a bad id, and calls with more ids than `largest`. */
async function split(
  ids: readonly string[],
  bad: ReadonlySet<string>,
  { callsLeft = Infinity, largest = Infinity } = {},
): Promise<Split> {
  const result: Omit<Split, 'size'> = { calls: [], answered: [], givenUp: new Map() };
  const size = await bisect(
    { ids, error: original },
    {
      callsLeft: () => callsLeft - result.calls.length,
      isAbsentOn404: false,
      ask: async (some) => {
        result.calls.push(some);
        await Promise.resolve();
        const isRefused = some.length > largest || some.some((id) => bad.has(id));
        // A refused single id needs no case of its own: `bisect` gives it up.
        if (!isRefused) result.answered.push(...some);
        return isRefused ? refusal(some.join()) : null;
      },
      giveUp(refused) {
        for (const id of refused.ids) {
          expect(result.givenUp).not.toContain(id);
          result.givenUp.set(id, refused.error);
        }
      },
    },
  );
  return { ...result, size: size?.size };
}

function idsUpTo(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `id-${n}`);
}

describe('a refused call', () => {
  test.each([400, 404, 413, 414])('with %i can be bisected', (status) => {
    expect(canBisect(errorFromAnswer(status, {}, '{"code":"any"}', 0))).toBe(true);
  });

  test.each([401, 403, 408, 409, 410, 429, 500, 502, 503, 504])('with %i cannot be bisected', (status) => {
    expect(canBisect(errorFromAnswer(status, {}, '', 0))).toBe(false);
  });

  test('cannot be bisected when the 404 is from a proxy, or when there was no answer', () => {
    expect(canBisect(errorFromAnswer(404, {}, '<html>nothing here</html>', 0))).toBe(false);
    expect(canBisect(new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', message: 'gone' }))).toBe(false);
  });
});

describe('a bisection', () => {
  test('asks for halves, and for halves of the halves that are refused again', async () => {
    const { calls } = await split(['a', 'b', 'c', 'd', 'e'], new Set(['d']));
    expect(calls).toEqual([['a', 'b', 'c'], ['d', 'e'], ['d'], ['e']]);
  });

  test('finds a single bad id of a hundred with fourteen calls at most, wherever it is', async () => {
    const ids = idsUpTo(100);
    for (const id of ids) {
      const { calls, answered, givenUp } = await split(ids, new Set([id]));
      expect(calls.length).toBeLessThanOrEqual(14);
      expect(new Set(answered)).toEqual(new Set(ids.filter((each) => each !== id)));
      expect([...givenUp.keys()]).toEqual([id]);
      expect(givenUp.get(id)?.message).toBe(id);
    }
  });

  test('gives up after seven calls when neither the ids nor their number are the reason, with the original error', async () => {
    const ids = idsUpTo(100);
    const { calls, givenUp, size } = await split(ids, new Set(ids));
    expect(size).toBeUndefined();
    expect(calls).toHaveLength(7);
    expect(new Set(givenUp.keys())).toEqual(new Set(ids));
    expect(new Set(givenUp.values())).toEqual(new Set([original]));
  });

  test.each([
    { largest: 50, made: 2, found: 50 },
    { largest: 25, made: 6, found: 25 },
    { largest: 20, made: 15, found: 13 },
    { largest: 10, made: 23, found: 7 },
    { largest: 5, made: 34, found: 4 },
  ])(
    'finds the number of ids that the upstream takes: $largest of a hundred',
    async ({ largest, made, found }) => {
      const { calls, answered, size } = await split(idsUpTo(100), new Set(), { largest });
      expect(answered).toHaveLength(100);
      expect(calls).toHaveLength(made);
      expect(size).toBe(found);
    },
  );

  test('finds no number where an id is the reason', async () => {
    const { size } = await split(idsUpTo(100), new Set(['id-7']));
    expect(size).toBeUndefined();
  });

  test('answers as many as it may when the upstream takes one id at a time, and finds that out', async () => {
    const { calls, answered, givenUp, size } = await split(idsUpTo(100), new Set(), { largest: 1 });
    expect(calls).toHaveLength(mostOf(100));
    expect(answered.length + givenUp.size).toBe(100);
    expect(size).toBe(1);
  });

  test.each([
    { isAbsentOn404: false, sizes: [50, 50, 25, 25, 25, 25] },
    { isAbsentOn404: true, sizes: [50, 50, 25, 25, 25, 25, 1, 1, 1, 1] },
  ])(
    'does not look for a number after a 404, which is about ids: $isAbsentOn404',
    async ({ isAbsentOn404, sizes }) => {
      const calls: number[] = [];
      const notFound = errorFromAnswer(404, {}, '{"code":"not.found"}', 0);
      const size = await bisect(
        { ids: idsUpTo(100), error: notFound },
        {
          callsLeft: () => 100,
          isAbsentOn404,
          async ask(some) {
            calls.push(some.length);
            return notFound;
          },
          giveUp: () => undefined,
        },
      );
      expect(calls).toEqual(sizes);
      expect(size).toBeNull();
    },
  );

  test('takes one refusal of a large call for no proof, and that of a small one for nothing', async () => {
    const once = async (count: number, status: number) => {
      const error = new UpstreamError({
        code: 'UPSTREAM_BAD_RESPONSE',
        message: 'x',
        upstreamStatus: status,
      });
      return bisect(
        { ids: idsUpTo(count), error },
        { callsLeft: () => 100, isAbsentOn404: false, ask: async () => null, giveUp: () => undefined },
      );
    };
    expect(await once(100, 400)).toEqual({ size: 50, isProven: false });
    expect(await once(100, 413)).toEqual({ size: 50, isProven: true });
    expect(await once(2, 400)).toBeNull();
  });

  test('makes no call when fewer than two are left, or when there is a single id', async () => {
    const ids = idsUpTo(10);
    for (const callsLeft of [-1, 0, 1]) {
      const { calls, givenUp } = await split(ids, new Set(), { callsLeft });
      expect(calls).toEqual([]);
      expect([...givenUp]).toEqual(ids.map((id) => [id, original]));
    }
    const { calls, givenUp } = await split(['a'], new Set(['a']));
    expect([calls, [...givenUp]]).toEqual([[], [['a', original]]]);
  });

  test('checks the calls that are left before each further halving', async () => {
    let left = 2;
    const asked: number[] = [];
    await bisect(
      { ids: idsUpTo(8), error: original },
      {
        callsLeft: () => left,
        isAbsentOn404: false,
        ask: async (ids) => {
          asked.push(ids.length);
          // Other calls of the same request have spent the rest.
          left = 0;
          return refusal('again');
        },
        giveUp: () => undefined,
      },
    );
    expect(asked).toEqual([4, 4]);
  });

  test('rejects with an error that `ask` throws', async () => {
    const mistake = new TypeError('a mistake');
    const splitting = bisect(
      { ids: ['a', 'b'], error: original },
      {
        callsLeft: () => 10,
        isAbsentOn404: false,
        ask: () => Promise.reject(mistake),
        giveUp: () => undefined,
      },
    );
    await expect(splitting).rejects.toBe(mistake);
  });
});

const sizes = fc.integer({ min: 1, max: 100 });
/** Ids, some of which are bad. */
const refusedIds = sizes.chain((size) =>
  fc.record({
    ids: fc.constant(idsUpTo(size)),
    bad: fc.oneof(fc.subarray(idsUpTo(size), { maxLength: Math.min(3, size) }), fc.subarray(idsUpTo(size))),
  }),
);

describe('a bisection with any bad ids', { timeout }, () => {
  test('answers or gives up each id once, with no more calls than allowed', async () => {
    const calls = fc.option(fc.nat(30), { nil: Infinity });
    const property = fc.asyncProperty(refusedIds, calls, async ({ ids, bad }, callsLeft) => {
      const result = await split(ids, new Set(bad), { callsLeft });
      expect([...result.answered, ...result.givenUp.keys()].toSorted()).toEqual(ids.toSorted());
      expect(result.answered.filter((id) => bad.includes(id))).toEqual([]);
      expect(result.calls.length).toBeLessThanOrEqual(Math.min(callsLeft, mostOf(ids.length)));
    });
    await fc.assert(property, propertyRuns);
  });

  test('finds at least half of the number that the upstream takes, or none, whatever the calls and bad ids are', async () => {
    const cases = fc.record({
      of: refusedIds,
      callsLeft: fc.option(fc.nat(30), { nil: Infinity }),
      largest: fc.integer({ min: 1, max: 100 }),
    });
    const property = fc.asyncProperty(cases, async ({ of: { ids, bad }, callsLeft, largest }) => {
      const { size = null } = await split(ids, new Set(bad), { callsLeft, largest });
      expect(size === null || size >= Math.min(largest, ids.length) / 2).toBe(true);
    });
    await fc.assert(property, propertyRuns);
  });

  test('answers all good ids when no more than two are bad', async () => {
    const property = fc.asyncProperty(refusedIds, async ({ ids, bad }) => {
      const fewBad = bad.slice(0, 2);
      const { answered, givenUp } = await split(ids, new Set(fewBad));
      const isNothingToSplit = ids.length === 1;
      expect(new Set(givenUp.keys())).toEqual(new Set(isNothingToSplit ? ids : fewBad));
      expect(answered).toHaveLength(ids.length - givenUp.size);
    });
    await fc.assert(property, propertyRuns);
  });

  test('gives ids up with the original error before any is answered, then with the error of their own call', async () => {
    const property = fc.asyncProperty(refusedIds, async ({ ids, bad }) => {
      const { answered, givenUp } = await split(ids, new Set(bad));
      const errors = [...new Set(givenUp.values())];
      expect(answered.length === 0 && errors.some((error) => error !== original)).toBe(false);
      for (const error of errors.filter((each) => each !== original)) {
        // An error is reported for just those ids that were refused with it.
        const covered = [...givenUp].filter(([, each]) => each === error).map(([id]) => id);
        expect(error.message).toBe(covered.join());
      }
    });
    await fc.assert(property, propertyRuns);
  });
});
