import { randomInt } from 'node:crypto';
import { type Environment, wholeNumbersOf } from '../whole-numbers.ts';

export interface FuzzSettings {
  /** Minimum number of requests, if there is time. */
  readonly requests: number;
  /** Time after which no round begins. */
  readonly seconds: number;
  /** Seed of all that is drawn. */
  readonly seed: number;
  /** Path of a failure to replay, as fast-check reports it. */
  readonly path: string | null;
}

const MOST_REQUESTS = 1_000_000_000;
const MOST_SECONDS = 86_400;
const SEEDS = 2 ** 31;

/**
 * Reads FUZZ_REQUESTS (default 100,000), FUZZ_SECONDS (900), FUZZ_SEED (random) and FUZZ_PATH. Throws an Error that lists
 * all problems.
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
