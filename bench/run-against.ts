import type { OtherGateway } from './against.ts';
import type { Bench } from './bench.ts';
import { contenders } from './contenders.ts';
import { medianOf, runScenario } from './run-scenario.ts';
import type { Figures } from './report/figures.ts';
import type { Scenario } from './scenarios.ts';

/** Passes of each gateway. */
export const PASSES = 11;

/** Slices of a pass. The gateways take turns at them, so that what else the machine does meets both alike. */
const SLICES = 8;

/**
 * While one gateway waits for its turn, V8 would collect its garbage at some moment, and make its room for young objects small.
 * How often it does that would decide more of what a request costs than the difference between two commits.
 */
const NODE_OPTIONS = ['--no-memory-reducer', '--min-semi-space-size=16'];

/** Comparison of the gateway with that of another commit in one scenario. */
export interface AgainstFigures {
  /** Pass with the median of CPU time per request, by gateway. */
  readonly medians: ReadonlyMap<string, Figures>;
  /** CPU time per request of the gateway divided by that of the other one, for each pair of passes, in ascending order. */
  readonly ratios: readonly number[];
}

/**
 * Measures both gateways in alternation. Each pass has processes of its own, because a process keeps the memory layout and the
 * compiled code that it happened to get; and the order changes with each pair.
 */
export async function runAgainst(
  bench: Bench,
  scenario: Scenario,
  other: OtherGateway,
  seconds: number,
): Promise<AgainstFigures> {
  const modules: [string, URL][] = [
    ['gateway', contenders.gateway],
    [other.commit, other.module],
  ];
  const passes = new Map<string, Figures[]>(modules.map(([name]) => [name, []]));
  const ratios: number[] = [];
  for (let pass = 0; pass < PASSES; pass += 1) {
    const inTurn = new Map(pass % 2 === 0 ? modules : modules.toReversed());
    const run = await runScenario(bench, scenario, inTurn, {
      seconds: seconds / SLICES,
      passes: SLICES,
      nodeOptions: NODE_OPTIONS,
    });
    const cpuMs = modules.map(([name]) => {
      const figures = medianOf(run.passes.get(name) ?? []);
      passes.get(name)?.push(figures);
      return figures.cpuMs;
    });
    ratios.push((cpuMs[0] ?? Number.NaN) / (cpuMs[1] ?? Number.NaN));
  }
  return {
    medians: new Map([...passes].map(([name, figures]) => [name, medianOf(figures)])),
    ratios: ratios.toSorted((a, b) => a - b),
  };
}
