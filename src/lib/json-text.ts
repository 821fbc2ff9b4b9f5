/** JSON of a parsed JSON value; null for one that is nested deeper than `JSON.stringify` takes. */
export function jsonText(value: unknown): string | null {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // `JSON.parse` takes any depth. V8 writes some values by recursion, such as objects whose keys are numbers: the stack is
    // full after some thousands of levels.
    if (error instanceof RangeError) return null;
    throw error;
  }
}
