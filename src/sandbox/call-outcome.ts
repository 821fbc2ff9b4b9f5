import type { DialingAttempt } from './dialing-attempt.ts';
import { randomFor } from './random.ts';

/** What became of a call in the end. */
export interface EndOfCall {
  readonly isRightParty: boolean;
  /** Category of its result for the business. */
  readonly category: 'success' | 'neutral' | 'failure';
}

/** Chances that the one who answers is the right party, and that the result is a success, or a failure. */
const RIGHT_PARTY = 0.6;
const SUCCESS = 0.5;
const FAILURE = 0.25;

/** Known at the end of the call; that nobody was reached, with the call analysis. Only the right party brings success. */
export function outcomeOf({ key, isReached }: Pick<DialingAttempt, 'key' | 'isReached'>): EndOfCall {
  const random = randomFor(key, 'outcome');
  const isRightParty = isReached && random() < RIGHT_PARTY;
  if (!isReached) return { isRightParty, category: 'failure' };
  const drawn = random();
  if (isRightParty && drawn < SUCCESS) return { isRightParty, category: 'success' };
  return { isRightParty, category: drawn >= 1 - FAILURE ? 'failure' : 'neutral' };
}
