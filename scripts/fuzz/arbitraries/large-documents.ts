import * as fc from 'fast-check';
import { manyUpTo } from './text.ts';

/**
 * Far more than any limit allows, but fewer than fit into a body, so that a gateway without limits needs moments for them,
 * not minutes: validation compares all pairs of fields with one name.
 */
const MANY = 3000;

const deep = [
  ['{', '}'],
  ['{a', '}'],
  ['{ user(id: "x") { manager ', '} }'],
  ['{ __typename ... { ', '} }'],
  ['{ ... on Query ', '}'],
  ['{ a(b: [', ']) }'],
  ['{ a(b: {c: ', '}) }'],
  ['[', ']'],
  ['query ($a: [', ']) { a }'],
  ['{ __schema { types { fields { type { ofType ', '} } } } }'],
] as const;

/** Documents with deep nesting; some close too few or too many brackets. */
export const deepDocuments: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...deep), manyUpTo(20_000), fc.constantFrom(0, 1, 0.5, 1.001))
  .map(([[open, close], count, closed]) => {
    const inner = open.includes('(b: ') ? '1' : ' __typename ';
    return `${nested(open, count)}${inner}${close.repeat(Math.round(count * closed))}`;
  });

/** Repeats the opening text, except the part before the first repeated bracket, which occurs once. */
function nested(open: string, count: number): string {
  const once = /^(?:\{ a\(b: |query \(\$a: )/.exec(open)?.[0] ?? '';
  return `${once}${open.slice(once.length).repeat(count)}`;
}

const wide: readonly ((count: number) => string)[] = [
  (count) => `{ ${repeated(count, (n) => `a${n}: __typename`)} }`,
  (count) => `{ ${repeated(count, () => '__typename')} }`,
  (count) => `{ ${repeated(count, () => 'campaigns { totalCount }')} }`,
  (count) => `{ ${repeated(count, (n) => `u${n}: user(id: "user-${n}") { name }`)} }`,
  (count) => `{ ${repeated(count, (n) => `unknown${n}`)} }`,
  (count) => `{ ${repeated(count, (n) => `user(id: "${n}") { name }`)} }`,
  (count) => `query (${repeated(count, (n) => `$v${n}: Int`)}) { __typename }`,
  (count) => repeated(count, (n) => `query Q${n} { __typename }`),
  (count) =>
    `{ ${repeated(count, (n) => `...F${n}`)} } ${repeated(count, (n) => `fragment F${n} on Query { __typename }`)}`,
  (count) =>
    `{ ...F0 } ${repeated(count, (n) => `fragment F${n} on Query { ...F${n + 1} }`)} fragment F${count} on Query { __typename }`,
  (count) =>
    `{ ...F0 } ${repeated(count, (n) => `fragment F${n} on Query { ...F${n + 1} }`)} fragment F${count} on Query { ...F0 }`,
  (count) =>
    `{ ...F0 } ${repeated(Math.min(count, 60), (n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`)}`,
  (count) => `{ ...F ${repeated(count, () => '...F')} } fragment F on Query { __typename ...F }`,
  (count) => `{ __typename ${repeated(count, () => '@skip(if: false)')} }`,
  (count) => `{ __typename ${repeated(count, (n) => `@unknown${n}`)} }`,
  (count) => `query ${repeated(count, () => '@a')} { __typename }`,
  (count) => `{ campaigns(filter: { ${repeated(count, (n) => `f${n}: ${n}`)} }) { totalCount } }`,
  (count) => `{ campaigns(${repeated(count, () => 'first: 1')}) { totalCount } }`,
  (count) =>
    `{ campaignInteractions(campaignId: "c", filter: { agentIds: [${repeated(count, (n) => `"${n}"`)}] }) { totalCount } }`,
  (count) => `{ ${repeated(count, (n) => `s${n}: __schema { types { name } }`)} }`,
];

/** Documents with very many aliases, fragments, directives or operations. */
export const wideDocuments: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...wide), manyUpTo(MANY))
  .map(([documentOf, count]) => documentOf(count));

const literals: readonly ((count: number) => string)[] = [
  (count) => '9'.repeat(count),
  (count) => `-0.${'0'.repeat(count)}1e-${'9'.repeat(Math.min(count, 400))}`,
  (count) => `1e${'9'.repeat(Math.min(count, 400))}`,
  (count) => `"${'x'.repeat(count)}"`,
  (count) => `"${'\\u{1F600}'.repeat(count / 9)}"`,
  (count) => `"${'\\uD83D'.repeat(count / 6)}"`,
  (count) => `"${'\\uDE00\\uD83D'.repeat(count / 12)}"`,
  (count) => `"${'\ud83d'.repeat(count / 3)}"`,
  (count) => `"""${'\n  x'.repeat(count / 4)}"""`,
  (count) => `"""${' '.repeat(count)}\n\\"""\n"""`,
  (count) => `"""${'"'.repeat(count)}`,
  (count) => `$${'v'.repeat(count)}`,
  (count) => 'E'.repeat(count),
];

/** Documents with one very long value as an argument. */
export const longLiterals: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(...literals),
    manyUpTo(100_000),
    fc.constantFrom(
      'user(id: ',
      'campaigns(first: ',
      'campaigns(after: ',
      'campaign(id: "c", id: ',
      '__type(name: ',
    ),
  )
  .map(([literalOf, count, field]) => `{ ${field}${literalOf(count)}) { __typename } }`);

function repeated(count: number, part: (n: number) => string): string {
  return Array.from({ length: count }, (_, n) => part(n)).join(' ');
}
