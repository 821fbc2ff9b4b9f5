import type { Sample } from './run-fuzz.ts';

/** RSS comes and goes by some dozen megabytes; a leak of a kilobyte in 80,000 requests would be 80. */
const MOST_RESIDENT = 64;
/** After collections of garbage, what is left differs by a few: 300 bytes a request would be as much. */
const MOST_HEAP = 24;
/** Before that, caches and the code that is compiled still grow. */
const FEWEST_WARMING_UP = 5000;

/** What has grown since the first sample, which is taken after a warm-up, more than what is kept can explain. */
export function leakProblems(samples: readonly Sample[]): string[] {
  const [first, last] = [samples.at(0), samples.at(-1)];
  if (first === undefined || last === undefined || first.requests < FEWEST_WARMING_UP) return [];
  return [
    { what: 'RSS', grown: last.resident - first.resident, most: MOST_RESIDENT },
    { what: 'the heap', grown: last.heap - first.heap, most: MOST_HEAP },
  ]
    .filter(({ grown, most }) => grown > most)
    .map(
      ({ what, grown, most }) =>
        `${what} has grown by ${grown.toFixed(0)} MB in ${last.requests - first.requests} requests; ${most} MB may be`,
    );
}
