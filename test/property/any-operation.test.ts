import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareWithReference, sdl } from './compare-with-reference.ts';
import { generateOperation } from './generated-operation.ts';
import { upstreamPlans } from './generated-upstream.ts';
import { propertyRuns, timeout } from './property-runs.ts';

test(
  'any valid query over any upstream has the answer of the reference, which reads one entity at a time, in the fewest calls',
  { timeout },
  async () => {
    const property = fc.asyncProperty(upstreamPlans, fc.gen(), async (plan, draw) => {
      const { found, expected, described } = await compareWithReference(plan, generateOperation(draw, sdl));
      expect(found, described).toEqual(expected);
    });
    // Queries differ in more ways than upstreams do, and most are small.
    await fc.assert(property, { ...propertyRuns, numRuns: propertyRuns.numRuns * 5 });
  },
);
