/** Whole number from the environment; undefined when it is not set. */
function count(name: string, least: number): number | undefined {
  const text = process.env[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < least) {
    throw new TypeError(`${name} must be a whole number from ${least}; it is "${text}".`);
  }
  return value;
}

/** Number of cases per property: PROPERTY_RUNS, or a default low enough for every test run. */
const numRuns = count('PROPERTY_RUNS', 1) ?? 100;

/** Time limit of a property, which also bounds the otherwise very long search for a smaller case. */
const interruptAfterTimeLimit = Math.max(60_000, numRuns * 100);

const seed = count('PROPERTY_SEED', -(2 ** 31));
const nth = count('PROPERTY_CASE', 0);

/**
 * Settings of every property. fast-check prints a failure as `{ seed: …, path: "4:0:…" }`: PROPERTY_SEED and PROPERTY_CASE,
 * the first number of the path, repeat that case and search for a smaller one.
 */
export const propertyRuns = {
  numRuns,
  interruptAfterTimeLimit,
  // Too few cases on a slow machine do not show that none fails.
  markInterruptAsFailure: true,
  ...(seed !== undefined && { seed }),
  ...(nth !== undefined && { path: String(nth) }),
};

export const timeout = interruptAfterTimeLimit + 30_000;
