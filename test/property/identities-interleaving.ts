import * as fc from 'fast-check';
import { questions } from './identities-questions.ts';

/** Event of an interleaving. Everything under way goes on meanwhile. */
export type Step =
  /** A client sends a request. The next step follows when it is sent, has arrived at the upstream, or is answered. */
  | {
      readonly do: 'ask';
      readonly token: number;
      readonly query: number;
      readonly until: 'sent' | 'upstream' | 'answered';
    }
  /** The upstream no longer accepts the token, which was revoked or has expired. */
  | { readonly do: 'end'; readonly token: number }
  /** All requests under way are awaited. */
  | { readonly do: 'rest' }
  /** Turns of the event loop pass. */
  | { readonly do: 'turns'; readonly turns: number }
  /** The client of a request aborts; the latest request is number 0. */
  | { readonly do: 'leave'; readonly back: number }
  /** Time passes: a multiple of the proof time, and a millisecond. */
  | { readonly do: 'pass'; readonly proofTimes: number };

/** Requests of several tokens, and the events between them; plain data, so that a failing case can be read. */
export interface Interleaving {
  /** State of each token at the upstream in the beginning. */
  readonly tokens: readonly ('accepted' | 'refused')[];
  readonly queries: readonly string[];
  readonly steps: readonly Step[];
  /** Turns of the event loop until the upstream answers, call by call and then from the start again. */
  readonly turnsToAnswer: readonly number[];
}

const token = fc.constantFrom(0, 0, 1, 2);
const ask = fc.record({
  do: fc.constant('ask'),
  token,
  query: fc.constantFrom(0, 1),
  until: fc.constantFrom('sent', 'upstream', 'answered'),
});
const end = fc.record({ do: fc.constant('end'), token });
const turns = fc.record({ do: fc.constant('turns'), turns: fc.integer({ min: 1, max: 8 }) });
const rest = fc.record({ do: fc.constant('rest') });
const leave = fc.record({ do: fc.constant('leave'), back: fc.nat({ max: 2 }) });
const pass = fc.record({ do: fc.constant('pass'), proofTimes: fc.constantFrom(0.6, 1) });

/** Token that ends while a call is under way, and the same request again: rare when steps are drawn one by one. */
const askedAgain = fc
  .record({ first: ask, between: fc.oneof(ask, ask, turns, pass), isAwaited: fc.boolean(), again: ask })
  .map(({ first, between, isAwaited, again }): Step[] => [
    { ...first, until: 'upstream' },
    { do: 'end', token: first.token },
    between.do === 'ask' ? { ...between, token: first.token, until: 'answered' } : between,
    ...(isAwaited ? [{ do: 'rest' as const }] : []),
    { ...first, until: again.until },
  ]);

const one = (step: Step): Step[] => [step];
const steps = fc
  .array(
    fc.oneof(
      { weight: 9, arbitrary: ask.map(one) },
      { weight: 2, arbitrary: end.map(one) },
      { weight: 2, arbitrary: turns.map(one) },
      { weight: 1, arbitrary: rest.map(one) },
      { weight: 1, arbitrary: leave.map(one) },
      { weight: 1, arbitrary: pass.map(one) },
      { weight: 1, arbitrary: askedAgain },
    ),
    { minLength: 4, maxLength: 6, size: 'max' },
  )
  .map((some) => some.flat());

/** Interleavings of few tokens and queries, so that equal requests are often under way at one time. */
export const interleavings: fc.Arbitrary<Interleaving> = fc.record({
  tokens: fc.tuple(fc.constant('accepted'), fc.constant('accepted'), fc.constantFrom('accepted', 'refused')),
  queries: fc.shuffledSubarray([...questions.keys()], { minLength: 2, maxLength: 2 }),
  steps,
  turnsToAnswer: fc.array(fc.oneof(fc.nat({ max: 3 }), fc.integer({ min: 20, max: 60 })), {
    minLength: 1,
    maxLength: 4,
    size: 'max',
  }),
});
