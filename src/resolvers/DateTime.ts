import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { epochMsOf } from '../datasources/wire/date-time.ts';

/**
 * A moment. What the data sources give is text in the schema's form already (date-time.ts); what a client sends becomes a
 * Date, whatever its offset.
 */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize(value) {
    if (typeof value === 'string') return value;
    throw new TypeError('DateTime is given as text by the data sources.');
  },
  parseValue: (value) => dateFrom(value),
  parseLiteral: (node) => dateFrom(node.kind === Kind.STRING ? node.value : undefined, node),
});

function dateFrom(value: unknown, node?: ValueNode): Date {
  const ms = typeof value === 'string' ? epochMsOf(value) : null;
  if (ms !== null) return new Date(ms);
  throw new GraphQLError(
    'A DateTime is ISO-8601 text with an offset, such as "2026-11-22T09:30:00Z" or "2026-11-22T10:30:00.250+01:00".',
    { nodes: node ?? null, extensions: { code: 'BAD_USER_INPUT' } },
  );
}
