import type { Comparison } from '../executor/differences.ts';
import type {
  ExecutorFigures,
  LargeAnswerFigures,
  QuotaFigures,
  ReplicasFigures,
  ScenarioFigures,
} from './figures.ts';

/** Contender that the others are compared with. */
const REFERENCE = 'gateway';
/** Share of a core above which another process may have slowed the contender down. */
const BUSY = 0.8;
/** Share of the machine used by other processes above which requests/s and latencies mean little. */
const DISTURBED = 0.1;

/** Lines for all contenders, and warnings when other processes may have affected the figures. */
export function scenarioTable(figures: ScenarioFigures): string[] {
  const reference = figures.get(REFERENCE);
  const rows = [...figures].map(([name, each]) => [
    name,
    each.cpuMs.toFixed(2),
    each.requestsPerSecond.toFixed(each.requestsPerSecond < 100 ? 1 : 0),
    String(Math.round(each.p50Ms)),
    String(Math.round(each.p99Ms)),
    each.callsPerRequest.toFixed(2),
    each.peakRssMb.toFixed(0),
    reference ? `${(each.cpuMs / reference.cpuMs).toFixed(2)}x` : '',
    reference ? `${(each.requestsPerSecond / reference.requestsPerSecond).toFixed(2)}x` : '',
  ]);
  return [
    ...table([
      [
        'contender',
        'CPU ms/request',
        'requests/s',
        'p50 ms',
        'p99 ms',
        'calls/request',
        'peak RSS MB',
        'CPU',
        'throughput',
      ],
      ...rows,
    ]),
    ...[...figures].flatMap(([name, { upstreamBusy, loadBusy }]) => [
      ...(upstreamBusy > BUSY ? [busyLine(name, 'the upstream', upstreamBusy)] : []),
      ...(loadBusy > BUSY ? [busyLine(name, 'the load', loadBusy)] : []),
    ]),
    ...disturbedLine(figures),
  ];
}

export function quotaTable(quota: QuotaFigures): string[] {
  return table(quotaRows(quota).map(([what, value]) => [what, value]));
}

export function replicasTable({ one, three }: ReplicasFigures): string[] {
  const ofThree = quotaRows(three).map(([, value]) => value);
  return table([
    ['', 'one', 'three'],
    ...quotaRows(one).map(([what, value], row) => [what, value, ofThree[row] ?? '']),
  ]);
}

/** Lines for all executors of one operation. */
export function executorTable(figures: ReadonlyMap<string, ExecutorFigures>): string[] {
  return table([
    ['executor', 'CPU ms/answer', 'first answer ms', 'CPU', 'from', 'to'],
    ...[...figures].map(([name, { cpuMs, firstMs, ratio, lowestRatio, highestRatio }]) => [
      name,
      cpuMs.toFixed(3),
      firstMs.toFixed(2),
      ...[ratio, lowestRatio, highestRatio].map((each) => `${each.toFixed(2)}x`),
    ]),
  ]);
}

/** Lines for queries whose upstream answers with much. */
export function largeAnswersTable(figures: readonly LargeAnswerFigures[]): string[] {
  return table([
    ['answer', 'MB', 'longest block ms', 'CPU ms', 'peak RSS MB', 'again: block ms', 'CPU ms'],
    ...figures.map(({ kind, megabytes, read, again }) => [
      kind,
      String(megabytes),
      read.longestBlockMs.toFixed(0),
      read.cpuMs.toFixed(0),
      read.peakRssMb.toFixed(0),
      again.longestBlockMs.toFixed(0),
      again.cpuMs.toFixed(0),
    ]),
  ]);
}

/** Lines for cases in which an executor may answer otherwise than graphql-js. */
export function comparisonTable(comparisons: readonly Comparison[]): string[] {
  const names = [...(comparisons[0]?.outcomes.keys() ?? [])];
  return table([
    ['compared with graphql-js', ...names],
    ...comparisons.map(({ what, outcomes }) => [what, ...names.map((name) => outcomes.get(name) ?? '')]),
  ]);
}

function quotaRows(quota: QuotaFigures): [what: string, value: string][] {
  return [
    ['requests', String(quota.requests)],
    ['answered with data and without errors', String(quota.answered)],
    ['answered with 429 inside', String(quota.rateLimited)],
    ['failed otherwise', String(quota.failedOtherwise)],
    ['429s of the upstream', String(quota.upstreamRefusals)],
    ['upstream calls', String(quota.upstreamCalls)],
    ['oldest list, from observedAt to the answer', `${(quota.oldestMs / 1000).toFixed(1)} s`],
    ['p50', `${quota.p50Ms.toFixed(0)} ms`],
    ['peak RSS', `${quota.peakRssMb.toFixed(0)} MB`],
  ];
}

function disturbedLine(figures: ScenarioFigures): string[] {
  const shares = [...figures.values()].map(({ othersBusy }) => othersBusy);
  const most = Math.max(0, ...shares);
  if (most <= DISTURBED) return [];
  const range = [Math.min(...shares), most].map((share) => (share * 100).toFixed(0)).join(' to ');
  return [
    `  Other processes used ${range} % of the machine: go by CPU time, not by requests/s and latencies.`,
  ];
}

function busyLine(name: string, what: string, share: number): string {
  const percent = (share * 100).toFixed(0);
  return `  With ${name}, ${what} used ${percent} % of a core: more requests/s may have been possible.`;
}

/** Indented lines, with the first column aligned left and the others right. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    return `  ${cells.join('  ')}`.trimEnd();
  });
}
