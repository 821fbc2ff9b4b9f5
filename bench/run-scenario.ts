import { cpus } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import type { Bench } from './bench.ts';
import { type Contender, dataOf, startContender } from './contender.ts';
import type { LoadJob, LoadResult } from './load/run-load.ts';
import type { Usage } from './processes/meter.ts';
import type { Figures } from './report/figures.ts';
import type { Scenario } from './scenarios.ts';

const WARM_UP_SECONDS = 2;

export interface ScenarioRunOptions {
  readonly seconds: number;
  readonly passes: number;
  /** Options of Node for the contenders. @default none */
  readonly nodeOptions?: readonly string[];
}

export interface ScenarioRun {
  /** Figures of each contender's passes, in their order. */
  readonly passes: ReadonlyMap<string, readonly Figures[]>;
  /** Number of answers of all contenders that were found equal. */
  readonly compared: number;
}

/** Measures the contenders in turn, every other pass in reverse order, so that none is always first or last. */
export async function runScenario(
  bench: Bench,
  scenario: Scenario,
  modules: ReadonlyMap<string, URL>,
  { seconds, passes, nodeOptions = [] }: ScenarioRunOptions,
): Promise<ScenarioRun> {
  await bench.begin(scenario.latencyMs);
  const contenders: Contender[] = [];
  try {
    for (const [name, module] of modules) {
      contenders.push(await startContender(name, module, bench.upstreamUrl, { nodeOptions }));
    }
    const compared = await compareAnswers(contenders, scenario);
    const rates = new Map<string, number>();
    for (const contender of contenders) {
      const warmUp = await bench.runLoad(jobOf(scenario, contender, { seconds: WARM_UP_SECONDS }));
      rates.set(contender.name, warmUp.requests / warmUp.seconds);
      await bench.quiet(contender.process);
    }
    const measured = new Map<string, Figures[]>(contenders.map(({ name }) => [name, []]));
    for (let pass = 0; pass < passes; pass += 1) {
      for (const contender of pass % 2 === 0 ? contenders : contenders.toReversed()) {
        const requests = Math.ceil((rates.get(contender.name) ?? 1) * seconds);
        const figures = await measure(bench, contender, jobOf(scenario, contender, { requests }));
        rates.set(contender.name, figures.requestsPerSecond);
        measured.get(contender.name)?.push(figures);
      }
    }
    return { passes: measured, compared };
  } finally {
    await Promise.all(contenders.map(({ process }) => process.end()));
  }
}

function jobOf(scenario: Scenario, { url }: Contender, length: LoadJob['length']): LoadJob {
  return {
    url,
    connections: scenario.connections,
    length,
    bodies: scenario.requests.map((request) => JSON.stringify(request)),
    token: scenario.isFreshIdentity ? null : 'one-identity',
    seed: 1,
  };
}

/** Number of answers found equal. @throws {Error} when one differs from that of `handWritten`, or else of the first. */
async function compareAnswers(contenders: readonly Contender[], { requests }: Scenario): Promise<number> {
  const yardstick = contenders.find(({ name }) => name === 'handWritten') ?? contenders[0];
  if (yardstick === undefined) return 0;
  for (const request of requests) {
    const expected = await dataOf(yardstick, request);
    for (const contender of contenders) {
      if (isDeepStrictEqual(await dataOf(contender, request), expected)) continue;
      throw new Error(`${contender.name} answers ${request.operationName} unlike ${yardstick.name}.`);
    }
  }
  return requests.length * contenders.length;
}

async function measure(bench: Bench, contender: Contender, job: LoadJob): Promise<Figures> {
  await bench.takeCounts();
  const before = await usages(bench, contender);
  const result = await bench.runLoad(job);
  const after = await usages(bench, contender);
  if (result.failures > 0) {
    throw new Error(`${contender.name} did not answer ${result.failures} of ${result.requests} requests.`);
  }
  await bench.quiet(contender.process);
  const { calls } = await bench.takeCounts();
  return {
    cpuMs: (after.contender.cpuMs - before.contender.cpuMs) / result.requests,
    requestsPerSecond: result.requests / result.seconds,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    callsPerRequest: calls / result.requests,
    peakRssMb: after.contender.peakRssMb,
    upstreamBusy: busy(before.upstream, after.upstream, result),
    loadBusy: busy(before.load, after.load, result),
    othersBusy: othersBusy(before, after),
  };
}

interface Usages {
  readonly contender: Usage;
  readonly upstream: Usage;
  readonly load: Usage;
  /** Sum over all cores, in milliseconds. */
  readonly machine: { readonly busyMs: number; readonly allMs: number };
}

async function usages(bench: Bench, { process }: Contender): Promise<Usages> {
  return {
    machine: machineUsage(),
    contender: await process.usage(),
    upstream: await bench.upstream.usage(),
    load: await bench.load.usage(),
  };
}

/** Share of one core. */
function busy(before: Usage, after: Usage, { seconds }: LoadResult): number {
  return (after.cpuMs - before.cpuMs) / 1000 / seconds;
}

function machineUsage(): Usages['machine'] {
  let busyMs = 0;
  let allMs = 0;
  for (const { times } of cpus()) {
    const busyOfCore = times.user + times.nice + times.sys + times.irq;
    busyMs += busyOfCore;
    allMs += busyOfCore + times.idle;
  }
  return { busyMs, allMs };
}

/** Share of all cores used by other processes. */
function othersBusy(before: Usages, after: Usages): number {
  const ownMs = (['contender', 'upstream', 'load'] as const)
    .map((each) => after[each].cpuMs - before[each].cpuMs)
    .reduce((sum, each) => sum + each);
  const busyMs = after.machine.busyMs - before.machine.busyMs;
  return Math.max(0, busyMs - ownMs) / (after.machine.allMs - before.machine.allMs);
}

/** Pass with the least CPU time per request, and the peak memory of all passes. */
export function bestOf(passes: readonly Figures[]): Figures {
  return withMostMemory(byCpu(passes)[0], passes);
}

/** Pass with the median of CPU time per request, and the peak memory of all passes. */
export function medianOf(passes: readonly Figures[]): Figures {
  return withMostMemory(byCpu(passes)[Math.floor(passes.length / 2)], passes);
}

function byCpu(passes: readonly Figures[]): readonly Figures[] {
  return passes.toSorted((a, b) => a.cpuMs - b.cpuMs);
}

function withMostMemory(figures: Figures | undefined, passes: readonly Figures[]): Figures {
  if (figures === undefined) throw new TypeError('A contender has at least one pass.');
  return { ...figures, peakRssMb: Math.max(...passes.map(({ peakRssMb }) => peakRssMb)) };
}
