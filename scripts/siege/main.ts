/**
 * Starts a gateway with little memory and sends it requests that ask for much, in the hands of many clients, beside ordinary
 * clients. Prints what each attack cost, and fails when the gateway ends, falls silent, grows, or answers wrongly.
 *
 * `SIEGE_SECONDS=120 SIEGE_SEED=1 SIEGE_ATTACKS=nested-beyond,nested-within node scripts/siege/main.ts`
 */
import { assaults } from './attacks/index.ts';
import { failures } from './failures.ts';
import { formatReport, formatRow, HEADS } from './format-report.ts';
import { parseSiegeSettings } from './parse-siege-settings.ts';
import { HEAP_MB, runSiege } from './run-siege.ts';

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

try {
  const settings = parseSiegeSettings(
    process.env,
    assaults.map(({ name }) => name),
  );
  console.log(
    `Siege of ${settings.seconds} s against a gateway with ${HEAP_MB} MB of heap, SIEGE_SEED=${settings.seed}\n`,
  );
  console.log(HEADS);
  const report = await runSiege(settings, (fought) => console.log(formatRow(fought)));
  console.log(formatReport(report));
  const failed = failures(report);
  console.log(failed.length === 0 ? '\nAll of it holds.' : `\nFAILED\n  ${failed.join('\n  ')}`);
  // Connections to a gateway that fell would keep the process alive.
  process.exit(failed.length === 0 ? 0 : 1);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
