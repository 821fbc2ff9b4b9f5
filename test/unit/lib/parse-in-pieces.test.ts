import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { parseJson } from '../../../src/lib/exact-json.ts';
import { MAX_DEPTH, MAX_VALUES, parseInPieces } from '../../../src/lib/parse-in-pieces.ts';
import { Cancellation } from '../../../src/lib/signal.ts';
import { Slices } from '../../../src/lib/slices.ts';
import { Turns } from '../../../src/lib/turns.ts';
import { decodeUtf8 } from '../../../src/lib/utf8.ts';

const slices = () => new Slices(new Turns(systemClock), new Cancellation());

/** Value, or the name of the error; texts of values, because `toEqual` knows neither the order of keys nor `__proto__`. */
async function outcomeOf(parse: () => unknown): Promise<unknown> {
  try {
    return textOf(await parse());
  } catch (error) {
    return error instanceof Error ? error.name : error;
  }
}

/** Text that tells apart everything that JSON can say; `JSON.stringify` would not take any depth. */
function textOf(value: unknown): string {
  const text: string[] = [];
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (Array.isArray(next)) {
      text.push(`list of ${next.length}`);
      for (const element of next) left.push(element);
    } else if (typeof next === 'object' && next !== null) {
      text.push(`object of ${Object.getPrototypeOf(next) === Object.prototype}`);
      for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(next))) {
        const { value: of, ...flags } = property;
        text.push(JSON.stringify([key, flags]));
        left.push(of);
      }
    } else text.push(Object.is(next, -0) ? '-0' : JSON.stringify(next));
  }
  return text.join(' ');
}

/** Outcomes in pieces and as a whole, which are to be the same, also where long numbers are text. */
async function outcomes(bytes: Buffer, pieceBytes: number): Promise<[inPieces: unknown, whole: unknown]> {
  return [
    [
      await outcomeOf(() => parseInPieces(bytes, slices(), false, pieceBytes)),
      await outcomeOf(() => parseInPieces(bytes, slices(), true, pieceBytes)),
    ],
    [await outcomeOf(() => JSON.parse(decodeUtf8(bytes))), await outcomeOf(() => parseJson(bytes, true))],
  ];
}

/** The slow way to what `parseJson` gives: a reviver. */
function longNumbersAsText(_key: string, value: unknown, { source = '' }: { source?: string } = {}): unknown {
  return /^-?\d{16,}$/.test(source) && !Number.isSafeInteger(value) ? source : value;
}

const space = fc.stringMatching(/^[ \n\r\t]{0,3}$/);
const string = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => JSON.stringify(text).slice(1, -1)),
      fc.constantFrom(
        '\\n',
        '\\"',
        '\\\\',
        '\\/',
        '\\u00e4',
        '\\ud83d',
        '\\ude00',
        '\\ud83d\\ude00',
        '[{',
        '}],',
        ':',
        'ä',
        '€',
        '😀',
        '\uFEFF',
      ),
    ),
    { maxLength: 6 },
  )
  .map((parts) => `"${parts.join('')}"`);
const plainKey = fc.constantFrom(
  '"__proto__"',
  '"a"',
  '"ab"',
  '"k"',
  '"1"',
  '"0"',
  '""',
  '"constructor"',
  '"ä€😀"',
);
/**
 * Keys without a backslash, although with escapes: V8 takes an escape for the backslash in an earlier key, as that in
 * `{"k\\n":1}` once there was `{"k\\\\":1}` (Node 26).
 */
const key = fc.oneof(
  plainKey,
  fc.constantFrom('"\\u0061b"', '"\\u0061"'),
  string.filter((text) => !text.includes('\\\\')),
);
const scalar = fc.oneof(
  string,
  fc.constantFrom(
    'null',
    'true',
    'false',
    '0',
    '-0',
    '1e400',
    '-1.5E-7',
    '12345678901234567890',
    '-9007199254740993',
    '9007199254740991',
    '1234567890123456.5',
    '0.1234567890123456789',
    '1E1234567890123456789',
    '"12345678901234567890"',
  ),
);

