import * as fc from 'fast-check';
import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { jsonPieces } from '../../../src/answers/json-pieces.ts';

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), unitsOf16Bits());

/** Text of any code units, lone surrogates included. */
function unitsOf16Bits() {
  return fc.array(fc.integer({ min: 0, max: 0xff_ff })).map((units) => String.fromCharCode(...units));
}

const leaf = fc.oneof(
  text,
  fc.double(),
  fc.constantFrom(null, undefined, true, false, -0, NaN, Infinity, 1e21, () => 1, Symbol('leaf')),
  fc.date(),
  fc.record({ message: text, code: text }).map(({ message, code }) => {
    return new GraphQLError(message, { extensions: { code }, path: ['a', 0] });
  }),
  fc.constant({ toJSON: (): unknown => undefined }),
  fc.constant({ toJSON: () => ['x'.repeat(50), { toJSON: 'no function' }] }),
);
const key = fc.oneof(text, fc.constantFrom('__proto__', 'toString', 'length', '0', '10', '2'));

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('value')),
    fc.dictionary(key, tie('value'), { noNullPrototype: false }),
  ),
}));

function piecesOf(answer: unknown, size?: number): string[] {
  return [...jsonPieces(answer, size)].map((texts) => texts.join(''));
}

test('pieces of any size are together what JSON.stringify gives', () => {
  fc.assert(
    fc.property(value, fc.integer({ min: 1, max: 60 }), (data, size) => {
      const answer = { data, errors: [new GraphQLError('no', { path: ['a'] })] };
      const pieces = piecesOf(answer, size);
      expect(pieces.join('')).toBe(JSON.stringify(answer));
      // Each piece is whole characters, so that it can be encoded by itself.
      expect(Buffer.concat(pieces.map((piece) => Buffer.from(piece))).toString()).toBe(
        JSON.stringify(answer),
      );
    }),
    { numRuns: 500 },
  );
});

test('a small value is one piece', () => {
  expect(piecesOf({ data: { rows: [1, 'two', { three: null }] } })).toEqual([
    '{"data":{"rows":[1,"two",{"three":null}]}}',
  ]);
});

test.each([
  ['a list of many small items', Array.from({ length: 5000 }, (_, n) => ({ id: `item-${n}`, n }))],
  [
    'an object of many properties',
    Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`key-${n}`, n])),
  ],
  ['a long text', 'é😀'.repeat(20_000)],
  ['a long key', { ['k'.repeat(50_000)]: 1 }],
  ['lists in one another', [[[[Array.from({ length: 10_000 }, () => 'item')]]]]],
  ['a list of empty lists', Array.from({ length: 20_000 }, () => [])],
])('no piece of %s is much longer than wanted', (_what, large) => {
  const pieces = piecesOf(large, 1000);
  expect(pieces.join('')).toBe(JSON.stringify(large));
  expect(pieces.length).toBeGreaterThan(10);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(3000);
});

test('what JSON.stringify refuses is refused', () => {
  const circle: unknown[] = [];
  circle.push(circle);
  expect(() => piecesOf({ big: 1n })).toThrow(TypeError);
  expect(() => piecesOf([circle], 10)).toThrow(RangeError);
});
