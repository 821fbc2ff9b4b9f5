import type { DialingAttempt } from './dialing-attempt.ts';
import { pick, randomFor } from './random.ts';

/** Dispositions in both spellings of the upstream, with an occasional undocumented value. */
const REACHED = [
  ...Array<string>(9).fill('LIVE_VOICE'),
  ...Array<string>(8).fill('disposition.classification.callable.person'),
  'MACHINE',
  'disposition.classification.callable.machine',
  'disposition.classification.callable.assistant',
];
const NOT_REACHED = [
  'BUSY',
  'NO_ANSWER',
  'DISCONNECT',
  'SIT_CALLABLE',
  'SIT_UNCALLABLE',
  'FAX',
  'disposition.classification.callable.busy',
  'disposition.classification.callable.noanswer',
  'disposition.classification.callable.disconnect',
  'disposition.classification.callable.fax',
  'disposition.classification.callable.sit',
  'disposition.classification.uncallable.sit',
];

/** Result of the call analysis, which is known from `analysedAtMs` on. */
export function dispositionOf({ key, isReached }: DialingAttempt): string {
  return pick(randomFor(key, 'disposition'), isReached ? REACHED : NOT_REACHED);
}

/** True for a result after which the dialer leaves the contact alone. */
export function isUncallable(disposition: string): boolean {
  return /uncallable/i.test(disposition);
}
