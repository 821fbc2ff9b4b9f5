import type { Finding } from './finding.ts';
import type { SoakReport } from './run-soak.ts';
import { sum } from './sum.ts';

const MOST_REFUSALS = 3;
/** Minimum share of the possible calls; below 1, because windows end while calls are in flight. */
const LEAST_SHARE = 0.95;

/** Something that must not happen, with its count and samples. */
export interface Condition {
  readonly name: string;
  readonly count: number;
  readonly samples: readonly string[];
}

/** Conditions whose count must be zero. */
export function conditions({ mixed, quota, watch, leftovers }: SoakReport): Condition[] {
  return [
    condition('unhandled rejections', watch.unhandledRejections),
    condition('responses that are not valid GraphQL', mixed.tally.invalid, quota.tally.invalid),
    condition('identity mixes', mixed.tally.mixes, quota.tally.mixes),
    condition('wrong answers', quota.wrong),
    condition('refusals without a time to come again', quota.outcome.withoutTime),
    condition('warnings of leaking listeners', watch.listenerLeaks),
    {
      name: 'sockets and timers left after dispose',
      count: leftovers.length,
      samples: leftovers.slice(0, 10),
    },
  ];
}

function condition(name: string, ...findings: readonly Finding[]): Condition {
  return {
    name,
    count: sum(findings.map(({ count }) => count)),
    samples: findings.flatMap(({ samples }) => samples),
  };
}

/** Number of logins that the profile throttledLogin throttled; only the gateway logs in. */
export function throttledLogins({ mixed }: SoakReport): number {
  return mixed.rows.get('throttledLogin')?.answered.get(400) ?? 0;
}

/** Failed expectations of a run; empty when it passed. */
export function failures(report: SoakReport): string[] {
  const { mixed, quota } = report;
  const { windows, plan } = quota;
  const found = conditions(report)
    .filter(({ count }) => count > 0)
    .flatMap(({ name, count, samples }) => [
      `${name}: ${count}`,
      ...samples.map((seen) => `  seen: ${seen}`),
    ]);
  if (windows.mostRefusals > MOST_REFUSALS) {
    found.push(`the quota was overrun: ${windows.mostRefusals} answers of 429 in ${plan.windowSeconds} s`);
  }
  // Scaled-down windows are not checked: a short CPU stall is a large part of one.
  if (plan.windowSeconds === 60 && quota.answeredCalls < windows.possible * LEAST_SHARE) {
    found.push(
      `the quota was not used: ${quota.answeredCalls} calls answered in time, ${windows.possible} could have been`,
    );
  }
  // The zeros above prove nothing if these two checks fail.
  if (mixed.tally.stamps === 0) found.push('no answer of the mixed load told whose it is');
  if (throttledLogins(report) === 0) found.push('no login was throttled');
  return found;
}
