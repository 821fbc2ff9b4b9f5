import { CAMPAIGN_ID } from '../../support/organisation.ts';
import { range } from '../../support/range.ts';
import type { Attack } from './attack.ts';

const list = (selection: string) => `campaignInteractions(campaignId: "${CAMPAIGN_ID}") { ${selection} }`;
const unparsed = (limit: string) => ({ code: 'GRAPHQL_PARSE_FAILED', limit, isInvalid: true }) as const;
const invalid = (limit: string) => ({ code: 'GRAPHQL_VALIDATION_FAILED', limit, isInvalid: true }) as const;
const LONG_NAME = 'n'.repeat(90_000);
/** Settings that admit documents of more than 2,000 tokens. */
const manyTokens = { env: { MAX_TOKENS: '1000000' } };

/** Documents that are expensive to read, to check, or to complain about. */
export const textAttacks: readonly Attack[] = [
  {
    name: '45,000 line breaks before a query whose rows fail',
    query: `${'\n'.repeat(45_000)}{ ${list(
      range(29)
        .map((n) => `nodes { a${n}: agent { email } }`)
        .join(' '),
    )} }`,
    outcome: unparsed('lines'),
  },
  { name: 'many tokens', query: `{ ${'id '.repeat(30_000)} }`, outcome: unparsed('tokens') },
  { name: 'open brackets', query: '{a'.repeat(900), outcome: unparsed('nesting') },
  {
    name: 'values in one another',
    query: `{ user(id: ${'['.repeat(900)}${']'.repeat(900)}) { id } }`,
    outcome: unparsed('nesting'),
  },
  {
    name: 'a chain of fragments',
    query: `{ ...F0 } ${range(2000)
      .map((n) => `fragment F${n} on Query { ...F${n + 1} }`)
      .join(' ')} fragment F2000 on Query { __typename }`,
    against: manyTokens,
    outcome: unparsed('nesting'),
  },
  {
    name: 'fragments that spread one another twice, 60 times',
    query: `{ ...F0 } ${range(60)
      .map((n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`)
      .join(' ')} fragment F60 on Query { a: __typename }`,
    outcome: invalid('aliases'),
  },
  {
    name: 'deep fields',
    query: `{ user(id: "user-1") { ${'manager { '.repeat(12)}id${' }'.repeat(12)} } }`,
    outcome: invalid('depth'),
  },
  {
    name: 'many aliases',
    query: `{ user(id: "user-1") { ${range(300)
      .map((n) => `a${n}: id`)
      .join(' ')} } }`,
    outcome: invalid('aliases'),
  },
  {
    name: 'many root fields',
    query: `{ ${range(11)
      .map((n) => `a${n}: user(id: "user-${n}") { id }`)
      .join(' ')} }`,
    outcome: invalid('rootFields'),
  },
  {
    name: 'many directives',
    query: `{ __typename ${'@skip(if: false) '.repeat(200)} }`,
    outcome: invalid('directives'),
  },
  {
    name: 'a long name and 150 faults',
    query: `query ${LONG_NAME} { ${range(150)
      .map((n) => `x${n}`)
      .join(' ')} }`,
    outcome: { code: 'GRAPHQL_VALIDATION_FAILED', isInvalid: true },
  },
  {
    name: 'faults in fields with long names',
    query: `{ ${range(20)
      .map((n) => `${'f'.repeat(4000)}${n}`)
      .join(' ')} }`,
    outcome: { code: 'GRAPHQL_VALIDATION_FAILED', isInvalid: true },
  },
  {
    name: 'a long text that is no document',
    query: `"${'x'.repeat(90_000)}"`,
    outcome: { code: 'GRAPHQL_PARSE_FAILED', isInvalid: true },
  },
  {
    name: 'ids that are none, with 4,000 characters each',
    query: `{ ${range(10)
      .map((n) => `a${n}: user(id: "${' '.repeat(4000)}") { id }`)
      .join(' ')} }`,
    outcome: { code: 'BAD_USER_INPUT' },
  },
];
