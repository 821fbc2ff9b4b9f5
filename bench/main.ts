/**
 * Measures the gateway beside other servers over the same upstream, prints a table for each scenario, and says which targets
 * were reached.
 *
 * `BENCH_SCENARIO=cold,warm BENCH_CONTENDERS=gateway,handWritten BENCH_SECONDS=3 npm run bench`
 *
 * `BENCH_SCENARIO=executor npm run bench` measures the gateway's executor beside graphql-js and graphql-jit, without servers.
 *
 * `BENCH_SCENARIO=large-answers npm run bench` measures how long the gateway holds the event loop for one large answer of the
 * upstream.
 *
 * `BENCH_AGAINST=<git ref> BENCH_SCENARIO=cold,warm npm run bench` compares the gateway with that of another commit instead.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { installOnce } from '../scripts/install-once.ts';
import { Bench } from './bench.ts';
import { PASSES as EXECUTOR_PASSES } from './executor/measure.ts';
import { unpackGateway } from './against.ts';
import { contenderNames, contenders } from './contenders.ts';
import { killAll } from './processes/measured-process.ts';
import { whyNoRedis } from '../scripts/redis-process.ts';
import type { ExecutorFigures, QuotaFigures, ReplicasFigures, ScenarioFigures } from './report/figures.ts';
import { type Circumstances, resultsJson } from './report/results-json.ts';
import { cpuChart } from './report/svg.ts';
import {
  comparisonTable,
  executorTable,
  largeAnswersTable,
  quotaTable,
  replicasTable,
  scenarioTable,
} from './report/table.ts';
import {
  againstVerdict,
  executorVerdicts,
  type Measured,
  verdictLine,
  verdictsOn,
} from './report/targets.ts';
import { compareExecutors, runExecutors } from './run-executor.ts';
import { runLargeAnswers } from './run-large-answers.ts';
import { QUOTA_SECONDS, runQuota } from './run-quota.ts';
import { runReplicas } from './run-replicas.ts';
import { PASSES as AGAINST_PASSES, runAgainst } from './run-against.ts';
import { bestOf, runScenario } from './run-scenario.ts';
import { scenarios } from './scenarios.ts';
import { parseSettings, type Settings } from './settings.ts';

/** Passes of each contender. */
const PASSES = 2;
/** Scenarios without the servers that the gateway is compared with. */
const withoutServers: ReadonlySet<string> = new Set(['executor', 'large-answers']);
const CHARTED: ReadonlySet<string> = new Set(['cold', 'warm', 'deployed']);

const circumstances: Circumstances = {
  node: process.versions.node,
  cores: cpus().length,
};

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
  const settings = parseSettings(
    process.env,
    scenarios.map(({ name }) => name),
    ['quota', 'replicas', 'executor', 'large-answers'],
  );
  if (settings.scenarios.some((name) => !withoutServers.has(name))) {
    installOnce(new URL('./', import.meta.url), 'what the benchmark needs');
  }
  console.log(`Node ${circumstances.node} on ${circumstances.cores} cores.`);
  if (settings.against !== null) await compareWith(settings.against, settings);
  else {
    const measured: Measured = await measureAll(settings);
    if (settings.isWhole) writeResults(measured);
  }
  console.log(`\nOver after ${((performance.now() - startedAtMs) / 60_000).toFixed(1)} minutes.`);
}

/** Compares this gateway with that of another commit, scenario by scenario. */
async function compareWith(ref: string, settings: Settings): Promise<void> {
  const other = unpackGateway(ref);
  process.on('exit', () => other.remove());
  const bench = await Bench.start();
  console.log(
    `This gateway beside that of ${other.commit}, ${AGAINST_PASSES} passes each in alternation; medians.`,
  );
  for (const scenario of scenarios) {
    if (!settings.scenarios.includes(scenario.name)) continue;
    console.log(`\n${scenario.name}: ${scenario.title}; ${scenario.connections} connections`);
    const figures = await runAgainst(bench, scenario, other, settings.seconds);
    console.log([...scenarioTable(figures.medians), verdictLine(againstVerdict(figures.ratios))].join('\n'));
  }
}

