/** ISO-8601 with an offset; the vendor writes `Z`, and `+0000` in some older resources. */
const ISO_8601 =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,18}))?)?(?:Z|([+-])(\d\d):?(\d\d))$/i;
const CANONICAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;

// Bounds of the years 1 to 9999; an offset can move a moment beyond them.
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** Epoch milliseconds of an ISO-8601 date and time with an offset; null for other text and for dates such as 30 February. */
export function epochMsOf(text: string): number | null {
  return usualMsOf(text) ?? anyMsOf(text);
}

const DAY_MS = 86_400_000;
const DAYS_TO_1970 = 719_528;
const DAYS_TO_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] as const;

/**
 * Epoch milliseconds of the vendor's usual form, yyyy-MM-ddTHH:mm:ss[.mmm]Z; null for any other. A screen has a thousand
 * dates, and a regular expression takes ten times as long.
 */
function usualMsOf(text: string): number | null {
  const hasFraction = text.length === 24;
  if (!hasFraction && text.length !== 20) return null;
  const isPunctuated =
    text[4] === '-' &&
    text[7] === '-' &&
    text[10] === 'T' &&
    text[13] === ':' &&
    text[16] === ':' &&
    (!hasFraction || text[19] === '.') &&
    text[text.length - 1] === 'Z';
  if (!isPunctuated) return null;
  const year = twoDigitsAt(text, 0) * 100 + twoDigitsAt(text, 2);
  const month = twoDigitsAt(text, 5);
  const day = twoDigitsAt(text, 8);
  const hours = twoDigitsAt(text, 11);
  const minutes = twoDigitsAt(text, 14);
  const seconds = twoDigitsAt(text, 17);
  const ms = hasFraction ? twoDigitsAt(text, 20) * 10 + digitAt(text, 22) : 0;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const lastDay =
    month === 2 ? (isLeap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  // Characters other than digits are NaN, for which each comparison is false.
  const isMoment =
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= lastDay &&
    hours <= 23 &&
    minutes <= 59 &&
    seconds <= 59 &&
    // Earlier years are left to `anyMsOf`.
    year >= 100 &&
    ms >= 0;
  if (!isMoment) return null;
  const leapDaysBefore =
    Math.floor((year + 3) / 4) - Math.floor((year + 99) / 100) + Math.floor((year + 399) / 400);
  const dayOfYear = (DAYS_TO_MONTH[month - 1] ?? 0) + day - 1 + (isLeap && month > 2 ? 1 : 0);
  const days = year * 365 + leapDaysBefore + dayOfYear - DAYS_TO_1970;
  return days * DAY_MS + ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms;
}

function twoDigitsAt(text: string, at: number): number {
  return digitAt(text, at) * 10 + digitAt(text, at + 1);
}

function digitAt(text: string, at: number): number {
  const digit = text.charCodeAt(at) - 48;
  return digit >= 0 && digit <= 9 ? digit : Number.NaN;
}

function anyMsOf(text: string): number | null {
  const match = ISO_8601.exec(text);
  if (match === null) return null;
  const [, year, month, day, hours, minutes, seconds = '0', fraction = '', sign, ...offset] = match;
  const [offsetHours, offsetMinutes] = offset;
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3));
  const date = new Date(0);
  // `Date.UTC` reads the years 0 to 99 as 1900 to 1999.
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const local = date.setUTCHours(Number(hours), Number(minutes), Number(seconds), ms);
  // 30 February is carried over into March.
  const carried = date.toISOString();
  if (
    carried.slice(0, 16) !== text.slice(0, 16).toUpperCase() ||
    Number(carried.slice(17, 19)) !== Number(seconds)
  ) {
    return null;
  }
  if (local < FIRST_MS) return null;
  if (sign === undefined) return local;
  if (Number(offsetHours) > 23 || Number(offsetMinutes) > 59) return null;
  const offsetMs = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000;
  const utc = sign === '-' ? local + offsetMs : local - offsetMs;
  return utc < FIRST_MS || utc > LAST_MS ? null : utc;
}

/**
 * Same moment as yyyy-MM-ddTHH:mm:ss[.mmm]Z: in UTC, with milliseconds where the text has a fraction. Null when the text is
 * no ISO-8601 date and time with an offset.
 */
export function utcTextOf(text: string): string | null {
  if (usualMsOf(text) !== null) return text;
  const ms = anyMsOf(text);
  if (ms === null) return null;
  if (CANONICAL.test(text)) return text;
  const utc = new Date(ms).toISOString();
  return text.includes('.') ? utc : utc.replace(/\.\d{3}Z$/, 'Z');
}
