import type { Comparison } from './executor/differences.ts';
import type { ExecutorMessage } from './executor/main.ts';
import type { ExecutorName } from './executor/executors.ts';
import { workloads } from './executor/workloads.ts';
import { MeasuredProcess } from './processes/measured-process.ts';
import type { ExecutorFigures } from './report/figures.ts';

/** Share of `BENCH_SECONDS` that one pass takes: nothing but computing happens in it. */
const SHARE_OF_SECONDS = 1 / 6;

type Figures = ReadonlyMap<ExecutorName, ExecutorFigures>;

/** Figures of each operation, as they are measured. Each has a process of its own. */
export async function* runExecutors(
  seconds: number,
): AsyncGenerator<{ readonly name: string; readonly title: string; readonly figures: Figures }> {
  for (const { name, title } of workloads) {
    const message = { ask: 'measure', workload: name, seconds: seconds * SHARE_OF_SECONDS } as const;
    yield { name, title, figures: await askOnce<Figures>(message) };
  }
}

/** Comparison of the executors' answers in cases that are not timed. */
export function compareExecutors(): Promise<Comparison[]> {
  return askOnce({ ask: 'compare' });
}

async function askOnce<Result>(message: ExecutorMessage): Promise<Result> {
  const module = new URL('executor/main.ts', import.meta.url);
  const process = new MeasuredProcess({ name: 'The executors', module });
  try {
    const { result, error } = await process.ask(message);
    if (error !== undefined) throw new Error('The executors failed.', { cause: error });
    return result as Result;
  } finally {
    await process.end();
  }
}
