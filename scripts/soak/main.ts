/**
 * Puts gateways under load for a while, over an upstream that fails in every way that the sandbox knows, and under ten times
 * the demand that a quota allows. Prints what came of it, and fails when something is not as it must be.
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
  // What had been started by then would go on.
  process.exit(1);
}
