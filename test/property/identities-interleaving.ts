import * as fc from 'fast-check';
import { questions } from './identities-questions.ts';

/** What happens next. Everything else goes on meanwhile. */
export type Step =
  /** A request, and how far it has come when the next step follows: sent, arrived at the upstream, or answered. */
  | {
      readonly do: 'ask';
      readonly token: number;
      readonly query: number;
      readonly until: 'sent' | 'upstream' | 'answered';
    }
  /** The upstream does not accept the token any more: it has been revoked or has expired. */
  | { readonly do: 'end'; readonly token: number }
  /** Every request under way is waited for. */
  | { readonly do: 'rest' }
  /** So many turns of the event loop pass. */
  | { readonly do: 'turns'; readonly turns: number }
  /** The client of a request goes away; the latest request is number 0. */
  | { readonly do: 'leave'; readonly back: number }
  /** Time passes: so many times the proof time, and a millisecond. */
  | { readonly do: 'pass'; readonly proofTimes: number };

/** Requests by several tokens, and what happens in between; plain data, so that a case that fails can be read. */
export interface Interleaving {
  /** Whether the upstream accepts each token at first. */
  readonly tokens: readonly ('accepted' | 'refused')[];
  readonly queries: readonly string[];
  readonly steps: readonly Step[];
  /** How many turns of the event loop an answer of the upstream takes, call by call and over again. */
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

/** A token ends while a call is under way, and the same is asked again: rare where steps are drawn one by one. */
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

/** Three tokens and two queries, so that the same is often asked at the same moment. */
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
