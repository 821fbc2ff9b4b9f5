import type { Slices } from './slices.ts';

/** Elements that are sorted at once. */
const RUN_LENGTH = 1024;
/** Cost of one comparison, or one test of an element, in bytes of JSON that would be parsed meanwhile. */
const COMPARISON_BYTES = 32;

/** Same elements as `elements.map(map)`. */
export async function mappedInSlices<Element, Result>(
  elements: readonly Element[],
  map: (element: Element) => Result,
  slices: Slices,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const element of elements) {
    results.push(map(element));
    // oxlint-disable-next-line eslint/no-await-in-loop -- one slice after the other
    if (slices.isOver(COMPARISON_BYTES)) await slices.next();
  }
  return results;
}

/** Same elements as `elements.filter(matches)`. */
export async function filteredInSlices<Element>(
  elements: readonly Element[],
  matches: (element: Element) => boolean,
  slices: Slices,
): Promise<Element[]> {
  const matching: Element[] = [];
  for (const element of elements) {
    if (matches(element)) matching.push(element);
    // oxlint-disable-next-line eslint/no-await-in-loop -- one slice after the other
    if (slices.isOver(COMPARISON_BYTES)) await slices.next();
  }
  return matching;
}

/** Same elements in the same order as `elements.toSorted(compare)`: runs are sorted, then merged two by two. */
export async function sortedInSlices<Element>(
  elements: readonly Element[],
  compare: (a: Element, b: Element) => number,
  slices: Slices,
): Promise<Element[]> {
  let sorted: Element[] = [];
  for (let from = 0; from < elements.length; from += RUN_LENGTH) {
    for (const element of elements.slice(from, from + RUN_LENGTH).toSorted(compare)) sorted.push(element);
    // oxlint-disable-next-line eslint/no-await-in-loop -- one slice after the other
    if (slices.isOver(COMPARISON_BYTES * RUN_LENGTH * Math.log2(RUN_LENGTH))) await slices.next();
  }
  for (let length = RUN_LENGTH; length < elements.length; length *= 2) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one length after the other
    sorted = await mergedRuns(sorted, length, compare, slices);
  }
  return sorted;
}

/** Elements whose sorted runs of this length are merged into runs of twice the length. */
async function mergedRuns<Element>(
  elements: readonly Element[],
  length: number,
  compare: (a: Element, b: Element) => number,
  slices: Slices,
): Promise<Element[]> {
  const merged: Element[] = [];
  for (let from = 0; from < elements.length; from += 2 * length) {
    const others = elements.slice(from + length, from + 2 * length);
    let at = 0;
    for (const element of elements.slice(from, from + length)) {
      // An element of the second run precedes only what is after it, so that equal elements keep their order.
      for (let other = others[at]; other !== undefined && compare(element, other) > 0; other = others[at]) {
        merged.push(other);
        at += 1;
      }
      merged.push(element);
      // oxlint-disable-next-line eslint/no-await-in-loop -- one slice after the other
      if (slices.isOver(COMPARISON_BYTES)) await slices.next();
    }
    for (const other of others.slice(at)) merged.push(other);
  }
  return merged;
}
