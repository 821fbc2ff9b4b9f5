import * as fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { UpstreamError } from '../../../src/errors.ts';
import { CircuitBreakers } from '../../../src/upstream/circuit-breakers.ts';
import { tokenIdentity } from '../../../src/identity/upstream-identity.ts';
import { propertyRuns, timeout } from '../../property/property-runs.ts';
import { elapse, settle, useFakeClock } from './fake-clock.ts';

const OPEN_MS = 5_000;
const open = { failure: { message: 'the upstream failed too often recently, so the call was not made' } };

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
      const circuit = new CircuitBreakers(systemClock).of(tokenIdentity('token'), 'users');
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

type Ending = 'answered' | 'unavailable' | 'refused' | 'mistaken' | 'givenUp';

/** What the rules of a circuit say in plain lists, for calls of which each ends before the next begins. */
class ExpectedCircuit {
  #last: ('answered' | 'unavailable')[] = [];
  #openedAtMs: number | null = null;

  /** True when a call that begins now is made. */
  lets(nowMs: number): boolean {
    return this.#openedAtMs === null || nowMs - this.#openedAtMs >= OPEN_MS;
  }

  ended(ending: Ending, nowMs: number): void {
    const isAnswer = ending === 'answered' || ending === 'refused';
    if (this.#openedAtMs !== null) {
      const isProbeGood = isAnswer || ending === 'mistaken';
      this.#openedAtMs = isProbeGood ? null : nowMs;
      this.#last = ['answered'];
      return;
    }
    if (!isAnswer && ending !== 'unavailable') return;
    this.#last = [...this.#last, isAnswer ? ('answered' as const) : ('unavailable' as const)].slice(-20);
    const failed = this.#last.filter((each) => each === 'unavailable').length;
    if (ending === 'unavailable' && this.#last.length >= 10 && failed * 2 > this.#last.length) {
      this.#openedAtMs = nowMs;
    }
  }
}

test(
  'calls one after the other are made and refused as the rules say for the last twenty of them',
  { timeout },
  async () => {
    const plans = fc.array(
      fc.record({
        afterMs: fc.constantFrom(0, 0, 0, 1, 2_000, OPEN_MS - 1, OPEN_MS),
        outcome: fc.constantFrom<Ending[]>(
          'answered',
          'unavailable',
          'unavailable',
          'refused',
          'mistaken',
          'givenUp',
        ),
      }),
      { minLength: 10, maxLength: 120 },
    );
    const property = fc.asyncProperty(plans, async (sequence) => {
      const circuit = new CircuitBreakers(systemClock).of(tokenIdentity('token'), 'users');
      const expected = new ExpectedCircuit();
      for (const { afterMs, outcome } of sequence) {
        vi.advanceTimersByTime(afterMs);
        const isLet = expected.lets(performance.now());
        const controller = new AbortController();
        let made = false;
        // oxlint-disable-next-line eslint/no-await-in-loop -- each call begins when the one before has ended
        const error = await circuit
          .run(controller.signal, async () => {
            made = true;
            if (outcome === 'givenUp') controller.abort();
            if (outcome !== 'answered') throw outcomes[outcome];
          })
          .catch((reason: unknown) => reason);
        expect(made).toBe(isLet);
        const refusal = expect.objectContaining({ message: open.failure.message });
        expect(error).toEqual(isLet ? outcomes[outcome] : refusal);
        if (made) expected.ended(outcome, performance.now());
        expect(circuit.state === 'open').toBe(!expected.lets(performance.now()));
      }
    });
    await fc.assert(property, propertyRuns);
  },
);
