import { sum } from '../soak/sum.ts';
import { failuresOf, failuresOfScenario } from './failures.ts';
import type { Held } from './holding/hold.ts';
import type { Fought, SiegeReport } from './run-siege.ts';

const NAME_WIDTH = 30;
const WIDTH = 11;

/** Heads of the table that `formatRow` writes. */
export const HEADS = row('', [
  'requests',
  'sent kB',
  'got kB',
  'got/sent',
  'CPU ms',
  'ms/sent kB',
  'calls',
  'block ms',
  'busy ms',
  'RSS MB',
  'health ms',
  'p99 ms',
  'ordinary',
]);

/** Line of an assault, with its outcomes in a second one. */
export function formatRow(fought: Fought): string {
  const { assault, course, ordinary, figures, health, calls } = fought;
  const outcomes = [...course.outcomes].map(([outcome, count]) => `${outcome} ${count}`).join(', ');
  const refused = ordinary.refused + ordinary.wrong.count;
  const failed = failuresOf(fought).length > 0;
  return [
    row(assault.name, [
      course.requests,
      ...amounts(course.sentBytes, course.answerBytes, figures.cpuMs),
      calls,
      figures.blockedMs.toFixed(0),
      figures.busyMs.toFixed(0),
      figures.peakMb.toFixed(0),
      health.mostMs.toFixed(0),
      health.p99Ms.toFixed(0),
      refused === 0 ? ordinary.right : `${ordinary.right}-${refused}`,
    ]),
    `      ${failed ? 'FAILED; ' : ''}${outcomes}`,
  ].join('\n');
}

/** Line of all assaults together, and how memory has changed. */
export function formatAssaults({ fought, memory }: Pick<SiegeReport, 'fought' | 'memory'>): string {
  const total = (of: (each: Fought) => number) => sum(fought.map(of));
  const most = (of: (each: Fought) => number) => Math.max(...fought.map(of)).toFixed(0);
  return [
    row('all', [
      total(({ course }) => course.requests),
      ...amounts(
        total(({ course }) => course.sentBytes),
        total(({ course }) => course.answerBytes),
        total(({ figures }) => figures.cpuMs),
      ),
      total(({ calls }) => calls),
      most(({ figures }) => figures.blockedMs),
      most(({ figures }) => figures.busyMs),
      most(({ figures }) => figures.peakMb),
      most(({ health }) => health.mostMs),
      most(({ health }) => health.p99Ms),
      total(({ ordinary }) => ordinary.right),
    ]),
    '',
    memory === null
      ? 'Memory is not compared: there was more than one gateway.'
      : `RSS after garbage collection: ${memory.start.toFixed(0)} MB at the start, ${memory.end.toFixed(0)} MB at the end`,
  ].join('\n');
}

/** Head of the table that `formatHeld` writes. */
export const HELD_HEAD = `\n  ${'what'.padEnd(NAME_WIDTH)}before\n  ${''.padEnd(NAME_WIDTH)}now`;

/** Lines of a scenario: what it was before there was a bound, what it is now, and why that is too much. */
export function formatHeld(held: Held): string {
  const { scenario, figure, tookSeconds } = held;
  return [
    `  ${scenario.name.padEnd(NAME_WIDTH)}${scenario.before}`,
    `  ${`  ${tookSeconds.toFixed(0)} s`.padEnd(NAME_WIDTH)}${figure}`,
    ...failuresOfScenario(held).map((problem) => `      FAILED; ${problem}`),
  ].join('\n');
}

/** Last line of the report. */
export function formatEnd({ settings, tookSeconds }: Pick<SiegeReport, 'settings' | 'tookSeconds'>): string {
  const redis = settings.withRedis ? 'with Redis' : 'without Redis';
  return `\nOver after ${tookSeconds.toFixed(0)} s with SIEGE_SEED=${settings.seed}, assaults ${redis}`;
}

function amounts(sentBytes: number, answerBytes: number, cpuMs: number): string[] {
  return [
    (sentBytes / 1000).toFixed(1),
    (answerBytes / 1000).toFixed(0),
    (answerBytes / sentBytes).toFixed(1),
    cpuMs.toFixed(0),
    (cpuMs / (sentBytes / 1000)).toFixed(1),
  ];
}

function row(name: string, cells: readonly (string | number)[]): string {
  return `  ${name.padEnd(NAME_WIDTH)}${cells.map((cell) => String(cell).padStart(WIDTH)).join('')}`;
}
