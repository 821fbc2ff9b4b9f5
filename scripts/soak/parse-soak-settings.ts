import { randomInt } from 'node:crypto';

export interface SoakSettings {
  /** How long demand is kept up. */
  readonly seconds: number;
  /** Of the invented organisation, the faults that strike at a rate, and who asks what. */
  readonly seed: number;
}

const MOST_SECONDS = 86_400;
const SEEDS = 2 ** 32;

/** Reads SOAK_SECONDS (60 unless set) and SOAK_SEED (drawn unless set). Throws an Error that tells of all that is wrong. */
export function parseSoakSettings(env: Readonly<Record<string, string | undefined>>): SoakSettings {
  const problems: string[] = [];
  const wholeNumber = (name: string, fallback: number, least: number, most: number) => {
    const text = env[name]?.trim() ?? '';
    if (text === '') return fallback;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    problems.push(`${name} must be a whole number from ${least} to ${most}; it is ${JSON.stringify(text)}.`);
    return fallback;
  };
  const seconds = wholeNumber('SOAK_SECONDS', 60, 2, MOST_SECONDS);
  const seed = wholeNumber('SOAK_SEED', randomInt(SEEDS), 0, SEEDS - 1);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return { seconds, seed };
}
