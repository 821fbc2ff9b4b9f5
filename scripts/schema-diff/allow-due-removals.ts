import { type Change, CriticalityLevel, type Rule } from '@graphql-inspector/core';
import type { GraphQLSchema } from 'graphql';

/**
 * Rule that makes the removal of a deprecated element dangerous, not breaking, once its date has come: clients were told.
 * The date is yyyy-MM-dd in the reason. Removals without a date, or before it, stay breaking.
 */
export function allowDueRemovals(today: Date): Rule {
  return ({ changes, oldSchema }) =>
    changes.map((change) =>
      change.criticality.level === CriticalityLevel.Breaking &&
      (change.type === 'TYPE_REMOVED'
        ? isUsedByDue(change.path, oldSchema, today)
        : isDue(reasonOf(change, oldSchema), today))
        ? { ...change, criticality: { ...change.criticality, level: CriticalityLevel.Dangerous } }
        : change,
    );
}

/** True when the removal date has come. A reason may also name the deprecation date: the last date counts. */
function isDue(reason: string | null | undefined, today: Date): boolean {
  const date = (reason?.match(/\d{4}-\d\d-\d\d/g) ?? []).toSorted().at(-1);
  return date !== undefined && new Date(date) <= today;
}

/** True when a type was used, and only by elements that may go. */
function isUsedByDue(typeName: string | undefined, schema: GraphQLSchema | null, today: Date): boolean {
  const members = Object.values(schema?.getTypeMap() ?? {}).flatMap((type) =>
    'getFields' in type
      ? Object.values(type.getFields()).flatMap((field) => [field, ...('args' in field ? field.args : [])])
      : [],
  );
  const uses = members.filter(({ type }) => String(type).replaceAll(/[[\]!]/g, '') === typeName);
  return uses.length > 0 && uses.every(({ deprecationReason }) => isDue(deprecationReason, today));
}

/** Deprecation reason of the removed element, if any. */
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
