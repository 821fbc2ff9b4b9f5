import * as fc from 'fast-check';
import { EXAMPLE_CAMPAIGN_ID } from '../../../src/sandbox/generate-organisation.ts';

/** Sizes up to what fits into a body; the largest do not, beside the rest. */
function sizesUpTo(most: number): fc.Arbitrary<number> {
  const steps = [1, 10, 30, 31, 100, 1000, 3000, 5000, 5001, 20_000, 45_000, 90_000];
  return fc.constantFrom(...steps.filter((step) => step <= most));
}

const LEAVES = [
  'id',
  'state',
  'creationTime',
  'callPlacedTime',
  'agent { id name }',
  'agent { skills { skill { name } } }',
  'contact { data callable }',
  'conversation { participants { name user { name } } }',
  'skills { name }',
  'queue { name }',
] as const;

/** Selections of one object, the same leaves under many names. */
const leaves = fc
  .tuple(fc.uniqueArray(fc.constantFrom(...LEAVES), { minLength: 1, maxLength: 4 }), sizesUpTo(100))
  .map(([fields, aliases]) =>
    Array.from({ length: Math.max(aliases, fields.length) }, (_, n) => {
      const field = fields[n % fields.length] ?? 'id';
      return n < fields.length ? field : `a${n}: ${field}`;
    }).join(' '),
  );

interface Level {
  readonly first: number | null;
  readonly isEdges: boolean;
  readonly isFragment: boolean;
}

const shape = { isEdges: fc.boolean(), isFragment: fc.boolean() };

/** Levels of all sizes, or all of them as large as they may be. */
const levels: fc.Arbitrary<readonly Level[]> = fc.oneof(
  fc.array(
    fc.record({ first: fc.constantFrom(null, 0, 1, 10, 100, 500, 1000, 1001, 2 ** 31 - 1), ...shape }),
    { minLength: 1, maxLength: 6 },
  ),
  fc.array(fc.record({ first: fc.constant(1000), ...shape }), { minLength: 1, maxLength: 4 }),
);

/** Lists of interactions in lists of interactions. Levels may stand in fragments. */
const nested = fc.tuple(levels, leaves, fc.boolean()).map(([all, inner, isOfCampaigns]) => {
  const fragments: string[] = [];
  const below = all.reduceRight((selections, { first, isEdges, isFragment }, n) => {
    const rows = isEdges ? `edges { cursor node { ${selections} } }` : `nodes { ${selections} }`;
    const argument = first === null ? '' : `first: ${first}`;
    const connection = isFragment ? `...L${n}` : rows;
    if (isFragment) fragments.push(`fragment L${n} on CampaignInteractionConnection { ${rows} }`);
    if (n > 0) return `campaign { interactions${argument && `(${argument})`} { ${connection} } }`;
    return isOfCampaigns
      ? `campaigns(first: 5) { nodes { interactions${argument && `(${argument})`} { ${connection} } } }`
      : `campaignInteractions(campaignId: "${EXAMPLE_CAMPAIGN_ID}" ${argument}) { ${connection} }`;
  }, inner);
  return `{ ${below} } ${fragments.join(' ')}`;
});

const types =
  'name description fields { name description args { name type { name } } type { name kind ofType { name } } }';

/** Introspection under many names, in fragments and in one another. */
const introspection = fc
  .tuple(sizesUpTo(100), fc.nat(3), fc.boolean())
  .map(([aliases, depth, isFragment]) => {
    const inner = Array.from({ length: depth }).reduceRight<string>(
      (below) => `name fields { type { ${below} } }`,
      types,
    );
    const fields = Array.from(
      { length: aliases },
      (_, n) => `a${n}: types { ${isFragment ? '...T' : inner} }`,
    );
    return `{ __schema { ${fields.join(' ')} } } ${isFragment ? `fragment T on __Type { ${inner} }` : ''}`;
  });

