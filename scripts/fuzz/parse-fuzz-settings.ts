import { randomInt } from 'node:crypto';
import { type Environment, wholeNumbersOf } from '../whole-numbers.ts';

export interface FuzzSettings {
  /** How many requests are sent at least, if there is time. */
  readonly requests: number;
  /** After which no more are begun. */
  readonly seconds: number;
  /** Of all that is drawn. */
  readonly seed: number;
  /** Of a failure that is tried again: where it was found. */
  readonly path: string | null;
}

const MOST_REQUESTS = 1_000_000_000;
const MOST_SECONDS = 86_400;
const SEEDS = 2 ** 31;

/**
 * Reads FUZZ_REQUESTS (100,000 unless set), FUZZ_SECONDS (900), FUZZ_SEED (drawn) and FUZZ_PATH. Throws an Error that tells
 * of all that is wrong.
 */
export function parseFuzzSettings(env: Environment): FuzzSettings {
  const problems: string[] = [];
  const wholeNumber = wholeNumbersOf(env, problems);
  const requests = wholeNumber('FUZZ_REQUESTS', 100_000, 1, MOST_REQUESTS);
  const seconds = wholeNumber('FUZZ_SECONDS', 900, 1, MOST_SECONDS);
  const seed = wholeNumber('FUZZ_SEED', randomInt(SEEDS), 0, SEEDS - 1);
  const path = env['FUZZ_PATH']?.trim() || null;
  if (path !== null && !/^\d+(:\d+)*$/.test(path)) {
    problems.push(`FUZZ_PATH must be numbers with colons between them; it is ${JSON.stringify(path)}.`);
  }
  if (path !== null && (env['FUZZ_SEED']?.trim() ?? '') === '')
    problems.push('FUZZ_PATH needs its FUZZ_SEED.');
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return { requests, seconds, seed, path };
}
