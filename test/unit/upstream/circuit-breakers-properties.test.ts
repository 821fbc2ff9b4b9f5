import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { UpstreamError } from '../../../src/errors.ts';
import { CircuitBreakers } from '../../../src/upstream/circuit-breakers.ts';
import { tokenIdentity } from '../../../src/identity/upstream-identity.ts';
import { propertyRuns, timeout } from '../../property/property-runs.ts';
import { elapse, settle, useFakeClock } from './fake-clock.ts';

const OPEN_MS = 5_000;
const open = { failure: { message: 'the upstream failed too often of late' } };

useFakeClock();

const outcomes = {
  answered: undefined,
  unavailable: new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', message: 'gone' }),
  refused: new UpstreamError({ code: 'FORBIDDEN', message: 'refused' }),
  mistaken: new TypeError('a mistake'),
  givenUp: new UpstreamError({ code: 'UPSTREAM_TIMEOUT', message: 'given up' }),
};

const calls = fc.array(
  fc.record({
    afterMs: fc.oneof(fc.constant(0), fc.nat(3_000), fc.constant(OPEN_MS)),
    tookMs: fc.oneof(fc.nat(300), fc.nat(10_000)),
    outcome: fc.constantFrom(
      'answered',
      'unavailable',
      'unavailable',
      'unavailable',
      'refused',
      'mistaken',
      'givenUp',
    ),
  }),
  { minLength: 10, maxLength: 60 },
);

test(
  'overlapping calls end with their own results or are refused unmade, and every circuit closes in the end',
  { timeout },
  async () => {
    const property = fc.asyncProperty(calls, async (plans) => {
      const circuit = new CircuitBreakers().of(tokenIdentity('token'), 'users');
      const ends: { made: boolean; error: unknown; expected: unknown }[] = [];
      for (const { afterMs, tookMs, outcome } of plans) {
        if (afterMs > 0) await elapse(afterMs);
        const controller = new AbortController();
        let made = false;
        const work = async () => {
          made = true;
          await new Promise((resolve) => {
            setTimeout(resolve, tookMs);
          });
          if (outcome === 'givenUp') controller.abort();
          if (outcome !== 'answered') throw outcomes[outcome];
        };
        const expected = outcomes[outcome];
        circuit.run(controller.signal, work).then(
          () => ends.push({ made, error: undefined, expected }),
          (error: unknown) => ends.push({ made, error, expected }),
        );
      }
      await elapse(10_000);
      await settle();
      expect(ends).toHaveLength(plans.length);
      for (const { error, expected } of ends.filter(({ made }) => made)) expect(error).toBe(expected);
      for (const { error } of ends.filter(({ made }) => !made)) expect(error).toMatchObject(open);
      await elapse(OPEN_MS);
      expect(await circuit.run(new AbortController().signal, async () => 'answer')).toBe('answer');
      circuit.check();
    });
    await fc.assert(property, propertyRuns);
  },
);
