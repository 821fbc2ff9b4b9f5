import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { epochMsOf, utcTextOf } from '../../../../src/datasources/wire/date-time.ts';

describe('a date and time', () => {
  test.each([
    ['2026-11-22T09:30:00Z', '2026-11-22T09:30:00Z', 'in UTC without a fraction'],
    ['2026-11-22T09:30:00.250Z', '2026-11-22T09:30:00.250Z', 'in UTC with milliseconds'],
    ['2026-11-22T09:30:00.000Z', '2026-11-22T09:30:00.000Z', 'with milliseconds of zero'],
    ['2026-11-22T09:30:00.5Z', '2026-11-22T09:30:00.500Z', 'with tenths of a second'],
    [
      '2026-11-22T09:30:00.123456Z',
      '2026-11-22T09:30:00.123Z',
      'with microseconds, truncated and not rounded',
    ],
    [
      '2026-11-22T09:30:00.999999999Z',
      '2026-11-22T09:30:00.999Z',
      'with nanoseconds, truncated and not rounded',
    ],
    ['2026-11-22T10:30:00+01:00', '2026-11-22T09:30:00Z', 'with an offset to the east'],
    [
      '2026-11-22T06:00:00.250-03:30',
      '2026-11-22T09:30:00.250Z',
      'with an offset of hours and minutes to the west',
    ],
    ['2026-11-22T10:30:00.000+0100', '2026-11-22T09:30:00.000Z', 'with an offset without a colon'],
    ['2026-11-22T09:30:00+00:00', '2026-11-22T09:30:00Z', 'with an offset of zero'],
    ['2026-11-22T09:30:00-00:00', '2026-11-22T09:30:00Z', 'with a negative offset of zero'],
    ['2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00Z', 'moved into the previous year by its offset'],
    ['2028-02-29T23:30:00-01:00', '2028-03-01T00:30:00Z', 'moved past a leap day by its offset'],
    ['2026-11-22t09:30:00z', '2026-11-22T09:30:00Z', 'in lower case'],
    ['1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z', 'before the epoch'],
    [
      '0001-01-01T00:00:00Z',
      '0001-01-01T00:00:00Z',
      'in the first year, which some systems write for no date',
    ],
    ['0099-12-31T23:59:59.999Z', '0099-12-31T23:59:59.999Z', 'in the first century'],
    ['0026-11-22T10:30:00+01:00', '0026-11-22T09:30:00Z', 'in the first century with an offset'],
  ])('%s is read as %s: %s', (text, utc) => {
    expect(utcTextOf(text)).toBe(utc);
    expect(epochMsOf(text)).toBe(Date.parse(utc));
  });

  test.each([
    '',
    'yesterday',
    '2026-11-22',
    '2026-11-22T09:30:00',
    '2026-11-22 09:30:00Z',
    '2026-11-22T09:30:00.Z',
    '2026-11-22T09:30:00.1234567890123456789Z',
    '2026-11-22T09Z',
    '2026-11-22T09:30.5Z',
    '2026-11-22T09:30:00+01',
    '2026-11-22T09:30:00+24:00',
    '2026-11-22T09:30:00+01:60',
    '2026-02-29T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-13-10T00:00:00Z',
    '2026-11-00T00:00:00Z',
    '2026-11-22T25:00:00Z',
    '2026-11-22T09:60:00Z',
    '2026-11-22T09:30:61Z',
    '+002026-11-22T09:30:00Z',
    '26-11-22T09:30:00Z',
    '0000-11-22T09:30:00Z',
    '1795340400000',
    ' 2026-11-22T09:30:00Z',
    '2026-11-22T09:30:00Z\n',
    '2026-11-22T09:30:00Z; DROP TABLE',
    '٢٠٢٦-11-22T09:30:00Z',
  ])('cannot be %j', (text) => {
    expect(epochMsOf(text)).toBeNull();
    expect(utcTextOf(text)).toBeNull();
  });

  test('may lack seconds, which are written as 00', () => {
    expect(utcTextOf('2026-11-22T09:30Z')).toBe('2026-11-22T09:30:00Z');
    expect(utcTextOf('2026-11-22T09:30+01:00')).toBe('2026-11-22T08:30:00Z');
  });

  test('moved before the year 1 by its offset is null', () => {
    expect(utcTextOf('0001-01-01T00:30:00+01:00')).toBeNull();
    expect(utcTextOf('0001-01-01T00:30:00-01:00')).toBe('0001-01-01T01:30:00Z');
  });

  test('moved beyond the year 9999 by its offset is null, because the form has four digits for the year', () => {
    expect(utcTextOf('9999-12-31T23:30:00-01:00')).toBeNull();
    expect(utcTextOf('9999-12-31T23:30:00+01:00')).toBe('9999-12-31T22:30:00Z');
  });
});

const number = (max: number, length: number) =>
  fc.nat(max).map((value) => String(value).padStart(length, '0'));

test('the usual form, which ends with Z, is read as the same moment as the form with an offset of zero', () => {
  const texts = fc
    .tuple(number(9999, 4), number(13, 2), number(32, 2), number(24, 2), number(60, 2), number(60, 2))
    .map(([year, month, day, ...time]) => `${year}-${month}-${day}T${time.join(':')}`);
  const fractions = fc.oneof(
    fc.constant(''),
    number(999, 3).map((ms) => `.${ms}`),
  );
  fc.assert(
    fc.property(texts, fractions, (text, fraction) => {
      const ms = epochMsOf(`${text}${fraction}+00:00`);
      expect(epochMsOf(`${text}${fraction}Z`)).toBe(ms);
      expect(utcTextOf(`${text}${fraction}Z`)).toBe(ms === null ? null : `${text}${fraction}Z`);
    }),
    { numRuns: 5000 },
  );
});

test('every date of four hundred years, existing or not, is read the same with Z and with an offset of zero', () => {
  const months = Array.from({ length: 400 * 14 }, (_, n) => [1999 + Math.floor(n / 14), n % 14] as const);
  for (const [year, month] of months) {
    for (const day of [0, 1, 28, 29, 30, 31, 32]) {
      const text = [year, String(month).padStart(2, '0'), String(day).padStart(2, '0')].join('-');
      expect(epochMsOf(`${text}T12:34:56.789Z`), text).toBe(epochMsOf(`${text}T12:34:56.789+00:00`));
    }
  }
});

test.each(['2026-11-22T09:30:00.12Z', '2026-11-22T09:30:00.1234Z', '2026-11-22T09:30Z'])(
  '%s is a moment although it is not in the usual form',
  (text) => {
    expect(epochMsOf(text)).not.toBeNull();
  },
);

test.each(Array.from({ length: 24 }, (_, at) => at))(
  'the usual form is null with another character at position %i',
  (at) => {
    const usual = '2026-01-05T10:20:30.123Z';
    for (const other of ['x', '/', ' ', '\u0661', '+']) {
      expect(epochMsOf(`${usual.slice(0, at)}${other}${usual.slice(at + 1)}`)).toBeNull();
    }
  },
);
