import type { Finding, Verdict } from './probing/finding.ts';

/** What the doctor found. */
export interface DoctorReport {
  readonly result: Verdict;
  /** In the order of the output. */
  readonly findings: readonly Finding[];
  /** Number of calls to the API and the login service. */
  readonly calls: number;
  /** Time that all of it took. */
  readonly ms: number;
}

/** Exit codes by what the gateway can do. */
export const exitCodes = {
  works: 0,
  'works with less': 1,
  'does not work': 2,
} as const satisfies Readonly<Record<Verdict, number>>;

const meanings: Readonly<Record<Verdict, string>> = {
  works: 'The gateway works here.',
  'works with less': 'The gateway works here with restrictions, or some checks could not tell: see above.',
  'does not work': 'The gateway does not work here: see the lines with "fail".',
};

/** Report for people: a line for each check, what to do below it, and a summary. No colours, which logs would keep. */
export function formatReport({ result, findings, calls, ms }: DoctorReport): string {
  const statusWidth = Math.max(...findings.map(({ status }) => status.length));
  const alike = Map.groupBy(findings, ({ status, message, details, advice }) =>
    JSON.stringify([status, message, details, advice]),
  );
  const lines = [...alike.values()].map((group) => {
    const [first] = group;
    if (first === undefined) throw new TypeError('A group has a finding.');
    const { status, message, details, advice } = first;
    const below = [...details, ...(advice === null ? [] : [`-> ${advice}`])];
    const line = `${status.padEnd(statusWidth)}  ${namesOf(group)}: ${message}`;
    return [line, ...below.map((text) => `${' '.repeat(statusWidth)}  ${text}`)].join('\n');
  });
  const spent = `${calls} call${calls === 1 ? '' : 's'} to the API and the login service, ${ms} ms`;
  return `${lines.join('\n')}\n\n${meanings[result]} Exit code ${exitCodes[result]} (${result}); ${spent}.\n`;
}

/** Names of findings that say the same: `permission a; b; c`. */
function namesOf(group: readonly Finding[]): string {
  const names = new Set(group.map(({ name }) => name));
  return [...names].map((name, at) => (at === 0 ? name : name.replace(/^permission /, ''))).join('; ');
}

/** The same as JSON, for programs. Names and values of `status` and `result` stay; facts of a check may be added. */
export function jsonReport({ result, findings, calls, ms }: DoctorReport): string {
  const checks = findings.map(({ name, status, message, details, advice, result: left, facts }) => ({
    ...facts,
    name,
    status,
    message,
    details,
    advice,
    result: left,
  }));
  return `${JSON.stringify({ result, checks, calls, ms }, null, 2)}\n`;
}
