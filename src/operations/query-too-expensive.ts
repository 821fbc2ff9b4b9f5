import { GraphQLError } from 'graphql';

/** Exceeded bound, by its name in `extensions.limit`. */
type CostLimit = 'upstreamCalls' | 'answerFields' | 'time';

interface Beyond {
  readonly limit: CostLimit;
  readonly asked: number;
  readonly allowed: number;
}

/** Error of a query that is refused before execution, or ended during it, for its cost. */
export function queryTooExpensive(
  message: string,
  { limit, asked, allowed }: Beyond,
  facts: Readonly<Record<string, unknown>> = {},
): GraphQLError {
  return new GraphQLError(message, {
    extensions: {
      code: 'QUERY_TOO_EXPENSIVE',
      limit,
      asked,
      allowed,
      ...facts,
      http: { status: 400, spec: true },
    },
  });
}
