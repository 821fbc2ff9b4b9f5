/** Process of the benchmark's load: runs the jobs that it gets as messages, one at a time. */
import { type LoadJob, runLoad } from './run-load.ts';
import { type QuotaJob, runQuotaLoad } from './run-quota-load.ts';

export type LoadMessage =
  { readonly ask: 'load'; readonly job: LoadJob } | { readonly ask: 'quota'; readonly job: QuotaJob };

// The meter unrefs the channel, and nothing else keeps the process alive.
process.channel?.ref();
process.on('message', (message: LoadMessage) => {
  if (message.ask === 'load') reply(runLoad(message.job));
  else if (message.ask === 'quota') reply(runQuotaLoad(message.job));
});

function reply(result: Promise<object>): void {
  result.then(
    (value) => process.send?.({ result: value }),
    (error: unknown) => process.send?.({ error }),
  );
}
