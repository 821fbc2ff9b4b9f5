import { conditions, throttledLogins } from './failures.ts';
import { callsOf, type Happened, inAll } from './profile-rows.ts';
import type { QuotaLoad } from './quota-load.ts';
import type { SoakReport } from './run-soak.ts';

/** The numbers of a run as tables of plain text. */
export function formatReport(report: SoakReport): string {
  const { settings, tookSeconds, mixed, memory } = report;
  const { tally, callers, rows } = mixed;
  return [
    `Soak of ${settings.seconds} s with SOAK_SEED=${settings.seed}, over after ${tookSeconds.toFixed(1)} s`,
    '',
    'Mixed queries by many identities, under every profile in rotation',
    ...table([
      ['', 'requests', 'with errors', 'upstream calls', '429s'],
      ...[...rows].map(([profile, row]) => [profile ?? '(no trouble)', ...cellsOf(row)]),
      ['all', ...cellsOf(inAll(rows.values()))],
    ]),
    '',
    ...table([
      ['identities at a time', callers.present],
      ['tokens revoked or expired, and replaced', callers.come],
      ['clients that went away', tally.wentAway],
      ['logins throttled', throttledLogins(report)],
      ['stamps looked at', tally.stamps],
    ]),
    '',
    'Errors by code',
    ...table(sorted(tally.errorsByCode)),
    '',
    ...quotaLines(report.quota),
    '',
    'Has to be 0',
    ...table(conditions(report).map(({ name, count }) => [name, count])),
    '',
    'Memory (RSS)',
    ...table([
      ['at the start', megabytes(memory.start)],
      ['in the middle', megabytes(memory.middle)],
      ['at the end', megabytes(memory.end)],
    ]),
  ].join('\n');
}

function quotaLines({ plan, tally, outcome, windows, demandedCalls, answeredCalls }: QuotaLoad): string[] {
  const { allowed, windowSeconds, demandedCallsPerSecond } = plan;
  return [
    `Ten times the quota: ${allowed} calls in ${windowSeconds} s, ${demandedCallsPerSecond} a second asked for`,
    ...table([
      ['windows of the quota', windows.begun],
      ['upstream calls asked for', demandedCalls],
      ['upstream calls possible', windows.possible],
      ['upstream calls made', windows.calls],
      ['upstream calls answered in time', answeredCalls],
      ['of those possible', `${((answeredCalls / windows.possible) * 100).toFixed(1)} %`],
      ['429s', windows.refusals],
      [`429s, at most in ${windowSeconds} s`, windows.mostRefusals],
      ['requests served', outcome.served],
      ['requests refused, or some of their fields', outcome.refused],
      ['requests that failed otherwise', outcome.failed],
      ['requests under way at the end', outcome.unanswered],
      ['a refusal came within (median)', `${outcome.refusalMs.percentile(50)} ms`],
      ['a refusal came within (99 of 100)', `${outcome.refusalMs.percentile(99)} ms`],
    ]),
    '',
    'Errors by code',
    ...table(sorted(tally.errorsByCode)),
  ];
}

function cellsOf(row: Happened): number[] {
  return [row.requests, row.withErrors, callsOf(row), row.answered.get(429) ?? 0];
}

function sorted(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].toSorted(([a], [b]) => a.localeCompare(b));
}

function megabytes(count: number): string {
  return `${count.toFixed(0)} MB`;
}

/** Indented lines: the first column left-aligned, the others right-aligned. */
function table(rows: readonly (readonly (string | number)[])[]): string[] {
  const texts = rows.map((row) => row.map(String));
  const widths = (texts[0] ?? []).map((_, column) =>
    Math.max(...texts.map((row) => row[column]?.length ?? 0)),
  );
  return texts.map((row) => {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    return `  ${cells.join('  ')}`.trimEnd();
  });
}
