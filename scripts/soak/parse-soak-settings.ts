import { randomInt } from 'node:crypto';
import { type Environment, wholeNumbersOf } from '../whole-numbers.ts';

export interface SoakSettings {
  /** How long demand is kept up. */
  readonly seconds: number;
  /** Of the invented organisation, the faults that strike at a rate, and who asks what. */
  readonly seed: number;
}

const MOST_SECONDS = 86_400;
const SEEDS = 2 ** 32;

/** Reads SOAK_SECONDS (60 unless set) and SOAK_SEED (drawn unless set). Throws an Error that tells of all that is wrong. */
export function parseSoakSettings(env: Environment): SoakSettings {
  const problems: string[] = [];
  const wholeNumber = wholeNumbersOf(env, problems);
  const seconds = wholeNumber('SOAK_SECONDS', 60, 2, MOST_SECONDS);
  const seed = wholeNumber('SOAK_SEED', randomInt(SEEDS), 0, SEEDS - 1);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return { seconds, seed };
}
