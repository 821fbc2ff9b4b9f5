/**
 * Length of a number, a boolean or null with its punctuation, and of the punctuation of a property, a text or a list; rounded,
 * in UTF-16 code units.
 */
export const SHORT_CODE_UNITS = 6;

/** More than any value's. Small enough for the integers that V8 keeps without a box. */
const LONGEST = 2 ** 30 - 1;

/** Length of the JSON text of a value, about, in UTF-16 code units. Escapes and what `toJSON` gives are not counted. */
export function jsonLength(value: unknown): number {
  return LONGEST - remainingLength(value, LONGEST);
}

/**
 * What is left of `length` after the text of a value; negative when there is too much of it, in which case the rest of the
 * value is not looked at.
 */
export function remainingLength(value: unknown, length: number): number {
  if (typeof value === 'string') return length - value.length - SHORT_CODE_UNITS;
  let left = length - SHORT_CODE_UNITS;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length && left >= 0; index += 1)
      left = remainingLength(value[index], left);
  } else if (isRecord(value)) {
    for (const key in value) {
      const inner = value[key];
      // Keys are short, except for those in values of the scalar JSON.
      if (typeof inner === 'string') left -= key.length + inner.length + SHORT_CODE_UNITS;
      else left = remainingLength(inner, left - key.length);
      if (left < 0) return left;
    }
  }
  return left;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
