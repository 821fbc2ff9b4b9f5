/**
 * Measures the gateway beside other servers over the same upstream, prints a table for each scenario, and says which targets
 * were reached.
 *
 * `BENCH_SCENARIO=cold,warm BENCH_CONTENDERS=gateway,handWritten BENCH_SECONDS=3 npm run bench`
 */
import { cpus } from 'node:os';
import { Bench } from './bench.ts';
import { contenderNames } from './contenders.ts';
import { installIfNeeded } from './install.ts';
import { killAll } from './processes/measured-process.ts';
import type { QuotaFigures, ScenarioFigures } from './report/figures.ts';
import { quotaTable, scenarioTable } from './report/table.ts';
import { verdictLine, verdictsOn } from './report/targets.ts';
import { QUOTA_SECONDS, runQuota } from './run-quota.ts';
import { runScenario } from './run-scenario.ts';
import { scenarios } from './scenarios.ts';
import { parseSettings } from './settings.ts';

process.on('exit', killAll);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

try {
  await run();
  process.exit(0);
} catch (error) {
  console.error(error instanceof RangeError ? error.message : error);
  process.exit(1);
}

async function run(): Promise<void> {
  const startedAtMs = performance.now();
  const settings = parseSettings(process.env, [...scenarios.map(({ name }) => name), 'quota']);
  const measured = {
    scenarios: new Map<string, ScenarioFigures>(),
    quota: null as QuotaFigures | null,
  };
  installIfNeeded();
  const bench = await Bench.start();
  console.log(
    `Node ${process.versions.node} on ${cpus().length} cores of ${cpus()[0]?.model ?? 'an unknown model'}.`,
  );
  console.log(
    'Of two passes, the one with less CPU time per request. CPU and throughput beside the gateway.',
  );

  for (const scenario of scenarios) {
    if (!settings.scenarios.includes(scenario.name)) continue;
    const names = (scenario.only ?? contenderNames).filter((name) => settings.contenders.includes(name));
    console.log(`\n${scenario.name}: ${scenario.title}; ${scenario.connections} connections`);
    const { figures, compared } = await runScenario(bench, scenario, names, settings.seconds);
    measured.scenarios.set(scenario.name, figures);
    console.log(`  Checked before: ${compared} answers of ${names.length} contenders are deeply equal.`);
    report(scenario.name, scenarioTable(figures));
  }

  if (settings.scenarios.includes('quota') && settings.contenders.includes('gateway')) {
    console.log('\nquota: 200 clients on 5 campaigns, each every 2 s, one token with 300 calls a minute');
    measured.quota = await runQuota(
      bench,
      settings.isWhole ? QUOTA_SECONDS : Math.min(QUOTA_SECONDS, settings.seconds * 10),
    );
    report('quota', quotaTable(measured.quota));
  }
  console.log(`\nOver after ${((performance.now() - startedAtMs) / 60_000).toFixed(1)} minutes.`);

  function report(scenario: string, lines: readonly string[]): void {
    console.log([...lines, ...verdictsOn(scenario, measured).map(verdictLine)].join('\n'));
  }
}
