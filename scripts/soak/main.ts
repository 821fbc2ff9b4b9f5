/**
 * Puts gateways under two loads: mixed queries under every profile of the sandbox, and ten times the demand that a quota
 * allows. Prints a report, and fails when an expectation is not met.
 *
 * `SOAK_SECONDS=60 SOAK_SEED=1 node scripts/soak/main.ts`
 */
import { failures } from './failures.ts';
import { formatReport } from './format-report.ts';
import { parseSoakSettings } from './parse-soak-settings.ts';
import { runSoak } from './run-soak.ts';

try {
  const report = await runSoak(parseSoakSettings(process.env));
  console.log(formatReport(report));
  const failed = failures(report);
  console.log(failed.length === 0 ? '\nAll of it holds.' : `\nFAILED\n  ${failed.join('\n  ')}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  // Gateways and timers that have started would keep the process alive.
  process.exit(1);
}
