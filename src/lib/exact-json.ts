import { decodeUtf8, textStart } from './utf8.ts';

/** Digits from which a whole number may be beyond 2^53. */
const LONG = 16;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
/**
 * Strings, and long whole numbers that JSON allows in their place. Nothing else is matched, so that what is no JSON does not
 * become any: no number with leading zeros, and none in the place of a key. A string without an end goes to the end of the text,
 * so that nothing is looked at twice.
 */
const STRING_OR_LONG_NUMBER =
  /"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|(?<![\d.eE+-])-?[1-9]\d{15,}(?![\d.eE]|\s*:)/gs;

/** Value of JSON bytes as `JSON.parse` gives it; an exact one has whole numbers beyond 2^53 as their own text. */
export function parseJson(bytes: Buffer, isExact: boolean): unknown {
  return JSON.parse(isExact ? exactText(bytes, textStart(bytes), bytes.length) : decodeUtf8(bytes));
}

/**
 * Text of the bytes of whole JSON elements, in which whole numbers beyond 2^53 are strings. `JSON.parse` would round them; its
 * reviver would see their text, but costs four times the parsing and recurses. The look for such numbers costs a quarter of it.
 */
export function exactText(bytes: Buffer, from: number, to: number): string {
  const text = bytes.toString('utf8', from, to);
  return hasLongRun(bytes, from, to) ? text.replaceAll(STRING_OR_LONG_NUMBER, asText) : text;
}

function asText(token: string): string {
  return token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `"${token}"`;
}

/** True when as many digits as a long number has follow each other, in a string or not. Looks at every sixteenth byte. */
function hasLongRun(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from + LONG - 1; at < to; at += LONG) {
    if (!isDigit(bytes[at])) continue;
    let first = at;
    while (first > from && isDigit(bytes[first - 1])) first -= 1;
    let end = at + 1;
    while (end < to && end - first < LONG && isDigit(bytes[end])) end += 1;
    if (end - first >= LONG) return true;
  }
  return false;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= DIGIT_0 && byte <= DIGIT_9;
}
