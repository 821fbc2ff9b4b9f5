/** How many cases each property is tried with: PROPERTY_RUNS, or a number that fits into everybody's test run. */
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 100);

/** Bounds the search for a smaller case too, which would go on for longer than anybody waits. */
const interruptAfterTimeLimit = Math.max(40_000, numRuns * 50);

export const propertyRuns = { numRuns, interruptAfterTimeLimit };

export const timeout = interruptAfterTimeLimit + 20_000;
