import { randomInt } from 'node:crypto';

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
export function parseFuzzSettings(env: Readonly<Record<string, string | undefined>>): FuzzSettings {
  const problems: string[] = [];
  const wholeNumber = (name: string, fallback: number, least: number, most: number) => {
    const text = env[name]?.trim() ?? '';
    if (text === '') return fallback;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    problems.push(`${name} must be a whole number from ${least} to ${most}; it is ${JSON.stringify(text)}.`);
    return fallback;
  };
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
