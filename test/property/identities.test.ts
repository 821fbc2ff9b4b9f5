import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assembleGateway } from '../../src/gateway.ts';
import { interleavings } from './identities-interleaving.ts';
import { playerForTest } from './identities-player.ts';
import { violations } from './identities-rules.ts';
import { propertyRuns } from './property-runs.ts';

/** Time for which an accepted token is trusted: in words, and as IDENTITY_PROOF_SECONDS. */
const proofTimes: readonly [string, string][] = [
  ['for no time', '0'],
  ['for a second', '1'],
  ['for the default time', ''],
];

/** Total for all proof times. Interleavings are small, so more of them fit into a test run than of other cases. */
const interleavingsPlayed = process.env['PROPERTY_RUNS'] === undefined ? 10_000 : propertyRuns.numRuns;
const numRuns = Math.ceil(interleavingsPlayed / proofTimes.length);
const interruptAfterTimeLimit = Math.max(propertyRuns.interruptAfterTimeLimit, numRuns * 100);

describe('a client is not shown data of another token, nor any data for a token that has ended', () => {
  test.each(proofTimes)(
    'whichever requests are under way at the same time, when accepted tokens are trusted %s',
    { timeout: interruptAfterTimeLimit + 30_000 },
    async (_howLong, proofSeconds) => {
      const play = await playerForTest(assembleGateway, proofSeconds);
      const property = fc.asyncProperty(interleavings, async (interleaving) => {
        const history = await play(interleaving);
        const found = violations(history);
        expect(found, found.join('\n')).toEqual([]);
      });
      await fc.assert(property, { ...propertyRuns, numRuns, interruptAfterTimeLimit });
    },
  );
});