async function measureAll(settings: Settings): Promise<Measured> {
  const measured = {
    scenarios: new Map<string, ScenarioFigures>(),
    quota: null as QuotaFigures | null,
    replicas: null as ReplicasFigures | null,
    executors: new Map<string, ReadonlyMap<string, ExecutorFigures>>(),
  };
  if (settings.scenarios.some((name) => !withoutServers.has(name))) await measureServers(settings, measured);
  if (settings.scenarios.includes('executor') && settings.contenders.includes('gateway')) {
    await measureExecutors(settings, measured.executors);
  }
  if (settings.scenarios.includes('large-answers') && settings.contenders.includes('gateway')) {
    console.log('\nlarge-answers: one query whose upstream answers with much, and the same query again');
    console.log(largeAnswersTable(await Array.fromAsync(runLargeAnswers())).join('\n'));
  }
  return measured;
}

interface ServersMeasured extends Measured {
  readonly scenarios: Map<string, ScenarioFigures>;
  quota: QuotaFigures | null;
  replicas: ReplicasFigures | null;
}

/** Measures everything that goes through servers. */
async function measureServers(settings: Settings, measured: ServersMeasured): Promise<void> {
  const bench = await Bench.start();
  const report = (scenario: string, lines: readonly string[]) =>
    console.log([...lines, ...verdictsOn(scenario, measured).map(verdictLine)].join('\n'));

  console.log(
    'Of two passes, the one with less CPU time a request; the most memory of all. CPU and throughput',
  );
  console.log('beside those of the gateway.');

  for (const scenario of scenarios) {
    if (!settings.scenarios.includes(scenario.name)) continue;
    const names = (scenario.only ?? contenderNames).filter((name) => settings.contenders.includes(name));
    if (names.length === 0) continue;
    console.log(`\n${scenario.name}: ${scenario.title}; ${scenario.connections} connections`);
    const modules = new Map(names.map((name) => [name, contenders[name]]));
    const length = { seconds: settings.seconds, passes: PASSES };
    const { passes, compared } = await runScenario(bench, scenario, modules, length);
    const figures = new Map([...passes].map(([name, each]) => [name, bestOf(each)]));
    measured.scenarios.set(scenario.name, figures);
    console.log(`  Checked before: ${compared} answers of ${names.length} contenders are deeply equal.`);
    report(scenario.name, scenarioTable(figures));
  }
  if (settings.scenarios.includes('quota') && settings.contenders.includes('gateway')) {
    const seconds = Math.min(QUOTA_SECONDS, settings.seconds * 10);
    console.log(
      `\nquota: 200 clients on 5 campaigns, each every 2 s; one token, 300 calls a minute; ${seconds} s`,
    );
    measured.quota = await runQuota(bench, seconds);
    report('quota', quotaTable(measured.quota));
  }
  if (settings.scenarios.includes('replicas') && settings.contenders.includes('gateway')) {
    const seconds = Math.min(QUOTA_SECONDS, settings.seconds * 10);
    console.log(`\nreplicas: the same over one gateway and over three with one Redis; ${seconds} s each`);
    const missing = whyNoRedis();
    if (missing !== null) console.warn(`  SKIPPED: ${missing}.`);
    else {
      measured.replicas = await runReplicas(bench, seconds);
      report('replicas', replicasTable(measured.replicas));
    }
  }
}

/** Measures executors alone, over data in memory. */
async function measureExecutors(
  settings: Settings,
  measured: Map<string, ReadonlyMap<string, ExecutorFigures>>,
): Promise<void> {
  console.log(
    `\nexecutor: one operation at a time over data in memory, ${EXECUTOR_PASSES} passes each in alternation; medians`,
  );
  for await (const { name, title, figures } of runExecutors(settings.seconds)) {
    measured.set(name, figures);
    console.log(`\n  ${name}: ${title}`);
    console.log([...executorTable(figures), ...executorVerdicts(figures).map(verdictLine)].join('\n'));
  }
  console.log(`\n${comparisonTable(await compareExecutors()).join('\n')}`);
}

/** Saves the results beside this file, for docs/cost.md. */
function writeResults(measured: Measured): void {
  const charted = [...measured.scenarios].filter(([name]) => CHARTED.has(name));
  writeFileSync(new URL('results.svg', import.meta.url), cpuChart(new Map(charted)));
  writeFileSync(new URL('results.json', import.meta.url), resultsJson(measured, circumstances));
}
