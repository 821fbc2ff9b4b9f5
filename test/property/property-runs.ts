/** A setting of the environment that counts something; undefined when it is not set. */
function count(name: string, least: number): number | undefined {
  const text = process.env[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < least) {
    throw new TypeError(`${name} must be a whole number from ${least}; it is "${text}".`);
  }
  return value;
}

/** How many cases each property is tried with: PROPERTY_RUNS, or a number that fits into everybody's test run. */
const numRuns = count('PROPERTY_RUNS', 1) ?? 100;

/** Bounds the search for a smaller case too, which would go on for longer than anybody waits. */
const interruptAfterTimeLimit = Math.max(60_000, numRuns * 100);

const seed = count('PROPERTY_SEED', -(2 ** 31));
const nth = count('PROPERTY_CASE', 0);

/**
 * Of a failure, fast-check prints `{ seed: …, path: "4:0:…" }`. PROPERTY_SEED and PROPERTY_CASE, the first number of the
 * path, try that case again and look for a smaller one anew.
 */
export const propertyRuns = {
  numRuns,
  interruptAfterTimeLimit,
  // Too few cases on a machine that stands still are not the same as none that fails.
  markInterruptAsFailure: true,
  ...(seed !== undefined && { seed }),
  ...(nth !== undefined && { path: String(nth) }),
};

export const timeout = interruptAfterTimeLimit + 30_000;