/** JSON texts with any space, escapes, and keys that occur twice. */
const textWith = (keys: fc.Arbitrary<string>) =>
  fc.letrec<{ text: string; bare: string }>((tie) => ({
    text: fc.tuple(space, tie('bare'), space).map((parts) => parts.join('')),
    bare: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      scalar,
      fc
        .array(tie('text'), { maxLength: 6 })
        .map((elements) => `[${elements.length > 0 ? elements.join(',') : ' '}]`),
      fc
        .array(fc.tuple(space, keys, space, tie('text')), { maxLength: 6 })
        .map(
          (members) =>
            `{${members.map(([before, name, after, value]) => `${before}${name}${after}:${value}`).join(',')}}`,
        ),
    ),
  })).text;
const pieceBytes = fc.integer({ min: 1, max: 40 });

describe('JSON in pieces may be nested', () => {
  const nested = (depth: number, open: string, close: string) =>
    Buffer.from(`{"a":${open.repeat(depth - 1)}${close.repeat(depth - 1)}}`);

  test.each([
    ['lists', '[', ']', 65_536],
    ['lists, a bracket a piece', '[', ']', 1],
    ['objects', '{"a":[', ']}', 65_536],
  ])('up to a depth: %s', async (_what, open, close, most) => {
    const depth = (MAX_DEPTH - 1) / open.replaceAll(/[^[{]/g, '').length + 1;
    await expect(
      parseInPieces(nested(Math.floor(depth), open, close), slices(), false, most),
    ).resolves.toBeTypeOf('object');
    await expect(
      parseInPieces(nested(Math.floor(depth) + 1, open, close), slices(), false, most),
    ).rejects.toThrow(SyntaxError);
  });
});

describe('JSON in pieces may have many lists and objects', () => {
  test.each(['[],', '[[]],', '{},'])('a million of them: %s', async (element) => {
    const each = element.replaceAll(/[^[{]/g, '').length;
    // The list around them is not counted.
    const most = MAX_VALUES / each;
    const listOf = (count: number) => Buffer.from(`[${element.repeat(count)}0]`);
    await expect(parseInPieces(listOf(most), slices())).resolves.toHaveLength(most + 1);
    await expect(parseInPieces(listOf(most + 1), slices())).rejects.toThrow(SyntaxError);
  });
});

describe('JSON in pieces is parsed as JSON.parse parses it as a whole', () => {
  test('for any value', async () => {
    await fc.assert(
      fc.asyncProperty(textWith(key), pieceBytes, fc.boolean(), async (json, most, hasMark) => {
        const bytes = Buffer.from(`${hasMark ? '\uFEFF' : ''}${json}`);
        const [inPieces, whole] = await outcomes(bytes, most);
        expect(inPieces).toEqual(whole);
        expect(whole).toEqual([
          expect.anything(),
          await outcomeOf(() => JSON.parse(json, longNumbersAsText)),
        ]);
      }),
      { numRuns: 500 },
    );
  });

  test('or refused, when it is wrong in any place', async () => {
    const wrong = fc.constantFrom(
      ...'[]{},:"\\ 1-.eEtnu\u0000\n\uFEFF'.split(''),
      '[]',
      '{}',
      '":',
      ',,',
      '\\u12',
      '//',
    );
    await fc.assert(
      fc.asyncProperty(
        textWith(plainKey),
        pieceBytes,
        fc.nat(),
        fc.nat(3),
        wrong,
        async (json, most, place, less, more) => {
          const at = place % (json.length + 1);
          const [inPieces, whole] = await outcomes(
            Buffer.from(json.slice(0, at) + more + json.slice(at + less)),
            most,
          );
          expect(inPieces).toEqual(whole);
        },
      ),
      { numRuns: 1500 },
    );
  });

  test('when its bytes are not UTF-8', async () => {
    const bytes = fc.uint8Array({ min: 0x70, minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        textWith(plainKey),
        pieceBytes,
        fc.nat(),
        bytes,
        async (json, most, place, foreign) => {
          const valid = Buffer.from(json);
          const at = place % (valid.length + 1);
          const [inPieces, whole] = await outcomes(
            Buffer.concat([valid.subarray(0, at), foreign, valid.subarray(at)]),
            most,
          );
          expect(inPieces).toEqual(whole);
        },
      ),
      { numRuns: 500 },
    );
  });

  test.each([
    '',
    ' ',
    '[',
    '{',
    '[1',
    '[1,',
    '{"a"',
    '{"a":',
    '{"a":1',
    '"a',
    '"\\',
    '[]]',
    '[1]1',
    '[}',
    '{]',
    '[1}',
    '{"a":1]',
    '[,]',
    '[1,]',
    '[,1]',
    '{,}',
    '{"a":1,}',
    '{"a":1[]}',
    '[1[]]',
    '{"a"}',
    '{"a" "b":[]}',
    '{1:[]}',
    '[[],[]',
    '["a":[]]',
  ])('or refused, like %j, at whatever length of the pieces', async (json) => {
    for (const most of [1, 2, 3, 4, 5, 100]) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one length after the other
      const [inPieces, whole] = await outcomes(Buffer.from(json), most);
      expect(inPieces).toEqual(whole);
    }
  });

  test.each<[what: string, json: string]>([
    ['a list', `[${'1234567890,'.repeat(20_000)}0]`],
    [
      'an object with many keys',
      `{${Array.from({ length: 20_000 }, (_, n) => `"k${n % 15_000}":${n}`).join(',')}}`,
    ],
    ['a string', JSON.stringify('ä€😀"\\\n'.repeat(40_000))],
    ['a key', `{${JSON.stringify('ä"'.repeat(80_000))}:[1]}`],
    ['a number', `[${'1'.repeat(200_000)}]`],
    ['space', `[${' '.repeat(200_000)}1${' '.repeat(200_000)},{}${' '.repeat(200_000)}]`],
    ['nothing but space', ' '.repeat(200_000)],
    ['lists in lists', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
    ['objects in objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['lists that are not closed', '['.repeat(200_000)],
    ['small lists beside large ones', `[${`[0],[${'1,'.repeat(60_000)}0],`.repeat(5)}[0]]`],
  ])('when longer than a piece is %s', async (_what, json) => {
    const [inPieces, whole] = await outcomes(Buffer.from(json), 65_536);
    expect(inPieces).toEqual(whole);
  });
});

test('other work has the event loop between the pieces', async () => {
  let nowMs = 0;
  // Each look at the clock uses up a slice.
  const turns = new Turns({ ...systemClock, now: () => (nowMs += 20) });
  const json = JSON.stringify(Array.from({ length: 100_000 }, (_, id) => ({ id })));
  let others = 0;
  const count = () => {
    others += 1;
    immediate = setImmediate(count);
  };
  let immediate = setImmediate(count);
  const value = await parseInPieces(Buffer.from(json), new Slices(turns, new Cancellation()));
  clearImmediate(immediate);
  expect(JSON.stringify(value)).toBe(json);
  expect(others).toBeGreaterThan(3);
});

test('parsing ends when nobody waits for it any more', async () => {
  let nowMs = 0;
  const turns = new Turns({ ...systemClock, now: () => (nowMs += 20) });
  const signal = new Cancellation();
  const parsing = parseInPieces(Buffer.from(`[${'0,'.repeat(1_000_000)}0]`), new Slices(turns, signal));
  const reason = new Error('nobody waits');
  setImmediate(() => signal.abort(reason));
  await expect(parsing).rejects.toBe(reason);
});
