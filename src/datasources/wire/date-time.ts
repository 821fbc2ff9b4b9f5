/** ISO-8601 with an offset; the vendor writes `Z`, and `+0000` in some older resources. */
const ISO_8601 =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,18}))?)?(?:Z|([+-])(\d\d):?(\d\d))$/i;
const CANONICAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;

// The years that four digits can say; an offset can take a moment beyond them.
const FIRST_MS = Date.parse('0000-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** Epoch milliseconds of an ISO-8601 date and time with an offset; null when it is none, as on 30 February. */
export function epochMsOf(text: string): number | null {
  const match = ISO_8601.exec(text);
  if (match === null) return null;
  const [, year, month, day, hours, minutes, seconds = '0', fraction = '', sign, ...offset] = match;
  const [offsetHours, offsetMinutes] = offset;
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3));
  const local = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hours),
    Number(minutes),
    Number(seconds),
    ms,
  );
  // Date.UTC carries 30 February over into March, and reads the years 0 to 99 as 1900 to 1999.
  const carried = new Date(local).toISOString();
  if (
    carried.slice(0, 16) !== text.slice(0, 16).toUpperCase() ||
    Number(carried.slice(17, 19)) !== Number(seconds)
  ) {
    return null;
  }
  if (sign === undefined) return local;
  if (Number(offsetHours) > 23 || Number(offsetMinutes) > 59) return null;
  const offsetMs = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000;
  const utc = sign === '-' ? local + offsetMs : local - offsetMs;
  return utc < FIRST_MS || utc > LAST_MS ? null : utc;
}

/**
 * The same moment as yyyy-MM-ddTHH:mm:ss[.mmm]Z: milliseconds where the text has a fraction, offsets turned to UTC.
 * Null when it is no ISO-8601 date and time with an offset.
 */
export function utcTextOf(text: string): string | null {
  const ms = epochMsOf(text);
  if (ms === null) return null;
  if (CANONICAL.test(text)) return text;
  const utc = new Date(ms).toISOString();
  return text.includes('.') ? utc : utc.replace(/\.\d{3}Z$/, 'Z');
}