const faults: readonly ((count: number, name: string) => string)[] = [
  (count) => `{ ${times(count, (n) => `unknown${n}`)} }`,
  (count, name) => `query ${name}(${times(count, (n) => `$v${n}: Int`)}) { __typename }`,
  (count, name) => `query ${name} { ${times(count, (n) => `...F${n}`)} }`,
  (count, name) => `query ${name} { campaigns { nodes { ${times(count, () => 'nothing')} } } }`,
  (count, name) => `query ${name} { campaigns(first: $a) { ${times(count, (n) => `a${n}: totalCount`)} } }`,
  (_count, name) => `{ ${name} }`,
  (_count, name) => `{ ...${name} }`,
  (_count, name) => `{ campaigns(first: ${name}) { totalCount } }`,
  (_count, name) => `{ campaigns(filter: { name: "${name}", ${name}: 1 }) { totalCount } }`,
  (count, name) => `{ ${times(count, (n) => `u${n}: user(id: "${name} ${n}") { name }`)} }`,
  (_count, name) => `{ ${name}: campaigns(first: 1) { totalCount } ${name}: campaigns { totalCount } }`,
  (_count, name) => `query ($a: ${name}) { campaigns(first: $a) { totalCount } }`,
];

/** Faulty documents, whose errors could quote a long name, many times. */
const faulty = fc
  .tuple(fc.constantFrom(...faults), sizesUpTo(1000), sizesUpTo(90_000))
  .map(([documentOf, count, length]) => documentOf(count, 'n'.repeat(length)));

/** The document after many line breaks, or with them between its tokens. */
const withLines = fc
  .tuple(
    fc.oneof(nested, introspection, faulty),
    fc.constantFrom('\n', '\r\n', '\r'),
    fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: sizesUpTo(45_000) }),
    fc.boolean(),
  )
  .map(([document, lineBreak, count, isBetween]) => {
    if (count === 0) return document;
    if (!isBetween) return `${lineBreak.repeat(count)}${document}`;
    const places = document.split(' ');
    return places.join(` ${lineBreak.repeat(Math.ceil(count / places.length))}`);
  });

const numbers = fc.constantFrom<unknown>(-1, 0.5, 1e300, 2 ** 31, true, '1', null);

/** JSON texts of values that no argument takes. */
const wrongValues: fc.Arbitrary<string> = fc.oneof(
  numbers.map((value) => JSON.stringify(value)),
  sizesUpTo(90_000).map((count) => JSON.stringify('x'.repeat(count))),
  fc
    .tuple(sizesUpTo(5000), fc.constantFrom('states', 'agentIds', 'unknown', 'createdAfter'))
    .map(([count, name]) =>
      JSON.stringify({ [name]: Array.from({ length: count }, () => (name === 'states' ? 'NO' : {})) }),
    ),
  sizesUpTo(5000).map((count) =>
    JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, n) => [`unknown${n}`, n]))),
  ),
  sizesUpTo(20_000).map((count) => `{${times(count, () => '"name":1,')} "name":"x"}`),
  sizesUpTo(45_000).map((depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`),
  sizesUpTo(5000).map((depth) => `${'{"name":'.repeat(depth)}1${'}'.repeat(depth)}`),
  sizesUpTo(20_000).map((count) => `[${Array.from({ length: count }, () => 'null').join(',')}]`),
  sizesUpTo(90_000).map((length) => JSON.stringify({ ['k'.repeat(length)]: 'v' })),
);

const asking = `query ($first: Int, $filter: CampaignInteractionFilter, $order: CampaignInteractionOrder, $after: String) {
  campaignInteractions(campaignId: "${EXAMPLE_CAMPAIGN_ID}", first: $first, filter: $filter, orderBy: $order, after: $after) { totalCount }
}`;

const wronglyGiven = fc
  .dictionary(fc.constantFrom('first', 'filter', 'order', 'after', 'unknown'), wrongValues, { minKeys: 1 })
  .map((values) => {
    const variables = Object.entries(values).map(([name, json]) => `"${name}":${json}`);
    return `{"query":${JSON.stringify(asking)},"variables":{${variables.join(',')}}}`;
  });

/** Bodies of requests that ask for much, within the limits and beyond them. */
export const demands: fc.Arbitrary<Buffer> = fc
  .oneof(
    { weight: 3, arbitrary: withLines.map((query) => JSON.stringify({ query })) },
    { weight: 2, arbitrary: wronglyGiven },
  )
  .map((body) => Buffer.from(body));

function times(count: number, part: (n: number) => string): string {
  return Array.from({ length: count }, (_, n) => part(n)).join(' ');
}
