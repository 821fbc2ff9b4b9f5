import * as fc from 'fast-check';

/** Texts that are special to one of the parsers, or no valid characters. */
const telling = fc.constantFrom(
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  '"',
  '"""',
  '\\',
  ':',
  ',',
  '!',
  '$',
  '@',
  '#',
  '&',
  '=',
  '|',
  '...',
  '.',
  '-',
  '\0',
  '\u0001',
  '\b',
  '\t',
  '\n',
  '\r',
  '\r\n',
  '\u007f',
  '\u0085',
  '\u00a0',
  '\u2028',
  '\ufeff',
  '\ufffd',
  '\uffff',
  '\ud800',
  '\udc00',
  '\udc00\ud800',
  '😀',
  'é',
  'ﷺ',
  '\u202e',
  '\\u',
  '\\uD83D',
  '\\u{110000}',
  '\\x00',
  "'",
  '`',
  '%',
  '%00',
  '%zz',
  '&#x0;',
  '<script>',
  'null',
  'true',
  'on',
  '__proto__',
  '0x1',
  '1e999',
  '-0',
  '${7*7}',
  '{{7*7}}',
);

/** Any text: of special characters, of ordinary ones, or of anything that a string can hold. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.array(telling, { maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

/** Number of repetitions: often small, sometimes around the limits of parsers and settings. */
export function manyUpTo(most: number): fc.Arbitrary<number> {
  const steps = [10, 12, 13, 30, 31, 100, 1000, 1999, 2000, 2001, 3000, 10_000, 20_000, 100_000];
  return fc.oneof(
    fc.integer({ min: 0, max: Math.min(most, 40) }),
    fc.constantFrom(...steps.filter((step) => step <= most), most),
  );
}

interface Edit {
  readonly at: number;
  readonly kind: 'delete' | 'insert' | 'replace' | 'repeat' | 'swap' | 'truncate';
  readonly other: string;
}

const edits = fc.array(
  fc.record<Edit>({
    at: fc.nat(9999),
    kind: fc.constantFrom('delete', 'insert', 'replace', 'repeat', 'swap', 'truncate'),
    other: fc.oneof(telling, fc.string({ unit: 'binary', minLength: 1, maxLength: 3 })),
  }),
  { minLength: 1, maxLength: 4 },
);

/** The text with a few of its characters changed. */
export function editedText(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return edited(text.map((whole) => whole.split(''))).map((parts) => parts.join(''));
}

const TOKENS = /"""[^]*?"""|"(?:\\.|[^"\\\n])*"|\.\.\.|#.*|[\w]+|[^\s\w]/g;

/** The GraphQL document with a few of its tokens changed. */
export function editedDocument(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return edited(text.map((whole) => whole.match(TOKENS) ?? [])).map((parts) => parts.join(' '));
}

function edited(parts: fc.Arbitrary<readonly string[]>): fc.Arbitrary<readonly string[]> {
  return fc.tuple(parts, edits).map(([whole, wanted]) => wanted.reduce(changed, whole));
}

function changed(parts: readonly string[], { at, kind, other }: Edit): readonly string[] {
  const index = at % (parts.length + 1);
  const [before, after] = [parts.slice(0, index), parts.slice(index)];
  const [here = '', next = '', ...rest] = after;
  switch (kind) {
    case 'delete':
      return [...before, next, ...rest];
    case 'insert':
      return [...before, other, ...after];
    case 'replace':
      return [...before, other, next, ...rest];
    case 'repeat':
      return [...before, here, ...after];
    case 'swap':
      return [...before, next, here, ...rest];
    case 'truncate':
      return before;
  }
}

/** Bytes with a few inserted, removed or replaced, so that they may be no valid UTF-8. */
export function editedBytes(bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const odd = fc.constantFrom(
    [0xff],
    [0xc0, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf8, 0x88, 0x80, 0x80, 0x80],
    [0xe2, 0x82],
    [0],
    [0xef, 0xbb, 0xbf],
  );
  return fc.tuple(bytes, fc.nat(9999), odd, fc.nat(3)).map(([whole, at, put, taken]) => {
    const index = at % (whole.length + 1);
    return Buffer.concat([whole.subarray(0, index), Buffer.from(put), whole.subarray(index + taken)]);
  });
}
