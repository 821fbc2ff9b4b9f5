import { GraphQLScalarType, Kind } from 'graphql';
import { epochMsOf } from '../datasources/wire/date-time.ts';

/**
 * Moment in time. Data sources give text in the schema's form already (date-time.ts). Client input becomes a Date, whatever
 * its offset. Invalid input becomes an invalid Date, which the argument rules reject by the name of the argument: a scalar
 * does not know its argument.
 */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize(value) {
    if (typeof value === 'string') return value;
    throw new TypeError('DateTime is given as text by the data sources.');
  },
  parseValue: dateFrom,
  parseLiteral: (node) => dateFrom(node.kind === Kind.STRING ? node.value : undefined),
});

function dateFrom(value: unknown): Date {
  return new Date((typeof value === 'string' ? epochMsOf(value) : null) ?? Number.NaN);
}
