import type { OtherGateway } from './against.ts';
import type { Bench } from './bench.ts';
import { contenders } from './contenders.ts';
import { medianOf, runScenario } from './run-scenario.ts';
import type { Figures } from './report/figures.ts';
import type { Scenario } from './scenarios.ts';

/** Passes of each gateway. */
export const PASSES = 7;

/** Comparison of the gateway with that of another commit in one scenario. */
export interface AgainstFigures {
  /** Pass with the median of CPU time per request, by gateway. */
  readonly medians: ReadonlyMap<string, Figures>;
  /** CPU time per request of the gateway divided by that of the other one, for each pair of passes, in ascending order. */
  readonly ratios: readonly number[];
}

/** Measures both gateways in alternation: the passes of a pair follow one another, and the order changes with each pair. */
export async function runAgainst(
  bench: Bench,
  scenario: Scenario,
  other: OtherGateway,
  seconds: number,
): Promise<AgainstFigures> {
  const modules = new Map([
    ['gateway', contenders.gateway],
    [other.commit, other.module],
  ]);
  const { passes } = await runScenario(bench, scenario, modules, { seconds, passes: PASSES });
  const own = passes.get('gateway') ?? [];
  const others = passes.get(other.commit) ?? [];
  const ratios = own.map(({ cpuMs }, index) => cpuMs / (others[index]?.cpuMs ?? Number.NaN));
  return {
    medians: new Map([...passes].map(([name, figures]) => [name, medianOf(figures)])),
    ratios: ratios.toSorted((a, b) => a - b),
  };
}
