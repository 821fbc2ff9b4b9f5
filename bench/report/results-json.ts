import type { Measured } from './targets.ts';

export interface Circumstances {
  readonly node: string;
  readonly cores: number;
}

/** Figures of a run as JSON, rounded to four significant digits. */
export function resultsJson(
  { scenarios, quota, replicas, executors = new Map() }: Measured,
  circumstances: Circumstances,
): string {
  const results = {
    circumstances,
    scenarios: Object.fromEntries(
      [...scenarios].map(([scenario, figures]) => [
        scenario,
        Object.fromEntries([...figures].map(([name, each]) => [name, rounded(each)])),
      ]),
    ),
    ...(quota !== null && { quota: rounded(quota) }),
    ...(replicas && { replicas: { one: rounded(replicas.one), three: rounded(replicas.three) } }),
    ...(executors.size > 0 && {
      executors: Object.fromEntries(
        [...executors].map(([operation, figures]) => [
          operation,
          Object.fromEntries([...figures].map(([name, each]) => [name, rounded(each)])),
        ]),
      ),
    }),
  };
  return `${JSON.stringify(results, null, 2)}\n`;
}

function rounded(figures: object): Record<string, number> {
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, Number(Number(value).toPrecision(4))]),
  );
}
