import { GraphQLError } from 'graphql';

/** What there can be too much of in a query, in words, with the setting that bounds it. */
const limits = {
  depth: { says: (asked: number) => `is ${asked} fields deep`, setting: 'MAX_DEPTH' },
  aliases: { says: (asked: number) => `has ${asked} aliases`, setting: 'MAX_ALIASES' },
  tokens: { says: (asked: number) => `has ${asked} tokens`, setting: 'MAX_TOKENS' },
  rootFields: { says: (asked: number) => `has ${asked} fields at its root`, setting: 'MAX_ROOT_FIELDS' },
  directives: { says: (asked: number) => `has ${asked} directives`, setting: null },
  lines: { says: (asked: number) => `has ${asked} line breaks`, setting: null },
  nesting: { says: (asked: number) => `has brackets ${asked} deep in one another`, setting: null },
} as const;

export type QueryLimit = keyof typeof limits;

/** The error that tells a client which limit its query is beyond, what it asked for and what is allowed. */
export function beyondLimit(limit: QueryLimit, count: number, allowed: number): GraphQLError {
  const { says, setting } = limits[limit];
  // Fragments in fragments multiply: what they come to may be beyond what JSON can say.
  const asked = Math.min(count, Number.MAX_SAFE_INTEGER);
  const named = setting === null ? '' : ` (${setting})`;
  return new GraphQLError(`The query ${says(asked)}; at most ${allowed} are allowed${named}.`, {
    extensions: { code: codes[limit] ?? 'GRAPHQL_VALIDATION_FAILED', limit, asked, allowed },
  });
}

/** Of limits that are found before there is a document. */
const codes: Partial<Record<QueryLimit, string>> = {
  lines: 'GRAPHQL_PARSE_FAILED',
  tokens: 'GRAPHQL_PARSE_FAILED',
  nesting: 'GRAPHQL_PARSE_FAILED',
};
