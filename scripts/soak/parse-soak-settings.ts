import { randomInt } from 'node:crypto';
import { type Environment, wholeNumbersOf } from '../whole-numbers.ts';

export interface SoakSettings {
  /** Duration of the load. */
  readonly seconds: number;
  /** Seed of the organisation, of faults with a rate, and of the queries. */
  readonly seed: number;
}

const MOST_SECONDS = 86_400;
const SEEDS = 2 ** 32;

/** Reads SOAK_SECONDS (default 60) and SOAK_SEED (default random). Throws an Error that lists all problems. */
export function parseSoakSettings(env: Environment): SoakSettings {
  const problems: string[] = [];
  const wholeNumber = wholeNumbersOf(env, problems);
  const seconds = wholeNumber('SOAK_SECONDS', 60, 2, MOST_SECONDS);
  const seed = wholeNumber('SOAK_SEED', randomInt(SEEDS), 0, SEEDS - 1);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return { seconds, seed };
}
