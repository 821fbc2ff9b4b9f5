/** Process of the executors: measures one operation, or compares their answers, as messages ask for. */
import { compareCases } from './differences.ts';
import { measureTask } from './measure.ts';
import { workloads } from './workloads.ts';

/** Messages to the process. `measure` is answered with the figures of each executor, `compare` with `Comparison`s. */
export type ExecutorMessage =
  | { readonly ask: 'measure'; readonly workload: string; readonly seconds: number }
  | { readonly ask: 'compare' };

// The meter unrefs the channel, and nothing else keeps the process alive.
process.channel?.ref();
process.on('message', (message: ExecutorMessage) => {
  if (message.ask === 'measure') reply(measure(message.workload, message.seconds));
  else if (message.ask === 'compare') reply(compareCases());
});

async function measure(name: string, seconds: number) {
  const workload = workloads.find((each) => each.name === name);
  if (workload === undefined) throw new RangeError(`There is no workload ${name}.`);
  return measureTask(workload, seconds);
}

function reply(result: Promise<object>): void {
  result.then(
    (value) => process.send?.({ result: value }),
    (error: unknown) => process.send?.({ error }),
  );
}
