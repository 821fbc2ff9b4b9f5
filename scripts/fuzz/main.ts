/**
 * Starts a gateway and sends it ordinary, malformed, oversized and truncated HTTP, JSON and GraphQL. Prints a report, and
 * fails when an expectation is not met, with the smallest request that shows it.
 *
 * `FUZZ_REQUESTS=100000 FUZZ_SECONDS=900 FUZZ_SEED=1 node scripts/fuzz/main.ts`
 */
import { failuresOf, formatReport, formatSample } from './format-report.ts';
import { parseFuzzSettings } from './parse-fuzz-settings.ts';
import { runFuzz } from './run-fuzz.ts';

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

try {
  const settings = parseFuzzSettings(process.env);
  console.log(
    `Up to ${settings.requests} requests in up to ${settings.seconds} s, FUZZ_SEED=${settings.seed}`,
  );
  const report = await runFuzz(settings, (sample) => console.log(formatSample(sample)));
  console.log(`\n${formatReport(report)}`);
  const failed = failuresOf(report);
  console.log(failed.length === 0 ? '\nAll of it holds.' : `\nFAILED\n${failed.join('\n')}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
