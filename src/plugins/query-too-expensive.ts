import { GraphQLError } from 'graphql';

/** Which bound it was, as clients are told it. */
type CostLimit = 'upstreamCalls' | 'answerFields';

interface Beyond {
  readonly limit: CostLimit;
  readonly asked: number;
  readonly allowed: number;
}

/** The error of a query that is refused for what it would cost, or ended for what it has cost. */
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
