import { type Change, CriticalityLevel, type Rule } from '@graphql-inspector/core';
import type { GraphQLSchema } from 'graphql';

/**
 * What was deprecated and whose date has come may go: clients were told. A date is yyyy-MM-dd in the reason; without one,
 * and before it, the removal breaks them.
 */
export function allowDueRemovals(today: Date): Rule {
  return ({ changes, oldSchema }) =>
    changes.map((change) =>
      change.criticality.level === CriticalityLevel.Breaking && isDue(reasonOf(change, oldSchema), today)
        ? { ...change, criticality: { ...change.criticality, level: CriticalityLevel.Dangerous } }
        : change,
    );
}

function isDue(reason: string | null | undefined, today: Date): boolean {
  const [date] = /\d{4}-\d\d-\d\d/.exec(reason ?? '') ?? [];
  return date !== undefined && new Date(date) <= today;
}

/** Why what is removed was deprecated, if it was. */
function reasonOf({ type, path = '' }: Change, schema: GraphQLSchema | null): string | null | undefined {
  const [typeName = '', name = '', argument = ''] = path.split('.');
  const of = schema?.getType(typeName);
  if (!of) return null;
  const fields = 'getFields' in of ? of.getFields() : {};
  switch (type) {
    case 'FIELD_REMOVED':
    case 'INPUT_FIELD_REMOVED':
      return fields[name]?.deprecationReason;
    case 'ENUM_VALUE_REMOVED':
      return 'getValue' in of ? of.getValue(name)?.deprecationReason : null;
    case 'FIELD_ARGUMENT_REMOVED': {
      const field = fields[name];
      return field && 'args' in field
        ? field.args.find((arg) => arg.name === argument)?.deprecationReason
        : null;
    }
    default:
      return null;
  }
}
