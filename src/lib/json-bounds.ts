/**
 * Maximum levels of arrays and objects in one another. V8 fails at about 10,000: whatever recurses over a value relies on
 * this.
 */
export const MAX_JSON_DEPTH = 64;
/** Maximum bytes of a value's JSON text in UTF-8. */
export const MAX_JSON_BYTES = 1024 * 1024;

/** Most bytes of a number, and of one UTF-16 code unit when it is escaped. */
const NUMBER_BYTES = 24;
const CODE_UNIT_BYTES = 6;
/** Two quotes of a text, or colon and comma around a value. */
const PUNCTUATION = 2;

/** Results for values whose size had to be measured, because several fields can give one value. */
const measured = new WeakMap<object, boolean>();

/** True for a value that JSON text can give and that is at most `MAX_JSON_DEPTH` levels deep. Linear and without recursion. */
export function isJsonWithinDepth(value: unknown): boolean {
  return !isObject(value) || sizeRangeOf(value) !== null;
}

/** True for a value within both bounds. */
export function isBoundedJson(value: unknown): boolean {
  if (isShortRecord(value)) return true;
  const range = sizeRangeOf(value);
  if (range === null || range.least > MAX_JSON_BYTES) return false;
  return range.most <= MAX_JSON_BYTES || isMeasuredWithin(value);
}

/** Maximum code units of a record that is within the bounds by them alone: about an eighth of the bytes. */
const SHORT_RECORD = 128 * 1024;

/** True for an object of a few texts and numbers, as nearly all are. Costs less than the exact check. */
function isShortRecord(value: unknown): boolean {
  if (!isObject(value) || Array.isArray(value)) return false;
  let length = 0;
  for (const key in value) {
    const inner: unknown = Reflect.get(value, key);
    if (typeof inner === 'string') length += inner.length;
    else if (typeof inner === 'object' && inner !== null) return false;
    length += key.length + NUMBER_BYTES;
    if (length > SHORT_RECORD) return false;
  }
  return true;
}

/** Bounds of the bytes of a value's JSON text; null when the value is too deep. */
function sizeRangeOf(value: unknown): { readonly least: number; readonly most: number } | null {
  let least = 0;
  let most = 0;
  let containers: object[] = [];
  let below: object[] = [];

  function addText(text: string): void {
    least += text.length + PUNCTUATION;
    most += text.length * CODE_UNIT_BYTES + PUNCTUATION;
  }
  function add(each: unknown): void {
    most += PUNCTUATION;
    if (typeof each === 'string') addText(each);
    else if (typeof each === 'object' && each !== null) {
      least += PUNCTUATION;
      most += PUNCTUATION;
      below.push(each);
    } else {
      least += 1;
      most += NUMBER_BYTES;
    }
  }

  add(value);
  for (let depth = 0; below.length > 0; depth += 1) {
    if (depth === MAX_JSON_DEPTH) return null;
    containers = below;
    below = [];
    for (const container of containers) {
      if (Array.isArray(container)) {
        for (const element of container) add(element);
      } else {
        for (const [key, inner] of Object.entries(container)) {
          addText(key);
          add(inner);
        }
      }
    }
  }
  return { least, most };
}

function isMeasuredWithin(value: unknown): boolean {
  const known = isObject(value) ? measured.get(value) : undefined;
  if (known !== undefined) return known;
  const isWithin = Buffer.byteLength(JSON.stringify(value)) <= MAX_JSON_BYTES;
  if (isObject(value)) measured.set(value, isWithin);
  return isWithin;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
