import { sum } from '../soak/sum.ts';
import { dumped } from './dump.ts';
import { leakProblems } from './leak.ts';
import type { Failure, FuzzReport, Sample } from './run-fuzz.ts';

/** The numbers of a run as text. */
export function formatReport(report: FuzzReport): string {
  const { settings, tookSeconds, tally } = report;
  const statuses = [
    ...new Set([...tally.byKind.values()].flatMap((counts) => [...counts.keys()])),
  ].toSorted();
  const rows = [...tally.byKind]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([kind, counts]) => [
      kind,
      sum(counts.values()),
      ...statuses.map((status) => counts.get(status) ?? 0),
    ]);
  const totals = statuses.map((status) =>
    sum([...tally.byKind.values()].map((counts) => counts.get(status) ?? 0)),
  );
  return [
    `${tally.requests} requests in ${tookSeconds.toFixed(0)} s (${(tally.requests / tookSeconds).toFixed(0)} a second) with FUZZ_SEED=${settings.seed}`,
    '',
    ...[['', 'all', ...statuses], ...rows, ['all', tally.requests, ...totals]].map(line),
  ].join('\n');
}

function line([name, ...numbers]: readonly (string | number)[]): string {
  return `  ${String(name).padEnd(12)}${numbers.map((number) => String(number).padStart(8)).join('')}`;
}

export function formatSample({ requests, resident, heap }: Sample): string {
  return `after ${String(requests).padStart(7)} requests: RSS ${resident.toFixed(0)} MB, heap ${heap.toFixed(1)} MB`;
}

/** Failures of a run; empty when it passed. */
export function failuresOf(report: FuzzReport): string[] {
  return [
    ...leakProblems(report.samples),
    ...(report.failure === null ? [] : [formatFailure(report.failure)]),
  ];
}

function formatFailure({ problems, exchanges, replay }: Failure): string {
  return [
    ...problems,
    ...(replay === null ? [] : [`again: FUZZ_SEED=${replay.seed} FUZZ_PATH=${replay.path} npm run fuzz`]),
    ...exchanges.map(dumped),
  ].join('\n');
}
