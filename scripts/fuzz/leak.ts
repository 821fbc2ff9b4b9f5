import type { Sample } from './run-fuzz.ts';

/** RSS varies by some dozen megabytes; a leak of a kilobyte per request in 80,000 requests would be 80. */
const MOST_RESIDENT = 64;
/** Heap after garbage collection varies by a few megabytes; 300 bytes per request in 80,000 requests would be 24. */
const MOST_HEAP = 24;
/** Caches and compiled code still grow during the first requests. */
const FEWEST_WARMING_UP = 5000;

/** Memory that grew beyond its limit since the first sample. Empty when that sample came too early to tell. */
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
