import { type ContenderName, contenderNames } from './contenders.ts';

export interface Settings {
  /** Names of scenarios, `quota` and `replicas` among them. */
  readonly scenarios: readonly string[];
  readonly contenders: readonly ContenderName[];
  /** Length of one pass of one contender. */
  readonly seconds: number;
  /** Commit whose gateway is compared with this one, instead of the contenders; null for no comparison. */
  readonly against: string | null;
  /** True when nothing is left out or shortened, so that the figures may be kept beside the code. */
  readonly isWhole: boolean;
}

const SECONDS = 6;

/** @throws {RangeError} that names a setting with an invalid value. */
export function parseSettings(
  env: Readonly<Record<string, string | undefined>>,
  scenarioNames: readonly string[],
  /** Scenarios of several gateways or of a quota, which are not compared with another commit. */
  moreNames: readonly string[] = [],
): Settings {
  const seconds = Number(env['BENCH_SECONDS'] ?? SECONDS);
  if (!(seconds > 0 && seconds <= 600))
    throw new RangeError('BENCH_SECONDS is a number of seconds up to 600.');
  const against = env['BENCH_AGAINST']?.trim() || null;
  if (against !== null && env['BENCH_CONTENDERS'] !== undefined) {
    throw new RangeError(
      'BENCH_AGAINST compares two gateways alone: BENCH_CONTENDERS cannot be set with it.',
    );
  }
  return {
    against,
    scenarios: chosen(
      'BENCH_SCENARIO',
      env['BENCH_SCENARIO'],
      against === null ? [...scenarioNames, ...moreNames] : scenarioNames,
    ),
    contenders: chosen('BENCH_CONTENDERS', env['BENCH_CONTENDERS'], contenderNames),
    seconds,
    isWhole:
      against === null &&
      seconds >= SECONDS &&
      env['BENCH_SCENARIO'] === undefined &&
      env['BENCH_CONTENDERS'] === undefined,
  };
}

function chosen<Name extends string>(
  setting: string,
  text: string | undefined,
  names: readonly Name[],
): Name[] {
  if (text === undefined || text.trim() === '') return [...names];
  const wanted = text.split(',').map((each) => each.trim());
  const unknown = wanted.filter((each) => !names.some((name) => name === each));
  if (unknown.length > 0) {
    throw new RangeError(`${setting} has ${unknown.join(', ')}; there are ${names.join(', ')}.`);
  }
  return names.filter((name) => wanted.includes(name));
}
