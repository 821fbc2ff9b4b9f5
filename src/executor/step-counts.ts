import { GraphQLBoolean, GraphQLFloat, GraphQLID, GraphQLInt, GraphQLString, isScalarType } from 'graphql';
import type { ResponsePosition, SelectedObject } from './state.ts';

/** Conditions under which a scalar value needs no serialization, by the `serialize` function of the scalar. */
export const asItIs = new Map<unknown, string>([
  [GraphQLString.serialize, `typeof value === 'string'`],
  [GraphQLID.serialize, `typeof value === 'string'`],
  [GraphQLBoolean.serialize, `typeof value === 'boolean'`],
  [GraphQLInt.serialize, `typeof value === 'number' && (value | 0) === value`],
  [GraphQLFloat.serialize, `typeof value === 'number' && Number.isFinite(value)`],
]);

/** Number of steps of the meter that a field or element counts when it is serialized by a function of its scalar. */
export const SLOW_STEPS = 64;

/** True for leaves of unknown cost, such as JSON. */
export function isSlow({ type }: ResponsePosition): boolean {
  return isScalarType(type) && !asItIs.has(type.serialize);
}

/** Number of steps that the fields of one object count. */
export function stepsOf(fields: SelectedObject['fields']): number {
  return fields.reduce(
    (sum, field) => sum + (typeof field !== 'string' && isSlow(field.position) ? SLOW_STEPS : 1),
    0,
  );
}
