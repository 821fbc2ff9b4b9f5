import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { Ground } from './ground.ts';
import type { Outcome, Scenario } from './scenario.ts';

/** A scenario and what came of it. */
export interface Held extends Outcome {
  readonly scenario: Pick<Scenario, 'name' | 'before'>;
  readonly tookSeconds: number;
}

/** Several times what a scenario takes. */
const STUCK_MS = 60_000;
/** Files of a process beside its connections: modules, threads, pipes. */
const OTHER_FILES = 200;

/** Runs a scenario against gateways with these settings, and ends everything that it has started. */
export async function hold(
  scenario: Scenario,
  settings: Readonly<Record<string, string>> = {},
): Promise<Held> {
  const beganAtMs = performance.now();
  const outcome = await outcomeOf(scenario, new Ground(settings));
  return { ...outcome, scenario, tookSeconds: (performance.now() - beganAtMs) / 1000 };
}

async function outcomeOf(scenario: Scenario, ground: Ground): Promise<Outcome> {
  const why = scenario.whySkipped?.() ?? null;
  if (why !== null) return { figure: `skipped: ${why}`, problems: [] };
  const allowed = openFilesAllowed();
  const needed = scenario.openFiles + OTHER_FILES;
  if (allowed < needed) {
    const problem = `needs ${needed} open files in a process, and ulimit -n allows ${allowed}`;
    return { figure: 'not run', problems: [problem] };
  }
  const over = new AbortController();
  try {
    return await Promise.race([
      scenario.run(ground),
      delay(STUCK_MS, undefined, { signal: over.signal }).then((): Outcome => {
        return { figure: 'no end', problems: [`has no end after ${STUCK_MS / 1000} s`] };
      }),
    ]);
  } catch (error) {
    return { figure: 'broken off', problems: [String(error)] };
  } finally {
    over.abort();
    await ground.end();
  }
}

/** Open files that a process of this one may have. */
function openFilesAllowed(): number {
  const limit = execFileSync('/bin/sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
  return limit === 'unlimited' ? Infinity : Number(limit);
}
