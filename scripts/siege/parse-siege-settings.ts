import { randomInt } from 'node:crypto';
import { settings as gatewaySettings } from '../../src/config/settings.ts';
import { type Environment, wholeNumbersOf } from '../whole-numbers.ts';

export interface SiegeSettings {
  /** Duration of all assaults together; each is sent at least once, even if that takes longer. Scenarios have their own times. */
  readonly seconds: number;
  /** Seed of all that is drawn. */
  readonly seed: number;
  /** Names of the assaults to send and of the scenarios to run. */
  readonly attacks: readonly string[];
  /** True when the gateway under the assaults has a Redis. */
  readonly withRedis: boolean;
  /** Settings of the gateway, for instance to take a bound away. */
  readonly gateway: Readonly<Record<string, string>>;
}

const MOST_SECONDS = 86_400;
const SEEDS = 2 ** 32;

/**
 * Reads SIEGE_SECONDS (default 120), SIEGE_SEED (random), SIEGE_ATTACKS (all of the given names; otherwise some of them, apart
 * by commas), SIEGE_REDIS (1 or 0, the default), and the settings of the gateway. Throws an Error that lists all problems.
 */
export function parseSiegeSettings(env: Environment, known: readonly string[]): SiegeSettings {
  const problems: string[] = [];
  const wholeNumber = wholeNumbersOf(env, problems);
  const seconds = wholeNumber('SIEGE_SECONDS', 120, 1, MOST_SECONDS);
  const seed = wholeNumber('SIEGE_SEED', randomInt(SEEDS), 0, SEEDS - 1);
  const withRedis = wholeNumber('SIEGE_REDIS', 0, 0, 1) === 1;
  const wanted = (env['SIEGE_ATTACKS'] ?? '').split(',').flatMap((name) => name.trim() || []);
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    problems.push(`SIEGE_ATTACKS has ${unknown.join(', ')}, but knows only ${known.join(', ')}.`);
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const gateway: Record<string, string> = {};
  for (const name of Object.keys(gatewaySettings)) {
    const value = env[name] ?? '';
    // The siege has an upstream and a port of its own.
    if (value !== '' && !OWN.test(name)) gateway[name] = value;
  }
  return { seconds, seed, attacks: wanted.length === 0 ? known : wanted, withRedis, gateway };
}

const OWN = /^(?:GENESYSCLOUD_|REDIS_|AUTH_|OTEL_)|^(?:PORT|HOST|METRICS_PORT)$/;
