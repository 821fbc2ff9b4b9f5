import type { ExecutorFigures } from '../report/figures.ts';
import type { ExecutionResult } from './packages.ts';
import { asText, type ExecutorName, preparationsOf, type Run, type Task } from './executors.ts';

/** Passes of each executor. */
export const PASSES = 7;
/** Compilations of the same operation that `firstMs` is the mean of. */
const COMPILATIONS = 20;

/**
 * Measures the executors of a task in alternation, every other round in reverse order, so that whatever else the machine does
 * concerns all of them. CPU time is that of the process, the garbage collector's included.
 *
 * @param seconds Length of one pass.
 * @throws {Error} when an executor answers unlike graphql-js.
 */
export async function measureTask(
  task: Task,
  seconds: number,
): Promise<ReadonlyMap<ExecutorName, ExecutorFigures>> {
  const preparations = [...preparationsOf(task)];
  const runs = preparations.map(([name, prepare]) => ({ name, run: prepare() }));
  await expectEqualAnswers(runs);
  const passes: { name: ExecutorName; run: Run; times: number; cpuMs: number[] }[] = [];
  for (const each of runs) {
    passes.push({ ...each, times: await timesWithin(each.run, seconds * 1000), cpuMs: [] });
  }
  for (let pass = 0; pass < PASSES; pass += 1) {
    for (const { run, times, cpuMs } of pass % 2 === 0 ? passes : passes.toReversed()) {
      cpuMs.push((await cpuMsOf(() => repeat(run, times))) / times);
    }
  }
  const reference = passes.find(({ name }) => name === 'compiled')?.cpuMs ?? [];
  const figures = new Map<ExecutorName, ExecutorFigures>();
  for (const [index, [name, prepare]] of preparations.entries()) {
    const cpuMs = passes[index]?.cpuMs ?? [];
    const ratios = cpuMs.map((each, pass) => each / (reference[pass] ?? Number.NaN));
    figures.set(name, {
      cpuMs: medianOf(cpuMs),
      ratio: medianOf(ratios),
      lowestRatio: Math.min(...ratios),
      highestRatio: Math.max(...ratios),
      firstMs: await firstMsOf(prepare),
    });
  }
  return figures;
}

async function expectEqualAnswers(runs: readonly { name: ExecutorName; run: Run }[]): Promise<void> {
  let expected: string | undefined;
  for (const { name, run } of runs) {
    const answer = asText(await run());
    expected ??= answer;
    if (answer !== expected) throw new Error(`${name} answers unlike graphql-js: ${answer.slice(0, 1000)}`);
  }
}

/** Number of runs that fit into a time; they warm the executor up. */
async function timesWithin(run: Run, ms: number): Promise<number> {
  const untilMs = performance.now() + ms;
  let times = 0;
  while (performance.now() < untilMs) {
    await repeat(run, 1);
    times += 1;
  }
  return times;
}

/** Last result, kept so that no part of making it can be left out by the compiler of V8. */
export let lastResult: ExecutionResult | null = null;

async function repeat(run: Run, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const result = run();
    lastResult = result instanceof Promise ? await result : result;
    // As in an answer that is sent; the gateway's executor finds the place of an error only then.
    for (const error of lastResult.errors ?? []) error.toJSON();
  }
}

/** CPU time of compiling an operation and executing it for the first time, by an executor that is itself warm. */
async function firstMsOf(prepare: () => Run): Promise<number> {
  const cpuMs = await cpuMsOf(async () => {
    for (let time = 0; time < COMPILATIONS; time += 1) await repeat(prepare(), 1);
  });
  return cpuMs / COMPILATIONS;
}

async function cpuMsOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
