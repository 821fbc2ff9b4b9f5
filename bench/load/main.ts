/** The load of the benchmark, a process of its own: runs what it is told by messages, one at a time. */
import { type LoadJob, runLoad } from './run-load.ts';
import { type QuotaJob, runQuotaLoad } from './run-quota-load.ts';

export type LoadMessage =
  { readonly ask: 'load'; readonly job: LoadJob } | { readonly ask: 'quota'; readonly job: QuotaJob };

// The meter lets go of it, and there is nothing else to stay for.
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
