import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGateway } from '../../src/gateway.ts';
import { interleavings } from './identities-interleaving.ts';
import { playerForTest } from './identities-player.ts';
import { violations } from './identities-rules.ts';
import { propertyRuns } from './property-runs.ts';

/** How long a token is believed in that the upstream has not accepted again, and IDENTITY_PROOF_SECONDS. */
const proofTimes: readonly [string, string][] = [
  ['not at all', '0'],
  ['for a second', '1'],
  ['for the default time', ''],
];

/** In all. They are small, so that more of them than of other cases fit into everybody's test run. */
const interleavingsPlayed = process.env['PROPERTY_RUNS'] === undefined ? 10_000 : propertyRuns.numRuns;
const numRuns = Math.ceil(interleavingsPlayed / proofTimes.length);
const interruptAfterTimeLimit = Math.max(propertyRuns.interruptAfterTimeLimit, numRuns * 100);

describe('nobody sees what another token was shown, nor anything for a token that is over', () => {
  test.each(proofTimes)(
    'whoever asks at the same moment, where tokens are believed in %s',
    { timeout: interruptAfterTimeLimit + 30_000 },
    async (_howLong, proofSeconds) => {
      const play = await playerForTest(createGateway, proofSeconds);
      const property = fc.asyncProperty(interleavings, async (interleaving) => {
        const history = await play(interleaving);
        const found = violations(history);
        expect(found, found.join('\n')).toEqual([]);
      });
      await fc.assert(property, { ...propertyRuns, numRuns, interruptAfterTimeLimit });
    },
  );
});
