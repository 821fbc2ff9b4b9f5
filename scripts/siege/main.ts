/**
 * Starts a gateway with little memory and sends it requests that ask for much, in the hands of many clients, beside ordinary
 * clients. Then runs scenarios in which clients make a gateway hold much, each against a gateway of its own. Prints what each
 * attack cost, and fails when a gateway ends, falls silent, grows, or answers wrongly.
 *
 * `SIEGE_SECONDS=120 SIEGE_SEED=1 SIEGE_ATTACKS=nested-beyond,bodies-lacking SIEGE_REDIS=1 node scripts/siege/main.ts`
 */
import { assaults } from './attacks/index.ts';
import { failures } from './failures.ts';
import { formatAssaults, formatEnd, formatHeld, formatRow, HEADS, HELD_HEAD } from './format-report.ts';
import { scenarios } from './holding/index.ts';
import { parseSiegeSettings } from './parse-siege-settings.ts';
import { runSiege } from './run-siege.ts';
import { HEAP_MB } from './start-gateway.ts';

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

try {
  const settings = parseSiegeSettings(
    process.env,
    [...assaults, ...scenarios].map(({ name }) => name),
  );
  console.log(
    `Siege of ${settings.seconds} s against a gateway with ${HEAP_MB} MB of heap, SIEGE_SEED=${settings.seed}\n`,
  );
  if (assaults.some(({ name }) => settings.attacks.includes(name))) console.log(HEADS);
  const report = await runSiege(settings, {
    onFought: (fought) => console.log(formatRow(fought)),
    onAssaulted: (assaulted) => console.log(formatAssaults(assaulted)),
    onHeld(held, nth) {
      if (nth === 0) console.log(HELD_HEAD);
      console.log(formatHeld(held));
    },
  });
  console.log(formatEnd(report));
  const failed = failures(report);
  console.log(failed.length === 0 ? '\nAll of it holds.' : `\nFAILED\n  ${failed.join('\n  ')}`);
  // Connections to a gateway that fell would keep the process alive.
  process.exit(failed.length === 0 ? 0 : 1);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
