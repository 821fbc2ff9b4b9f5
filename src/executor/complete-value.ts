import { GraphQLError, isLeafType, isListType, type GraphQLLeafType } from 'graphql';
import { inspect } from 'graphql/jsutils/inspect.js';
import { isPromiseLike } from './await-pending.ts';
import { argumentsOf, fail, infoOf, type Execution, type ResponsePosition } from './state.ts';

/**
 * Completes values: all of an interpretation, and those that the generated code does not complete inline, which are promises,
 * values of unexpected types, nulls and errors.
 * The caller passes thrown errors to `fail`; rejections have been passed to `fail` already.
 *
 * @param source Object that the field was read from.
 */
export function complete(
  execution: Execution,
  position: ResponsePosition,
  source: unknown,
  found: unknown,
  indices: readonly number[],
): unknown {
  let value = found;
  if (typeof value === 'function' && !position.isItem && position.field.resolve === null) {
    const args = argumentsOf(execution, position);
    value = Reflect.apply(value, source, [args, execution.context, infoOf(execution, position, indices)]);
  }
  if (!isPromiseLike(value))
    return guard(execution, position, completeValue(execution, position, value, indices), indices);
  return Promise.resolve(value).then(
    (settled) => {
      try {
        const { meter } = execution;
        meter.promiseEnded();
        const completed = meter.isDue
          ? meter.turn().then(() => completeValue(execution, position, settled, indices))
          : completeValue(execution, position, settled, indices);
        return guard(execution, position, completed, indices);
      } catch (error) {
        return fail(execution, position, error, indices);
      }
    },
    (error: unknown) => fail(execution, position, error, indices),
  );
}

/** Passes the rejection of a promised object or list to `fail`, at its own position. */
export function guard(
  execution: Execution,
  position: ResponsePosition,
  completed: unknown,
  indices: readonly number[],
): unknown {
  return completed instanceof Promise
    ? completed.then(undefined, (error: unknown) => fail(execution, position, error, indices))
    : completed;
}

function completeValue(
  execution: Execution,
  position: ResponsePosition,
  value: unknown,
  indices: readonly number[],
): unknown {
  if (value instanceof Error) throw value;
  const completed =
    value === null || value === undefined ? null : completeNonNull(execution, position, value, indices);
  if (completed === null && position.isNonNull) {
    const { parentType, definition } = position.field;
    throw new Error(`Cannot return null for non-nullable field ${parentType.name}.${definition.name}.`);
  }
  return completed;
}

function completeNonNull(
  execution: Execution,
  position: ResponsePosition,
  value: unknown,
  indices: readonly number[],
): unknown {
  if (isLeafType(position.type)) {
    const leaf = completeLeaf(position.type, value);
    execution.meter.addLeaf(leaf);
    return leaf;
  }
  if (isListType(position.type) && !isIterable(value)) {
    const { parentType, definition } = position.field;
    throw new GraphQLError(
      `Expected Iterable, but did not find one for field "${parentType.name}.${definition.name}".`,
    );
  }
  return position.completion?.(execution, value, ...indices);
}

function completeLeaf(type: GraphQLLeafType, value: unknown): unknown {
  const serialized: unknown = type.serialize(value);
  if (serialized !== undefined && serialized !== null) return serialized;
  throw new Error(
    `Expected \`${inspect(type)}.serialize(${inspect(value)})\` to return non-nullable value, returned: ${inspect(serialized)}`,
  );
}

/** True for values that can be completed as a list. Strings cannot. */
function isIterable(value: unknown): value is Iterable<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Symbol.iterator in value &&
    typeof value[Symbol.iterator] === 'function'
  );
}
