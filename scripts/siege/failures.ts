import { sum } from '../soak/sum.ts';
import type { Held } from './holding/hold.ts';
import type { Fought, SiegeReport } from './run-siege.ts';

/** Time without an answer of `/health` after which a gateway counts as silent. */
const SILENT_MS = 1000;
const MOST_RESIDENT_MB = 640;
/** The same with Redis: rows on their way there and back are texts and encrypted bytes beside the answers. */
const MOST_RESIDENT_WITH_REDIS_MB = 768;
/** Caches may hold 64 MiB of entities, 96 MiB of lists and about 50 MB of documents (docs/bounds.md). */
const MOST_STAYING_MB = 220;

/** A process that ends for lack of memory writes a stack trace; the last complaint says that it ended. */
const MOST_COMPLAINTS = 2;
const LONGEST = 300;

/** Failed expectations of an assault; empty when it was withstood. */
export function failuresOf({
  assault,
  course,
  ordinary,
  figures,
  health,
  calls,
  complaints,
  hasRedis,
}: Fought): string[] {
  const found: string[] = [];
  if (course.requests === 0) found.push('nothing was sent');
  if (health.failed > 0) found.push(`/health failed ${health.failed} times`);
  if (health.mostMs > SILENT_MS) found.push(`/health was silent for ${health.mostMs.toFixed(0)} ms`);
  const mostResidentMb = hasRedis ? MOST_RESIDENT_WITH_REDIS_MB : MOST_RESIDENT_MB;
  if (figures.peakMb > mostResidentMb) {
    found.push(`RSS of ${figures.peakMb.toFixed(0)} MB; ${mostResidentMb} MB may be`);
  }
  const mostBusyMs = assault.attacks.map(({ mostBusyMs: most = Infinity }) => most);
  if (mostBusyMs.length > 0 && figures.busyMs > Math.max(...mostBusyMs)) {
    found.push(
      `the event loop worked ${figures.busyMs.toFixed(0)} ms at once; ${Math.max(...mostBusyMs)} ms may be`,
    );
  }
  if (course.wrong.count > 0) found.push(`wrong: ${course.wrong.count}`, ...course.wrong.samples);
  if (calls > 0 && assault.attacks.every(({ isFree = false }) => isFree)) {
    found.push(`${calls} upstream calls; none may be spent`);
  }
  const { wrong, right, refused } = ordinary;
  if (wrong.count > 0) found.push(`ordinary requests went wrong: ${wrong.count}`, ...wrong.samples);
  if (right <= refused) found.push(`of ${right + refused} ordinary requests, ${refused} were refused`);
  found.push(...complaints.slice(0, MOST_COMPLAINTS), ...complaints.slice(MOST_COMPLAINTS).slice(-1));
  return [...new Set(found)].map((line) => `${assault.name}: ${line.slice(0, LONGEST)}`);
}

/** Relations of a scenario that did not hold. */
export function failuresOfScenario({ scenario, problems }: Held): string[] {
  return problems.map((problem) => `${scenario.name}: ${problem.slice(0, LONGEST)}`);
}

/** Failed expectations of a whole siege. */
export function failures({ fought, held, memory, complaints }: SiegeReport): string[] {
  const found = [...fought.flatMap(failuresOf), ...complaints, ...held.flatMap(failuresOfScenario)];
  if (memory !== null && memory.end - memory.start > MOST_STAYING_MB) {
    const { start, end } = memory;
    found.push(
      `RSS stays at ${end.toFixed(0)} MB, and was ${start.toFixed(0)} MB; ${MOST_STAYING_MB} MB more may be`,
    );
  }
  // Nothing was shown if this fails; scenarios have ordinary clients of their own.
  const right = sum(fought.map(({ ordinary }) => ordinary.right));
  if (right === 0 && (fought.length > 0 || held.length === 0)) found.push('no ordinary request was answered');
  return found;
}
